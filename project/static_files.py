"""Static files out of the same process, by WhiteNoise, in the form that ASGI takes without
complaint.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import (  # type: ignore[import-untyped]
    WhiteNoiseMiddleware,
)


class StaticFilesMiddleware(WhiteNoiseMiddleware):  # type: ignore[misc] # the package has no types
    """WhiteNoise whose answers are not streamed.

    WhiteNoise streams by a synchronous iterator, which Django warns of under ASGI at every request
    and then reads into memory all the same. Static files are small.
    """

    @staticmethod
    def serve(static_file: Any, request: HttpRequest) -> HttpResponse:
        """Answer with the whole file (or the range or the 304 that WhiteNoise decided on)."""
        answer = static_file.get_response(request.method, request.META)
        body = b""
        if answer.file is not None:
            with answer.file:
                body = answer.file.read()
        return HttpResponse(body, status=int(answer.status), headers=dict(answer.headers))
