"""One WebSocket to a user's server, whose loop is another thread's.

What comes is read in that thread, by a function of the caller's, and waits in `incoming` until the
caller takes it; while that is full the server is not read. What is to be sent waits for the thread,
which sends it in order.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from typing import Final, NamedTuple, TypeAlias

from aiohttp import ClientError, ClientWebSocketResponse, WSMsgType

logger = logging.getLogger(__name__)

INCOMING_MESSAGES: Final = 200
"""More than comes between two ticks; each has 64 KiB at the most."""

OUTGOING_MESSAGES: Final = 1000
"""Pongs keep what is under way far below this; a server that makes us say more is closed."""

CLOSE_WITHIN_S: Final = 2.0
"""For what is still to be sent, and the other side's farewell, each."""

_MESSAGES_AT_ONCE: Final = 50
_BREATH_S: Final = 0.005
_FULL_PAUSE_S: Final = 0.02

ReadMessage: TypeAlias = Callable[[str | bytes], object]


class Pong(NamedTuple):
    """The server has read all that was sent before ping(number)."""

    number: int


class Socket:
    """An open connection. send(), ping() and is_over may be used from any thread; none blocks."""

    def __init__(
        self,
        connection: ClientWebSocketResponse[bool],
        read: ReadMessage,
        on_closed: Callable[[], None],
    ) -> None:
        """Begin to read; belongs to the connection's thread, as `read` and `on_closed` do."""
        self.incoming: deque[object] = deque()
        """What `read` gave for each message that it did not give None for; and Pong."""
        self.fault: Exception | None = None
        """What `read` raised; the connection is closed for it."""
        self.close_code: int | None = None
        self.overflowed = False
        """Whether the server was closed because it does not read."""
        self.is_over = False
        self._connection = connection
        self._read = read
        self._on_closed = on_closed
        self._outgoing: deque[str | bytes | Pong | None] = deque()
        self._wake = asyncio.Event()
        self._is_awake = False
        self._loop = asyncio.get_running_loop()
        self._task = self._loop.create_task(self._run(), name="socket to a user's server")

    def send(self, message: str | bytes) -> None:
        """Send one message; nothing happens on a connection that is over."""
        self._put(message)

    def ping(self, number: int) -> None:
        """Have Pong(number) in `incoming` when the server has read all that was sent so far."""
        self._put(Pong(number))

    async def finish(self) -> None:
        """Send what waits, say goodbye, close. Belongs to the connection's thread."""
        self._outgoing.append(None)
        self._wake.set()
        _, late = await asyncio.wait({self._task}, timeout=CLOSE_WITHIN_S)
        for task in late:
            task.cancel()
            await asyncio.wait({task})

    def abandon(self) -> None:
        """Close at once. Belongs to the connection's thread."""
        self._task.cancel()

    def _put(self, message: str | bytes | Pong) -> None:
        if self.is_over or self.overflowed:
            return
        if len(self._outgoing) >= OUTGOING_MESSAGES:
            self.overflowed = True
            self._in_loop(self.abandon)
            return
        self._outgoing.append(message)
        if not self._is_awake:
            self._is_awake = True
            self._in_loop(self._wake.set)

    def _in_loop(self, call: Callable[[], object]) -> None:
        try:
            self._loop.call_soon_threadsafe(call)
        except RuntimeError:  # the thread has ended, and all its connections
            self.is_over = True

    async def _run(self) -> None:
        writing = self._loop.create_task(self._write())
        try:
            await self._read_on()
        except (ClientError, OSError) as error:
            logger.debug("a user's socket broke: %s", type(error).__name__)
        finally:
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
            self.is_over = True
            self.close_code = self._connection.close_code
            try:
                await self._connection.close(code=1000 if self.fault is None else 1007)
            finally:
                self._on_closed()

    async def _read_on(self) -> None:
        """Read until the other side, or we, have closed; in small portions, for a hostile server
        must not keep the interpreter from those who carry sound.
        """
        count = 0
        while True:
            message = await self._connection.receive()
            if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                try:
                    said = self._read(message.data)
                except Exception as error:
                    self.fault = error
                    return
                if said is not None:
                    self.incoming.append(said)
            elif message.type is WSMsgType.PONG:
                if len(message.data) == 8:
                    self.incoming.append(Pong(int.from_bytes(message.data, "big")))
            elif message.type is WSMsgType.PING:
                await self._connection.pong(message.data)
            else:
                return
            count += 1
            if count % _MESSAGES_AT_ONCE == 0:
                await asyncio.sleep(_BREATH_S)
            # Who takes them is in another thread, and has no time to tell.
            while len(self.incoming) >= INCOMING_MESSAGES:  # noqa: ASYNC110
                await asyncio.sleep(_FULL_PAUSE_S)

    async def _write(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            self._is_awake = False
            while self._outgoing:
                message = self._outgoing.popleft()
                if message is None:
                    await self._connection.close()
                    return
                await self._send(message)

    async def _send(self, message: str | bytes | Pong) -> None:
        if isinstance(message, Pong):
            await self._connection.ping(message.number.to_bytes(8, "big"))
        elif isinstance(message, str):
            await self._connection.send_str(message)
        else:
            await self._connection.send_bytes(message)
