"""Django as an ASGI application, with two doors closed that Django leaves open."""

import io
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, ASGIRequest
from django.http import HttpResponse
from typing_extensions import override

MAX_BODY_BYTES: Final = 4 * 1024 * 1024
"""Of any request. Django would take a body of any size and only then look at the request."""

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]


class Utf8Request(ASGIRequest):
    """A request whose text is UTF-8.

    Django believes the charset that the client names. Some of Python's codecs are no encodings of
    text ("hex", "undefined"), and the request then fails before any view or middleware is reached.
    """

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        content_type = str(meta.get("CONTENT_TYPE", ""))
        self.content_type = content_type.partition(";")[0].strip().lower()
        self.content_params = {}


class BodyTooLarge(Exception):
    """The client sent more than MAX_BODY_BYTES."""


class DjangoHandler(ASGIHandler):
    """Refuses bodies over MAX_BODY_BYTES with 413, while they arrive."""

    request_class = Utf8Request

    @override
    async def read_body(self, receive: Receive) -> io.BytesIO:
        body = io.BytesIO()
        while (message := await receive())["type"] != "http.disconnect":
            body.write(message.get("body", b""))
            if body.tell() > MAX_BODY_BYTES:
                raise BodyTooLarge
            if not message.get("more_body", False):
                body.seek(0)
                return body
        raise RequestAborted

    @override
    async def handle(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        try:
            await super().handle(scope, receive, send)
        except BodyTooLarge:
            refusal = HttpResponse("The request body is too large.", status=413)
            await self.send_response(refusal, send)
