import asyncio
import json
from collections.abc import Awaitable, Callable

import pytest
from typing_extensions import override
from websockets.asyncio.server import ServerConnection, serve

from media_engine.dialects import MULAW, WireFormat
from tests.benchmarks.caller_dialects import caller_dialect
from tests.benchmarks.frames import BINARY, client_frame
from tests.benchmarks.media_client import (
    CallFailed,
    CallRequest,
    MediaClient,
    basic_authorization,
)

Handler = Callable[[ServerConnection], Awaitable[None]]


class WatchedClient(MediaClient):
    """Tells when its connection is gone."""

    def __init__(self, request: CallRequest) -> None:
        super().__init__(request)
        self.lost = asyncio.Event()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.lost.set()


async def call(handler: Handler, meanwhile: Callable[[WatchedClient], Awaitable[None]]) -> None:
    """Connect a client to a small server for as long as `meanwhile` takes."""
    dialect = caller_dialect("native", WireFormat(MULAW, 8000), "A")
    request = CallRequest("127.0.0.1", "hall", dialect, basic_authorization("A", "b"))
    async with serve(handler, "127.0.0.1", 0, subprotocols=["audio.confab"]) as server:  # type: ignore[list-item]
        port = next(iter(server.sockets)).getsockname()[1]
        _, client = await asyncio.get_running_loop().create_connection(
            lambda: WatchedClient(request), "127.0.0.1", port
        )
        await meanwhile(client)
        client.hang_up()


async def test_a_call_is_opened_pings_are_answered_and_sound_is_kept() -> None:
    asked: list[object] = []
    heard = asyncio.Event()

    async def echo(socket: ServerConnection) -> None:
        assert socket.request is not None
        asked.append(socket.request.headers["Authorization"])
        asked.append(json.loads(await socket.recv())["to"])
        await socket.send('{"event":"started"}')
        sound = await socket.recv()
        async with asyncio.timeout(5):
            await (await socket.ping(b"read up to here"))
        await socket.send(sound)
        await (await socket.ping())
        heard.set()
        await socket.wait_closed()

    async def talk(client: WatchedClient) -> None:
        await client.started
        client.keeps = True
        client.send(client_frame(BINARY, b"\x55" * 160))
        async with asyncio.timeout(5):
            await heard.wait()
        assert (client.payloads(), len(client.arrivals)) == ([b"\x55" * 160], 1)

    await call(echo, talk)
    assert asked == ["Basic QTpi", "hall"]


@pytest.mark.parametrize("answer", ['{"event":"error","code":20003,"message":"no"}', None])
async def test_a_call_that_does_not_start_says_why(answer: str | None) -> None:
    async def refuse(socket: ServerConnection) -> None:
        await socket.recv()
        if answer is not None:
            await socket.send(answer)
        await socket.close(1008, "20003: no")

    async def wait(client: WatchedClient) -> None:
        with pytest.raises(CallFailed, match="20003"):
            await client.started

    await call(refuse, wait)


async def test_a_server_that_hangs_up_is_a_failure() -> None:
    async def leave(socket: ServerConnection) -> None:
        await socket.recv()
        await socket.send('{"event":"started"}')

    async def wait(client: WatchedClient) -> None:
        await client.started
        async with asyncio.timeout(5):
            await client.lost.wait()
        assert client.failure is not None

    await call(leave, wait)
