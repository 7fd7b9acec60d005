"""The ticker: calls tick() every 20 ms by absolute deadlines.

Deadlines are `start + n * period`, so a late tick makes nobody's clock slow. After a stall a few
ticks are caught up at once and the rest is given up and counted: legs must not be flooded with what
is old.
"""

from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final

MAX_CATCH_UP: Final = 5
"""100 ms: what a client's own jitter buffer still plays; more would only be delay."""

_LATENESS_SAMPLES: Final = 15_000


class Ticker:
    """Runs ticks on a clock and a sleep that are handed in; knows how late each one was."""

    def __init__(
        self,
        tick: Callable[[int], None],
        *,
        period: float,
        now: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        """`tick(skipped)` gets the number of ticks that were given up right before it; `period` is
        in seconds.
        """
        self._tick = tick
        self._period = period
        self._now = now
        self._sleep = sleep
        self._running = False
        self.ticks = 0
        self.skipped = 0
        self.lateness: deque[float] = deque(maxlen=_LATENESS_SAMPLES)
        """Seconds behind its deadline at which each of the last ticks (five minutes) began."""

    def stop(self) -> None:
        """Let run() return instead of making another tick."""
        self._running = False

    async def run(self) -> None:
        """Tick until stop()."""
        self._running = True
        due = self._now() + self._period
        while True:
            await self._sleep(max(0.0, due - self._now()))
            if not self._running:
                return
            late = self._now() - due
            skipped = max(0, int(late / self._period) - MAX_CATCH_UP)
            due += skipped * self._period
            self.skipped += skipped
            self.lateness.append(max(0.0, late))
            self.ticks += 1
            self._tick(skipped)
            due += self._period
