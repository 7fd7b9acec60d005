"""Lets requests in one after the other, so that they leave time for the ticks between them."""

import asyncio
from typing import Final

AT_ONCE: Final = 8
"""What a page and its parts need is let in at once."""


class Turnstile:
    """Lets `per_second` requests through, and AT_ONCE more after a time without any; those who wait
    keep their order.
    """

    def __init__(self, per_second: float) -> None:
        self._interval_s = 1 / per_second
        self._next_at = 0.0

    async def pass_through(self) -> None:
        """Wait for one's turn."""
        now = asyncio.get_running_loop().time()
        earliest = now - AT_ONCE * self._interval_s
        self._next_at = max(self._next_at, earliest) + self._interval_s
        if self._next_at > now:
            await asyncio.sleep(self._next_at - now)
