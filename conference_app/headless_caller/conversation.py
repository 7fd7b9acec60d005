"""A call that was opened: what the server says is kept, what we say is sent, however it ends."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Final, NamedTuple

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode

from conference_app.headless_caller.heard import Heard
from conference_app.headless_caller.line import CallFailed, Line
from conference_app.headless_caller.playout import Playout
from media_engine.dialects import (
    Cancel,
    Clear,
    ClientDialect,
    Error,
    Mark,
    Message,
    Register,
    Ring,
    ServerMessage,
    Start,
    Started,
)
from media_engine.errors import EngineError
from media_engine.pcm import FRAMES_PER_SECOND, Pcm
from media_engine.task_set import TaskSet

KEPT_MESSAGES: Final = 10_000
"""Beyond this the oldest of the server's messages are forgotten."""

ANSWER_WITHIN_S: Final = 10.0


class Received(NamedTuple):
    """What the server said, other than sound, and when it was read (`time.monotonic`)."""

    at_s: float
    message: ServerMessage


class Conversation:
    """The hearing half of a headless caller, and its socket."""

    def __init__(
        self, line: Line, dialect: ClientDialect, start: Start, register: Register | None = None
    ) -> None:
        """Prepare a call with `start`; with `register` to take calls in place of making one."""
        self.wire = start.format
        self.call_sid: str | None = None
        self.stream_sid: str | None = None
        self.messages: deque[Received] = deque(maxlen=KEPT_MESSAGES)
        self.on_message: Callable[[ServerMessage], None] | None = None
        """Called with each message of the server that is not sound."""
        self.sound = Heard(start.format)
        self.protocol_error: str | None = None
        """What the server said wrongly in its dialect; the caller hangs up on it."""
        self.closed = False
        self._line = line
        self._dialect = dialect
        self._start = start
        self._register = register
        self._rings_taken = 0
        self._playout = Playout(start.format.bytes_per_frame * FRAMES_PER_SECOND)
        self._own_marks: set[str] = set()
        self._connection: ClientConnection | None = None
        self._reading = True
        self._changed = asyncio.Event()
        self._tasks = TaskSet()
        self._reader: asyncio.Task[None] | None = None

    # Opening and closing

    async def _open(self) -> None:
        """Connect and say the opening; CallFailed when there is no call."""
        self._connection = await self._line.open()
        self._reader = self._tasks.start(self._read(self._connection), name="caller reads")
        if self._register is not None:
            await self.send_raw(self._sayable(self._dialect.register(self._register)))
            return
        for message in self._dialect.opening(self._start):
            await self.send_raw(message)
        if not self._dialect.answers_start:
            self.call_sid, self.stream_sid = self._start.call_sid, self._start.stream_sid

    async def _wait_for_answer(self) -> None:
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                while self.call_sid is None:
                    self._raise_if_closed()
                    await self._next_change()
        except TimeoutError:
            raise self._failure(f"no answer within {ANSWER_WITHIN_S:.0f} s") from None

    # Taking calls

    async def next_ring(self, timeout_s: float | None = 10.0) -> Ring:
        """Give the next call that rings. CallFailed when the socket closes, TimeoutError when none
        comes in time.
        """
        async with asyncio.timeout(timeout_s):
            while len(rings := self.rings) <= self._rings_taken:
                self._raise_if_closed()
                await self._next_change()
        self._rings_taken += 1
        return rings[self._rings_taken - 1]

    async def answer(self, ring: Ring) -> None:
        """Take a call that rings. CallFailed when it can not be had any more."""
        message = self._dialect.answer(ring.call_sid, self.wire)
        await self.send_raw(self._sayable(message))
        async with asyncio.timeout(ANSWER_WITHIN_S):
            while self.call_sid is None:
                self._raise_if_closed()
                if self._was_canceled(ring):
                    raise self._failure("the call rings no longer")
                await self._next_change()

    async def reject(self, ring: Ring) -> None:
        """Do not take a call that rings."""
        await self.send_raw(self._sayable(self._dialect.reject(ring.call_sid)))

    @property
    def rings(self) -> tuple[Ring, ...]:
        """The calls that have rung so far, the oldest first."""
        return tuple(m for _, m in self.messages if isinstance(m, Ring))

    def _was_canceled(self, ring: Ring) -> bool:
        canceled = [m.call_sid for _, m in self.messages if isinstance(m, Cancel)]
        return ring.call_sid in canceled

    def _sayable(self, message: Message | None) -> Message:
        if message is None:
            raise ValueError(f"a client has no such message in the {self._dialect.name} dialect")
        return message

    async def hang_up(self) -> None:
        """Say goodbye and close; where reading is paused, without a word. Harmless when over."""
        connection = self._connection
        if connection is None:
            return
        if self._reading and not self.closed:
            await self._say_goodbye(connection)
        else:
            connection.transport.abort()
        await connection.wait_closed()
        await self._tasks.cancel_and_wait()
        self.closed = True

    async def _say_goodbye(self, connection: ClientConnection) -> None:
        goodbye = self._dialect.stop() if self.call_sid is not None else None
        try:
            if goodbye is not None:
                await connection.send(goodbye)
            await connection.close()
        except ConnectionClosed:
            return

    async def wait_until_closed(self, timeout_s: float | None = None) -> None:
        """Return when the connection is closed; TimeoutError when it is not by then.

        Where reading is paused, the server's closing is not seen.
        """
        async with asyncio.timeout(timeout_s):
            while not self.closed:
                await self._next_change()

    @property
    def close_code(self) -> int | None:
        """How the connection was closed (RFC 6455, 7.4); 1006: without a word. None: it is open."""
        return self._connection.close_code if self._connection is not None else None

    @property
    def close_reason(self) -> str:
        """What the one who closed gave as its reason; empty: nothing."""
        return (self._connection.close_reason if self._connection is not None else None) or ""

    @property
    def errors(self) -> tuple[Error, ...]:
        """The server's complaints, the oldest first."""
        return tuple(m for _, m in self.messages if isinstance(m, Error))

    # Saying and hearing

    async def send_raw(self, message: Message) -> None:
        """Send any message, however wrong. CallFailed when the connection is closed."""
        try:
            await self._open_connection().send(message)
        except ConnectionClosed as error:
            raise self._failure("the connection is closed") from error

    def heard(self, since_s: float = 0.0, until_s: float = float("inf")) -> Pcm:
        """Give the sound that was read in `since_s <= time < until_s`, at the wire's rate."""
        return self.sound.pcm(since_s, until_s)

    async def wait_for(self, message: ServerMessage, timeout_s: float | None = 10.0) -> Received:
        """Give the first message that equals this, past or future.

        CallFailed when the call ends without it, TimeoutError when it does not come in time.
        """
        async with asyncio.timeout(timeout_s):
            while True:
                for received in self.messages:
                    if received.message == message:
                        return received
                self._raise_if_closed()
                await self._next_change()

    async def _read(self, connection: ClientConnection) -> None:
        try:
            while True:
                self._take(await connection.recv(), time.monotonic())
        except ConnectionClosed:
            pass
        except EngineError as error:
            self.protocol_error = str(error)
            await connection.close(CloseCode.PROTOCOL_ERROR)
        finally:
            self.closed = True
            self._changed.set()

    def _take(self, message: Message, at_s: float) -> None:
        said = self._dialect.receive(message)
        if isinstance(said, bytes):
            self.sound.add(at_s, said)
            self._playout.add(at_s, said)
        elif said is not None:
            self._heed(said)
            self.messages.append(Received(at_s, said))
            self._changed.set()
            if self.on_message is not None:
                self.on_message(said)

    def _heed(self, said: ServerMessage) -> None:
        match said:
            case Started():
                self.call_sid, self.stream_sid = said.call_sid, said.stream_sid
            case Mark(name) if name in self._own_marks:
                # It has come back; to return it once more would never end.
                self._own_marks.remove(name)
            case Mark(name):
                self._playout.add_mark(name)
            case Clear():
                self._playout.clear()
            case _:
                pass

    async def _next_change(self) -> None:
        self._changed.clear()
        await self._changed.wait()

    def _raise_if_closed(self) -> None:
        if self.closed:
            raise self._failure("the server closed the connection")

    def _failure(self, text: str) -> CallFailed:
        code, reason = self.close_code, self.close_reason
        closing = f" ({code} {reason})" if code is not None else ""
        complaints = "".join(f"; error {e.code}: {e.message}" for e in self.errors)
        return CallFailed(
            f"{text}{closing}{complaints}", close_code=code, reason=reason, errors=self.errors
        )

    # Faults, for tests of the other side

    def pause_reading(self) -> None:
        """Leave in the kernel's buffers what comes, pings and closing included; speak on."""
        self._open_connection().transport.pause_reading()
        self._reading = False

    def resume_reading(self) -> None:
        """Read what has piled up, and go on."""
        self._open_connection().transport.resume_reading()
        self._reading = True

    async def cut(self) -> None:
        """Lose the connection, without a close handshake."""
        connection = self._open_connection()
        connection.transport.abort()
        await connection.wait_closed()

    def _open_connection(self) -> ClientConnection:
        assert self._connection is not None, "the call has not been made"
        return self._connection
