"""When a telephone would have played what it was sent: marks are answered then, as Twilio does.

Time is an argument: seconds of any monotonic clock.
"""

from collections import deque
from typing import Final

MAX_WAITING: Final = 1000
"""Marks that wait for their sound; beyond this the oldest are dropped and counted."""


class Playout:
    """A telephone's buffer: sound is played in order, from its arrival on."""

    def __init__(self, bytes_per_second: int) -> None:
        self._bytes_per_second = bytes_per_second
        self._played_until_s = 0.0
        self._waiting: deque[tuple[float, str]] = deque()
        self.dropped_marks = 0

    def add(self, now_s: float, payload: bytes) -> None:
        """Queue sound."""
        begins_s = max(now_s, self._played_until_s)
        self._played_until_s = begins_s + len(payload) / self._bytes_per_second

    def add_mark(self, name: str) -> None:
        """Queue a mark behind the sound that came before it."""
        if len(self._waiting) == MAX_WAITING:
            self._waiting.popleft()
            self.dropped_marks += 1
        self._waiting.append((self._played_until_s, name))

    def clear(self) -> None:
        """Forget the sound that was not played; every waiting mark is due."""
        self._played_until_s = 0.0
        self._waiting = deque((0.0, name) for _, name in self._waiting)

    def due_marks(self, now_s: float) -> list[str]:
        """Take out the marks that everything before was played of, in their order."""
        due = []
        while self._waiting and self._waiting[0][0] <= now_s:
            due.append(self._waiting.popleft()[1])
        return due
