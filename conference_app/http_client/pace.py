"""How much of the interpreter a loop may take for reading what servers send.

The threads of a process share one interpreter. While one of them computes without a pause, a tick
of another loses a fraction of a millisecond each time it lets go of the interpreter, which it does
tens of times. So reading is done in steps, and the loop rests when it has computed for a while.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Final
from weakref import WeakKeyDictionary

BUSY_S: Final = 0.001
"""Processor time in a round; some 15 portions of 16 KiB."""

ROUND_S: Final = 0.008


class Pace:
    """Takes the steps of one loop in turn: one each time round the loop, until the round's
    processor time is used up. All that the loop's thread computes counts.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._steps: deque[Callable[[], None]] = deque()
        self._is_running = False
        self._round_began = 0.0
        self._spent_before = 0.0

    def soon(self, step: Callable[[], None]) -> None:
        """Call `step` when it is its turn; it must not raise."""
        self._steps.append(step)
        if not self._is_running:
            self._is_running = True
            self._loop.call_soon(self._go_on)

    async def turn(self) -> None:
        """Wait for one's turn."""
        reached = self._loop.create_future()
        self.soon(lambda: None if reached.done() else reached.set_result(None))
        await reached

    def _go_on(self) -> None:
        rest_s = self._rest_s()
        if rest_s > 0:
            self._loop.call_later(rest_s, self._go_on)
            return
        self._steps.popleft()()
        self._is_running = bool(self._steps)
        if self._is_running:
            self._loop.call_soon(self._go_on)

    def _rest_s(self) -> float:
        """How long to rest before the next step."""
        now = time.monotonic()
        if now - self._round_began >= ROUND_S:
            self._round_began, self._spent_before = now, time.thread_time()
            return 0.0
        if time.thread_time() - self._spent_before < BUSY_S:
            return 0.0
        return self._round_began + ROUND_S - now


_paces: WeakKeyDictionary[asyncio.AbstractEventLoop, Pace] = WeakKeyDictionary()


def pace() -> Pace:
    """Give the pace of the running loop."""
    loop = asyncio.get_running_loop()
    found = _paces.get(loop)
    if found is None:
        found = _paces[loop] = Pace(loop)
    return found
