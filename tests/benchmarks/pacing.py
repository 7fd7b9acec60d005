"""Frames out, one every 20 ms, by absolute deadlines: a late one delays no later one."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

PERIOD_S: Final = 0.020

FrameAt = Callable[[float], bytes]
"""Give the WebSocket frame that is sent at this time (seconds of time.perf_counter)."""


class Pacer:
    """Sends for one caller from start() to stop(); knows how late it was."""

    def __init__(self, send: Callable[[bytes], None], frame_at: FrameAt) -> None:
        self._send = send
        self._frame_at = frame_at
        self._loop = asyncio.get_running_loop()
        self._due = 0.0
        self._running = False
        self.lateness: list[float] = []
        """Seconds behind its deadline at which each frame was sent since this was last cleared."""

    def start(self, phase_s: float) -> None:
        """Begin; `phase_s`, from 0 to PERIOD_S, is where in 20 ms all deadlines lie."""
        now = time.perf_counter()
        self._due = now - now % PERIOD_S + PERIOD_S + phase_s
        self._running = True
        self._wait()

    def stop(self) -> None:
        """Send no more."""
        self._running = False

    def _wait(self) -> None:
        # The loop's own clock counts whole milliseconds on uvloop, so deadlines are kept here.
        self._loop.call_later(max(0.0, self._due - time.perf_counter()), self._send_next)

    def _send_next(self) -> None:
        if not self._running:
            return
        now = time.perf_counter()
        self.lateness.append(max(0.0, now - self._due))
        self._send(self._frame_at(now))
        self._due += PERIOD_S
        self._wait()
