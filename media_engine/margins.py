"""How close a stream came to running dry: the margins of its last seconds, and their percentile.

The margin of a tick is what was left over when its frame had been taken: so many frames could have
been shorter the delay, and that tick would still have been served. A hold-up shows as low margins;
what even the worst per cent of the ticks left over is superfluous.
"""

from collections import deque
from typing import Final

BLOCK_TICKS: Final = 100
"""2 s; a block that has been closed counts as a whole until it is forgotten."""

BLOCKS: Final = 3
"""What is known reaches back for 6 to 8 s."""

TOLERATED: Final = 0.01
"""The share of ticks that may find nothing, if that saves delay: the 99th percentile counts."""


class Margins:
    """Margins from 0 to `largest` frames; whoever takes a frame does `counts[margin] += 1` (a call
    for each would cost more than the counting).

    What is known refers to the delay as it is now: tell of each change by `delay_grew` and
    `delay_shrank`.
    """

    __slots__ = ("_blocks", "counts")

    def __init__(self, largest: int) -> None:
        self.counts = [0] * (largest + 1)
        """Of the block that is running."""
        self._blocks: deque[list[int]] = deque(maxlen=BLOCKS)

    @property
    def is_known(self) -> bool:
        """Whether there are blocks enough to say that something is superfluous."""
        return len(self._blocks) == BLOCKS

    def delay_grew(self, ticks: int) -> None:
        """For `ticks` ticks in a row there was nothing, and the sender went on: each was served by
        one frame less than the one before.
        """
        for counts in (self.counts, *self._blocks):
            beyond = sum(counts[len(counts) - ticks :])
            counts[:] = [0] * ticks + counts[: len(counts) - ticks]
            counts[-1] += beyond
        for margin in range(ticks):
            self.counts[margin] += 1

    def delay_shrank(self) -> None:
        """One frame was left out."""
        for counts in (self.counts, *self._blocks):
            counts[:] = [counts[0] + counts[1], *counts[2:], 0]

    def drained(self) -> None:
        """The sender has paused, and what was left was played: its last ticks, one at each margin
        on the way down, say nothing of lateness.
        """
        self.counts = [max(0, ticks - 1) for ticks in self.counts]

    def close_block(self) -> None:
        """Begin another block; the oldest is forgotten."""
        self._blocks.append(self.counts)
        self.counts = [0] * len(self.counts)

    def forget(self) -> None:
        """Begin anew: nothing of what is known has to do with what follows."""
        self.counts = [0] * len(self.counts)
        self._blocks.clear()

    def worst(self) -> int:
        """Give the margin that all ticks of the closed blocks had, but for those TOLERATED."""
        totals = self._totals()
        left = int(sum(totals) * TOLERATED)
        for margin, ticks in enumerate(totals):
            left -= ticks
            if left < 0:
                return margin
        return 0

    def lateness(self) -> int:
        """Give by how many frames the latest came after the earliest, but for those TOLERATED."""
        totals = self._totals()
        most = max((margin for margin, ticks in enumerate(totals) if ticks), default=0)
        return most - self.worst()

    def _totals(self) -> list[int]:
        return [sum(ticks) for ticks in zip(*self._blocks, strict=True)]
