"""Frames out, one every 20 ms, by absolute deadlines: a late one delays no later one."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

PERIOD_S: Final = 0.020

STEPS: Final = 20
"""Places in the 20 ms, 1 ms apart, at which a caller's deadlines may lie."""

_STEP_S: Final = PERIOD_S / STEPS

FrameAt = Callable[[float], bytes]
"""Give what is sent at this time (seconds of time.perf_counter)."""

Line = tuple[Callable[[bytes], None], FrameAt]
"""How a caller sends, and what."""


class Pacer:
    """Sends for all callers of a process, by one timer; knows how late it was."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._places: list[dict[int, Line]] = [{} for _ in range(STEPS)]
        self._numbers = 0
        self._place = 0
        self._due = time.perf_counter()
        self._timer = self._loop.call_later(_STEP_S, self._turn)
        self.lateness: list[float] = []
        """Seconds behind its deadline at which each frame was sent since this was last cleared."""

    def add(self, line: Line, place: int) -> Callable[[], None]:
        """Send for a caller from now on, at `place` (0 to STEPS - 1); give what ends that."""
        lines, number = self._places[place], self._numbers
        self._numbers += 1
        lines[number] = line

        def end() -> None:
            lines.pop(number, None)

        return end

    def stop(self) -> None:
        """Send no more."""
        self._timer.cancel()

    def _turn(self) -> None:
        # However far behind it is: after each round the loop has a turn, or nothing would leave.
        for _ in range(STEPS):
            if self._due > time.perf_counter():
                break
            for send, frame_at in self._places[self._place].values():
                now = time.perf_counter()
                self.lateness.append(now - self._due)
                send(frame_at(now))
            self._place = (self._place + 1) % STEPS
            self._due += _STEP_S
        # The loop's own clock counts whole milliseconds on uvloop, so deadlines are kept here.
        self._timer = self._loop.call_later(_STEP_S, self._turn)


def behind_even(arrivals: Sequence[float]) -> NDArray[np.float64]:
    """Give how far each arrival is behind even steps of 20 ms, the least late one being on time.

    A frame that never came puts all later ones 20 ms behind.
    """
    steps = np.asarray(arrivals, dtype=np.float64) - PERIOD_S * np.arange(len(arrivals))
    return steps - steps.min() if len(steps) else steps
