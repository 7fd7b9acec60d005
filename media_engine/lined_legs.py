"""Legs of a bank that have lines of one kind: what they hear is sent to all at once."""

import numpy as np

from media_engine.columns import take_out
from media_engine.leg import Leg
from media_engine.lines import Frames, Line, LineWriter
from media_engine.pcm import Rows


class LinedLegs:
    """Legs in the order of their lines at `writer`."""

    def __init__(self, writer: LineWriter) -> None:
        self._writer = writer
        self._legs: list[Leg] = []
        self._places: Rows | None = None
        """Of the legs in the bank; None: they have changed."""

    def add(self, leg: Leg, line: Line) -> None:
        """Send to a leg from the next tick on."""
        self._legs.append(leg)
        self._writer.add(line)
        self._places = None

    def remove(self, leg: Leg) -> None:
        """Send to a leg no more."""
        self._writer.remove(take_out(self._legs, leg))
        self._places = None

    def place_anew(self) -> None:
        """Heed that legs stand elsewhere in the bank."""
        self._places = None

    def write(self, frames: Frames) -> None:
        """Send each leg its row of `frames`, in which the bank's legs stand in their places.
        ExceptionGroup as of LineWriter.write.
        """
        if self._places is None:
            self._places = np.asarray([leg.place for leg in self._legs], dtype=np.intp)
        self._writer.write(frames[self._places])
