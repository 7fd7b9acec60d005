"""What an agent says ahead of time, kept until it is due.

Agents for Media Streams send whole sentences at once and count on Twilio to play them in order and
in time; a leg's own buffer is for the jitter of a network and far too short for that.
"""

from collections import deque
from typing import Final

from media_engine import Leg

MAX_BYTES: Final = 5 * 60 * 8000
"""Five minutes of mu-law. What comes then is left in the sockets' buffers, until the agent can not
send any more.
"""


class AgentPlayout:
    """Stands between an agent and its leg, which it never lets run dry nor over."""

    __slots__ = ("_bytes", "_leg", "_waiting")

    def __init__(self, leg: Leg) -> None:
        self._leg = leg
        self._waiting: deque[bytes | str] = deque()
        self._bytes = 0

    @property
    def is_full(self) -> bool:
        return self._bytes >= MAX_BYTES

    def receive(self, payload: bytes) -> None:
        """Keep sound of any length."""
        if payload:
            self._waiting.append(payload)
            self._bytes += len(payload)

    def receive_mark(self, name: str) -> None:
        """Have a mark answered once what came before it was played."""
        self._waiting.append(name)
        self._bytes += 1

    def clear(self) -> None:
        """Forget what was not yet played; waiting marks are answered at once."""
        names = [name for name in self._waiting if isinstance(name, str)]
        self._waiting.clear()
        self._bytes = 0
        self._leg.clear()
        for name in names:
            self._leg.receive_mark(name)

    def top_up(self) -> None:
        """Give the leg what it may hold before it thinks that it is behind; once a tick."""
        leg = self._leg
        while self._waiting and (room := leg.jitter.room) > 0:
            said = self._waiting.popleft()
            if isinstance(said, str):
                self._bytes -= 1
                leg.receive_mark(said)
                continue
            due = said[: room * leg.wire.bytes_per_frame]
            self._bytes -= len(due)
            leg.receive(due)
            if len(due) < len(said):
                self._waiting.appendleft(said[len(due) :])
