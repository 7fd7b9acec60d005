"""The API described: as OpenAPI at /api/schema/, for people at /api/docs/.

What a call takes and answers is said once, in `operations`; what a resource looks like, in
`resources`. A test finds every call of the API that is missing there.
"""
