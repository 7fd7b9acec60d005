"""Legs of a bank that have lines of one kind: what they hear is sent to all at once."""

import numpy as np

from media_engine.leg import Leg
from media_engine.lines import Frames, Line, LineWriter
from media_engine.pcm import Rows


class LinedLegs:
    """Legs in the order of their lines at `writer`."""

    def __init__(self, writer: LineWriter) -> None:
        self._writer = writer
        self._legs: list[Leg] = []
        self._places: Rows = np.zeros(0, dtype=np.intp)

    def add(self, leg: Leg, line: Line) -> None:
        """Send to a leg from the next tick on."""
        self._legs.append(leg)
        self._writer.add(line)
        self.number()

    def remove(self, leg: Leg) -> None:
        """Send to a leg no more; number() must follow."""
        self._writer.remove(take_out(self._legs, leg))

    def number(self) -> None:
        """Heed that the legs stand elsewhere in the bank."""
        self._places = np.asarray([leg.place for leg in self._legs], dtype=np.intp)

    def write(self, frames: Frames) -> None:
        """Send each leg its row of `frames`, in which the bank's legs stand in their places.
        ExceptionGroup as of LineWriter.write.
        """
        self._writer.write(frames[self._places])


def take_out(legs: list[Leg], leg: Leg) -> int:
    """Remove a leg, whose place the last one takes; give that place. ValueError when it is not
    there.
    """
    index = legs.index(leg)
    last = legs.pop()
    if last is not leg:
        legs[index] = last
    return index
