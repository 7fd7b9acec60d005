"""The other end of the line: a WebSocket server on a real socket, with the server's dialects."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import TypeVar

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from media_engine.dialects import (
    ClientMessage,
    Message,
    ServerDialect,
    Start,
    subprotocol_to_accept,
    tell_apart,
)

CALL_SID = "CA" + "1" * 32
STREAM_SID = "MZ" + "1" * 32

Said = TypeVar("Said")


class FakeBridge:
    """One caller's connection, as the server has it. A test gives the behaviour as a coroutine."""

    def __init__(self, connection: ServerConnection) -> None:
        self.connection = connection
        self.dialect: ServerDialect | None = None
        self.heard: list[bytes] = []
        self.heard_at_s: list[float] = []
        self.told: list[ClientMessage] = []

    @property
    def speaks(self) -> ServerDialect:
        """The dialect; the caller's first message has told it."""
        assert self.dialect is not None
        return self.dialect

    async def receive(self) -> bytes | ClientMessage | None:
        """Read one message and keep what it says."""
        message = await self.connection.recv()
        if self.dialect is None:
            offered = [self.connection.subprotocol] if self.connection.subprotocol else []
            self.dialect = tell_apart(offered, message)
        said = self.dialect.receive(message)
        if isinstance(said, bytes):
            self.heard.append(said)
            self.heard_at_s.append(time.monotonic())
        elif said is not None:
            self.told.append(said)
        return said

    async def receive_until(self, wanted: type[Said]) -> Said:
        """Read up to the first of a kind; bytes is sound."""
        while not isinstance(said := await self.receive(), wanted):
            pass
        return said

    async def receive_frames(self, count: int) -> None:
        while len(self.heard) < count:
            await self.receive()

    async def answer(self) -> Start:
        """Let the caller in."""
        start = await self.receive_until(Start)
        await self.say(self.speaks.started(CALL_SID, STREAM_SID))
        return start

    async def say(self, message: Message | None) -> None:
        if message is not None:
            await self.connection.send(message)

    async def receive_to_the_end(self) -> None:
        """Read until the caller is gone."""
        try:
            while True:
                await self.receive()
        except ConnectionClosed:
            return


Behaviour = Callable[[FakeBridge], Awaitable[None]]


class Exchange:
    """The server's address, and the bridge of the connection that a test made to it."""

    def __init__(self) -> None:
        self.url = ""
        self.authorization: str | None = None
        self.bridge: asyncio.Future[FakeBridge] = asyncio.get_running_loop().create_future()
        self.finished = asyncio.Event()
        self.refuse_with: HTTPStatus | None = None


async def listen(bridge: FakeBridge) -> None:
    """Let the caller in and hear it out."""
    await bridge.answer()
    await bridge.receive_to_the_end()


@asynccontextmanager
async def serving(behave: Behaviour) -> AsyncIterator[Exchange]:
    """Serve one call with this behaviour, then close with 1000."""
    exchange = Exchange()

    async def handle(connection: ServerConnection) -> None:
        bridge = FakeBridge(connection)
        exchange.bridge.set_result(bridge)
        try:
            await behave(bridge)
        finally:
            exchange.finished.set()

    def look_at(connection: ServerConnection, request: Request) -> Response | None:
        exchange.authorization = request.headers.get("Authorization")
        if exchange.refuse_with is not None:
            return connection.respond(exchange.refuse_with, "no")
        return None

    def choose(connection: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
        accepted = subprotocol_to_accept(offered)
        return Subprotocol(accepted) if accepted is not None else None

    async with serve(
        handle,
        "127.0.0.1",
        0,
        select_subprotocol=choose,
        process_request=look_at,
        compression=None,
        ping_interval=None,
        close_timeout=1,
    ) as server:
        exchange.url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/media"
        yield exchange
