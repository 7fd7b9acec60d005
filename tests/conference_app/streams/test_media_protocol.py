"""A connection that is taken over, in a uvicorn of the test's own."""

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

import pytest
import uvicorn
from websockets.frames import Frame

from conference_app.streams.channel import EXTENSION
from conference_app.streams.frame_reader import FrameBoundary
from conference_app.streams.media_protocol import (
    FRAMES_AFTER_CLOSE,
    UNREAD_MESSAGES,
    MediaProtocol,
)
from tests.benchmarks.frames import BINARY, client_frame

PING_EVERY_S: Final = 0.1
PATIENCE_S: Final = 0.2
WITHIN_S: Final = 30.0
"""A guard against hanging."""


class App:
    """Accepts one connection, takes it over if it is to, and tells when it has ended. If it does
    not hear, it takes no message; it may close at once.
    """

    def __init__(self, *, takes_over: bool, hears: bool = True, closes: bool = False) -> None:
        self._takes_over = takes_over
        self._hears = hears
        self._closes = closes
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
        if self._closes:
            await send({"type": "websocket.close", "code": 1000})
        self.accepted.set()
        if not self._hears:
            await self.ended.wait()
            return
        while (await receive())["type"] != "websocket.disconnect":
            pass
        self.ended.set()


@asynccontextmanager
async def silent_client(app: App) -> AsyncIterator[asyncio.StreamWriter]:
    """Serve `app` to somebody who shakes hands and then neither reads nor answers; give what he
    could write to.
    """
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
        yield writer
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


TINY: Final = client_frame(BINARY, bytes(2))
FLOOD: Final = TINY * 20_000
PARSED_AT_ONCE: Final = 1024


async def test_of_a_flood_before_a_call_little_is_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = App(takes_over=False, hears=False)
    passed_over = 0
    pass_over = FrameBoundary.pass_over
    sent_away = asyncio.Event()

    def count(boundary: FrameBoundary, data: bytes) -> None:
        nonlocal passed_over
        passed_over += len(data)
        pass_over(boundary, data)
        if passed_over > UNREAD_MESSAGES * len(TINY):
            sent_away.set()

    monkeypatch.setattr(FrameBoundary, "pass_over", count)
    async with silent_client(app) as writer:
        writer.write(FLOOD)
        await asyncio.wait_for(sent_away.wait(), WITHIN_S)
        await asyncio.sleep(PATIENCE_S)
        app.ended.set()
    assert passed_over <= UNREAD_MESSAGES * len(TINY) + PARSED_AT_ONCE


async def test_of_a_flood_after_the_end_little_is_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = App(takes_over=False, closes=True)
    looked_at = 0
    look = MediaProtocol.handle_bytes
    enough = asyncio.Event()

    def count(protocol: MediaProtocol, event: Frame) -> None:
        nonlocal looked_at
        looked_at += 1
        look(protocol, event)
        if looked_at > FRAMES_AFTER_CLOSE:
            enough.set()

    monkeypatch.setattr(MediaProtocol, "handle_bytes", count)
    async with silent_client(app) as writer:
        writer.write(FLOOD)
        await asyncio.wait_for(enough.wait(), WITHIN_S)
        await asyncio.sleep(PATIENCE_S)
    assert looked_at <= FRAMES_AFTER_CLOSE + PARSED_AT_ONCE // len(TINY) + 1
