"""A stored file over HTTP, whole or a range of it: what a player needs to seek.

RFC 9110, section 14: one range of bytes is served. Several at once, other units and ranges that do
not parse are answered with the whole file, as the RFC allows; one that lies behind the end with
416.
"""

import re
from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.db.models.fields.files import FieldFile
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)

CHUNK_BYTES = 64 * 1024

_ONE_RANGE = re.compile(r"bytes=\s*(\d{0,19})\s*-\s*(\d{0,19})\s*", re.ASCII | re.IGNORECASE)


class UnsatisfiableRange(Exception):
    """The range lies behind the end of the file."""


def parse_range(header: str, size: int) -> tuple[int, int] | None:
    """Read a Range header for a file of `size` bytes: (first, last), both included; None: the whole
    file.

    Raises UnsatisfiableRange.
    """
    match = _ONE_RANGE.fullmatch(header)
    if match is None or match.group(1) == match.group(2) == "":
        return None
    first_text, last_text = match.groups()
    if first_text == "":
        length = min(int(last_text), size)
        if length == 0:
            raise UnsatisfiableRange
        return size - length, size - 1
    first = int(first_text)
    if last_text != "" and int(last_text) < first:
        return None
    if first >= size:
        raise UnsatisfiableRange
    return first, min(int(last_text), size - 1) if last_text else size - 1


def ranged_file_response(
    request: HttpRequest, file: FieldFile, filename: str, content_type: str
) -> HttpResponseBase:
    """Answer GET or HEAD for a file that does not change any more; Http404 when it is gone."""
    try:
        size = file.size
    except FileNotFoundError as error:
        raise Http404("The file is gone.") from error
    etag = f'"{filename}-{size}"'
    wanted = request.headers.get("Range", "")
    if request.headers.get("If-Range", etag) != etag:
        wanted = ""
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
        "Content-Disposition": f'inline; filename="{filename}"',
        "ETag": etag,
    }
    try:
        part = parse_range(wanted, size)
    except UnsatisfiableRange:
        headers["Content-Range"] = f"bytes */{size}"
        return HttpResponse(status=416, headers=headers)
    first, last = part or (0, size - 1)
    if part:
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    headers["Content-Length"] = str(last - first + 1)
    status = 206 if part else 200
    if request.method == "HEAD":
        return HttpResponse(status=status, headers=headers, content_type=content_type)
    return StreamingHttpResponse(
        _chunks_for(request, file, first, last),
        status=status,
        headers=headers,
        content_type=content_type,
    )


def _chunks_for(
    request: HttpRequest, file: FieldFile, first: int, last: int
) -> Iterator[bytes] | AsyncIterator[bytes]:
    """Give the iterator that the server can wait for: the other kind Django reads into memory as a
    whole.
    """
    if isinstance(request, ASGIRequest):
        return _read_async(file, first, last)
    return _read(file, first, last)


def _read(file: FieldFile, first: int, last: int) -> Iterator[bytes]:
    with file.storage.open(str(file.name), "rb") as opened:
        opened.seek(first)
        left = last - first + 1
        while left > 0 and (chunk := opened.read(min(left, CHUNK_BYTES))):
            left -= len(chunk)
            yield chunk


async def _read_async(file: FieldFile, first: int, last: int) -> AsyncIterator[bytes]:
    # Not thread-sensitive: a slow disk must not hold up the one thread of the database.
    next_chunk = sync_to_async(_next_chunk, thread_sensitive=False)
    chunks = _read(file, first, last)
    while chunk := await next_chunk(chunks):
        yield chunk


def _next_chunk(chunks: Iterator[bytes]) -> bytes:
    return next(chunks, b"")
