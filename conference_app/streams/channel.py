"""A connection's way for messages: direct calls where the server offers them, `receive` and `send`
elsewhere.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol, TypeAlias

from media_engine.lines import Line
from media_engine.task_set import TaskSet

if TYPE_CHECKING:
    from conference_app.streams.socket_output import SocketOutput

logger = logging.getLogger(__name__)

EXTENSION: Final = "confab.frames"
"""Key among the extensions of an ASGI scope; its value is `{"channel": Channel}`."""

OUTBOX_MESSAGES: Final = 50
"""1 s of sound that may wait for a server that makes us wait; the oldest goes first, and is
counted.
"""

OnMessage: TypeAlias = Callable[[str | bytes], None]
OnPong: TypeAlias = Callable[[int], object]
Scope: TypeAlias = dict[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[dict[str, Any]]]
Send: TypeAlias = Callable[[dict[str, Any]], Awaitable[None]]


class Sound(NamedTuple):
    """What nearly all messages are: binary ones of `size` bytes, sound and nothing else."""

    size: int
    hear: Callable[[bytes], None]
    """Takes it; may neither raise nor block."""


class Channel(Protocol):
    """Messages of one accepted connection, without a coroutine."""

    tells_of_reading: bool
    """Whether ping() is answered; where it is not, nothing is known of how far the client has
    read.
    """

    def take_over(self, on_message: OnMessage, on_pong: OnPong) -> None:
        """Have each message called out; neither function may raise or block."""

    def start_polling(self, sound: Sound | None = None) -> Callable[[], None] | None:
        """Stop to wake up for each message: give what is to be called, once a tick, to have those
        that came called out; `sound` says which need not be, and are heard at once. None where the
        server can not do that.
        """

    def line(self, output: "SocketOutput") -> Line | None:
        """Give the connection to be written to with others at once, once it is polled; `output`
        keeps count. None where the server can not do that.
        """

    def stop_polling(self) -> None:
        """Read no more: the call is over, and the connection is about to be closed."""

    def was_heard(self) -> bool:
        """Whether sound has come without having been called out since this was asked last."""

    def send(self, message: str | bytes, ping: int | None = None) -> None:
        """Send one message; never blocks. With `ping` on_pong(ping) is called when the client has
        read it.
        """


class QueuedChannel:
    """The channel of a server without the extension (Daphne, in development): `send` in a task of
    its own.

    Messages come to on_message through pass_on(), from whoever awaits `receive`.
    """

    tells_of_reading = False

    def __init__(self, send: Send, tasks: TaskSet) -> None:
        self._send = send
        self._waiting: deque[str | bytes] = deque()
        self._wake = asyncio.Event()
        self._on_message: OnMessage | None = None
        self.dropped = 0
        tasks.spawn(self._drain(), name="media outbox")

    def take_over(self, on_message: OnMessage, on_pong: OnPong) -> None:
        self._on_message = on_message

    def pass_on(self, message: str | bytes) -> None:
        """Hand over what `receive` gave."""
        if self._on_message is not None:
            self._on_message(message)

    def start_polling(self, sound: Sound | None = None) -> None:
        """Here messages come through `receive`, one by one."""

    def line(self, output: "SocketOutput") -> None:
        """Here messages go through `send`, one by one."""

    def stop_polling(self) -> None:
        """There was none."""

    def was_heard(self) -> bool:
        return False

    def send(self, message: str | bytes, ping: int | None = None) -> None:
        """Send a message; this server tells nobody of its pongs."""
        if len(self._waiting) >= OUTBOX_MESSAGES:
            self._drop_oldest_sound()
        self._waiting.append(message)
        self._wake.set()

    def _drop_oldest_sound(self) -> None:
        """Control messages are text in `native` and few in any dialect; sound is what there is too
        much of.
        """
        for index, message in enumerate(self._waiting):
            if isinstance(message, bytes) or '"media"' in message:
                del self._waiting[index]
                self.dropped += 1
                return

    async def _drain(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                message = self._waiting.popleft()
                key = "text" if isinstance(message, str) else "bytes"
                await self._send({"type": "websocket.send", key: message})


def choose_channel(scope: Scope, send: Send, tasks: TaskSet) -> Channel:
    """Take the direct way where the server offers it."""
    offered = (scope.get("extensions") or {}).get(EXTENSION)
    if offered is not None:
        channel: Channel = offered["channel"]
        return channel
    return QueuedChannel(send, tasks)
