"""Django as an ASGI application, with three doors closed that Django leaves open."""

import asyncio
import io
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from asgiref.sync import ThreadSensitiveContext
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, ASGIRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from typing_extensions import override

from conference_app import engine
from project.turnstile import Turnstile

MAX_BODY_BYTES: Final = 4 * 1024 * 1024
"""Of any request. Django would take a body of any size and only then look at the request."""

THREADS: Final = 4
"""For the code of all requests. Django would take a thread for each: two hundred of them, and the
tick waits for the interpreter behind them all.
"""

SLOTS: Final = 8
"""Requests whose views are under way; the others wait, and cost the loop nothing meanwhile."""

BESIDE_CALLS_PER_SECOND: Final = 150
"""Requests that are let in while this process carries calls: what they cost the loop comes out of
the time between ticks. Two hundred programs that ask without a pause made ticks 20 ms late.
"""

MAX_REQUESTS: Final = 1000
"""At once, waiting ones included; what is more is refused."""

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]


class Utf8Request(ASGIRequest):
    """A request whose text is UTF-8.

    Django believes the charset that the client names. Some of Python's codecs are no encodings of
    text ("hex", "undefined"), and the request then fails before any view or middleware is reached.

    `slots`: of which this request has one while its view is under way.
    """

    slots: asyncio.Semaphore | None = None

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        content_type = str(meta.get("CONTENT_TYPE", ""))
        self.content_type = content_type.partition(";")[0].strip().lower()
        self.content_params = {}


class BodyTooLarge(Exception):
    """The client sent more than MAX_BODY_BYTES."""


class _Worker:
    """A thread, and how many requests it has in hand."""

    def __init__(self, number: int) -> None:
        self.executor = ThreadPoolExecutor(1, thread_name_prefix=f"requests-{number}")
        self.requests = 0


class DjangoHandler(ASGIHandler):
    """Refuses bodies over MAX_BODY_BYTES with 413, while they arrive, and requests over
    MAX_REQUESTS with 503. A request's code runs in one of THREADS threads, and SLOTS requests are
    under way at once, but for those that only arrive, or are sent, or wait for a file. Beside
    calls, BESIDE_CALLS_PER_SECOND are let in.
    """

    request_class = Utf8Request

    def __init__(self) -> None:
        super().__init__()
        self._slots = asyncio.Semaphore(SLOTS)
        self._turnstile = Turnstile(BESIDE_CALLS_PER_SECOND)
        self._present = 0
        self._workers = [_Worker(number) for number in range(THREADS)]

    @override
    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if self._present >= MAX_REQUESTS:
            headers = {"Retry-After": "1"}
            refusal = HttpResponse("Too many requests at once.", status=503, headers=headers)
            await self.send_response(refusal, send)
            return
        self._present += 1
        try:
            if engine.carries_calls():
                await self._turnstile.pass_through()
            await self._work(scope, receive, send)
        finally:
            self._present -= 1

    async def _work(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        worker = min(self._workers, key=lambda one: one.requests)
        worker.requests += 1
        try:
            async with ThreadSensitiveContext(executor=worker.executor):
                await super().__call__(scope, receive, send)
        finally:
            worker.requests -= 1

    @override
    async def run_get_response(self, request: HttpRequest) -> HttpResponseBase:
        async with self._slots:
            if isinstance(request, Utf8Request):
                request.slots = self._slots
            return await super().run_get_response(request)

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
