"""A connection that is taken over, in a uvicorn of the test's own."""

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

import pytest
import uvicorn

from conference_app.streams.channel import EXTENSION
from conference_app.streams.media_protocol import MediaProtocol

PING_EVERY_S: Final = 0.1
PATIENCE_S: Final = 0.2
WITHIN_S: Final = 30.0
"""A guard against hanging."""


class App:
    """Accepts one connection, takes it over if it is to, and tells when it has ended."""

    def __init__(self, *, takes_over: bool) -> None:
        self._takes_over = takes_over
        self.accepted = asyncio.Event()
        self.ended = asyncio.Event()

    async def __call__(
        self,
        scope: dict[str, Any],
        receive: Callable[[], Awaitable[dict[str, Any]]],
        send: Callable[[dict[str, Any]], Awaitable[None]],
    ) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        if self._takes_over:
            channel = scope["extensions"][EXTENSION]["channel"]
            channel.take_over(lambda message: None, lambda number: None)
        self.accepted.set()
        while (await receive())["type"] != "websocket.disconnect":
            pass
        self.ended.set()


@asynccontextmanager
async def silent_client(app: App) -> AsyncIterator[None]:
    """Serve `app` to somebody who shakes hands and then neither reads nor answers."""
    config = uvicorn.Config(
        app,
        port=0,
        ws=MediaProtocol,
        lifespan="off",
        log_config=None,
        ws_ping_interval=PING_EVERY_S,
        ws_ping_timeout=PATIENCE_S,
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    async with asyncio.timeout(WITHIN_S):
        port = server.servers[0].sockets[0].getsockname()[1]
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        key = base64.b64encode(bytes(16)).decode()
        writer.write(
            b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n\r\n" % key.encode()
        )
        await app.accepted.wait()
    try:
        yield
    finally:
        writer.close()
        await server.shutdown()


async def test_who_answers_no_ping_is_given_up() -> None:
    app = App(takes_over=False)
    async with silent_client(app):
        await asyncio.wait_for(app.ended.wait(), WITHIN_S)


async def test_who_was_taken_over_may_not_read_for_as_long_as_he_likes() -> None:
    app = App(takes_over=True)
    async with silent_client(app):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(app.ended.wait(), 5 * (PING_EVERY_S + PATIENCE_S))
