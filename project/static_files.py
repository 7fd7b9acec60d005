"""Static files out of the same process, by WhiteNoise, in the form that ASGI takes without
complaint.
"""

from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from whitenoise.middleware import (  # type: ignore[import-untyped]
    WhiteNoiseMiddleware,
)


class StaticFilesMiddleware(WhiteNoiseMiddleware):  # type: ignore[misc] # the package has no types
    """WhiteNoise whose answers are not streamed, and which lets others through as coroutines.

    WhiteNoise streams by a synchronous iterator, which Django warns of under ASGI at every request
    and then reads into memory all the same. Static files are small. Its own way to call the next
    one would keep a thread, with an event loop, for as long as any request takes.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Any = None) -> None:
        super().__init__(get_response)
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        """Answer, or let the next one; by a coroutine where the next one does so."""
        if not iscoroutinefunction(self):
            return super().__call__(request)
        if request.path_info.startswith(self.static_prefix):
            return self._answer(request)
        return self.get_response(request)

    async def _answer(self, request: HttpRequest) -> HttpResponseBase:
        file = await sync_to_async(self._find)(request.path_info)
        if file is None:
            response: HttpResponseBase = await self.get_response(request)
            return response
        return await sync_to_async(self.serve)(file, request)

    def _find(self, path: str) -> Any:
        return self.find_file(path) if self.autorefresh else self.files.get(path)

    @staticmethod
    def serve(static_file: Any, request: HttpRequest) -> HttpResponse:
        """Answer with the whole file (or the range or the 304 that WhiteNoise decided on)."""
        answer = static_file.get_response(request.method, request.META)
        body = b""
        if answer.file is not None:
            with answer.file:
                body = answer.file.read()
        return HttpResponse(body, status=int(answer.status), headers=dict(answer.headers))
