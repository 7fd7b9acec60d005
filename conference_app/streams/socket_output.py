"""What a leg hears, on its way to the client: never more in flight than the client keeps up with.

A send that returns says nothing of the reader: minutes of sound fit into the buffers of two
kernels. So every few frames a ping goes along, and its pong tells what the client has read. When
too much is unread, the newest frames wait in a short outbox and the oldest of them are dropped: a
client that reads again hears the present within half a second.
"""

import sys
from collections import deque
from collections.abc import Callable
from typing import Final

from conference_app.streams.channel import Channel
from media_engine.dialects import ClientDialect, ServerDialect

PING_EVERY_FRAMES: Final = 25
MAX_UNREAD_FRAMES: Final = 40
"""800 ms: a round trip of 300 ms still passes without a loss."""

OUTBOX_FRAMES: Final = 5
"""Together with what is unread: at most 900 ms of delay."""

GONE_AFTER_TICKS: Final = 750
"""15 s without a message or a pong. Counted in ticks: a stall of ours does not age anybody."""

LOOKS_AGAIN_AFTER_TICKS: Final = 150
"""Sound that comes the short way is noted without its time: whoever was heard since the last look
is looked at again after 3 s.
"""

MESSAGES_PER_TICK: Final = 10
MESSAGES_AT_ONCE: Final = 2000
"""A client may send 500 messages a second for ever, and bursts (after a stall of its network) far
above that.
"""


class SocketOutput:
    """A `media_engine.LegOutput` on a channel. `on_gone` is called once, when the client gives no
    sign of life.
    """

    __slots__ = (
        "_channel",
        "_credit",
        "_credit_at",
        "_dialect",
        "_gone_at",
        "_is_binary",
        "_most_unread",
        "_on_gone",
        "_outbox",
        "_read",
        "_sent",
        "_ticks",
        "dropped_frames",
    )

    def __init__(
        self,
        channel: Channel,
        dialect: ServerDialect | ClientDialect,
        on_gone: Callable[[], None],
    ) -> None:
        self._channel = channel
        self._dialect = dialect
        self._is_binary = dialect.is_binary
        self._on_gone = on_gone
        # Where nothing is known of reading, nothing is held back.
        self._most_unread = MAX_UNREAD_FRAMES if channel.tells_of_reading else sys.maxsize
        self._sent = 0
        self._read = 0
        self._outbox: deque[bytes] = deque()
        self._ticks = 0
        self._gone_at = GONE_AFTER_TICKS
        self._credit = MESSAGES_AT_ONCE
        self._credit_at = 0
        self.dropped_frames = 0

    def audio(self, payload: bytes) -> None:
        """Send one frame; called once a tick."""
        ticks = self._ticks = self._ticks + 1
        if ticks == self._gone_at:
            self._look_for_life()
        if self._sent - self._read < self._most_unread:
            self._send(payload)
            return
        self._outbox.append(payload)
        if len(self._outbox) > OUTBOX_FRAMES:
            self._outbox.popleft()
            self.dropped_frames += 1

    @property
    def easy_frames(self) -> int:
        """How many frames may be sent past this output, one a tick, before it has to look."""
        if self._outbox or not self._is_binary:
            return 0
        until_ping = PING_EVERY_FRAMES - 1 - self._sent % PING_EVERY_FRAMES
        until_full = self._most_unread - (self._sent - self._read)
        return max(0, min(until_ping, until_full, self._gone_at - self._ticks - 1))

    def count(self, frames: int) -> None:
        """So many frames have been sent past this output, as easy_frames allowed."""
        self._ticks += frames
        self._sent += frames

    def mark(self, name: str) -> None:
        """Answer a mark."""
        message = self._dialect.mark(name)
        if message is not None:
            self._channel.send(message)

    def on_pong(self, frames_read: int) -> bool:
        """The client has read the first `frames_read` frames; False when that is no news."""
        self._gone_at = self._ticks + GONE_AFTER_TICKS
        if not self._read < frames_read <= self._sent:
            return False
        self._read = frames_read
        while self._outbox and self._sent - self._read < self._most_unread:
            self._send(self._outbox.popleft())
        return True

    def allows_message(self) -> bool:
        """Note a sign of life; False when the client sends more than anybody has reason to."""
        ticks = self._ticks
        self._gone_at = ticks + GONE_AFTER_TICKS
        if ticks != self._credit_at:
            earned = (ticks - self._credit_at) * MESSAGES_PER_TICK
            self._credit = min(self._credit + earned, MESSAGES_AT_ONCE)
            self._credit_at = ticks
        self._credit -= 1
        return self._credit > 0

    def _look_for_life(self) -> None:
        if self._channel.was_heard():
            self._gone_at = self._ticks + LOOKS_AGAIN_AFTER_TICKS
        elif self._channel.tells_of_reading:
            self._on_gone()

    def _send(self, payload: bytes) -> None:
        sent = self._sent = self._sent + 1
        message = payload if self._is_binary else self._dialect.media(payload)
        self._channel.send(message, None if sent % PING_EVERY_FRAMES else sent)
