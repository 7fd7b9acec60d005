"""Lines: connections of legs that can be read, and written, many at once.

To touch the objects of each connection costs more than what is done with them, since between two
ticks a core forgets them. Where nothing out of the ordinary happens on a line, one frame in and one
out in each tick, it is a row of an array. What is out of the ordinary goes through the leg's own
`poll` and `output`, as on a connection that is no line.

Lines are numbered from 0 on at whoever reads or writes them; a new one is the last, and the last
one takes the number of one that is removed.
"""

from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Frames: TypeAlias = NDArray[np.uint8]
"""Encoded frames of the same size, one a row."""

Flags: TypeAlias = NDArray[np.bool_]


class LineWriter(Protocol):
    """Writes to lines of one frame size."""

    def add(self, line: "Line") -> None: ...

    def remove(self, number: int) -> None: ...

    def write(self, frames: Frames) -> None:
        """Send each line its row, once a tick; never blocks. ExceptionGroup of what lines raised,
        when all others have got theirs.
        """


class LineReader(Protocol):
    """Reads lines of one frame size."""

    def add(self, line: "Line") -> None: ...

    def remove(self, number: int) -> None: ...

    def read(self) -> tuple[Flags, Frames]:
        """Read each line, once a tick; never blocks. Say which have brought one whole frame and
        nothing else, and give the frames: those rows count, until this is called again.
        """

    def skip(self) -> list[int]:
        """Read each line, and forget what is sound; what else has come is handed on. Give the
        numbers of those on whose lines something else has come.
        """

    def hand_on(self) -> None:
        """Have what else has come received by the legs, each in its own way; must not raise. Lines
        may be removed meanwhile.
        """


class LineKind(Protocol):
    """What lines have in common that are read and written together."""

    def reader(self, frame_bytes: int, most_frames: int = 2) -> LineReader:
        """Make a reader of lines on which up to so many frames come between two reads."""

    def writer(self, frame_bytes: int) -> LineWriter: ...


class Line(Protocol):
    """A leg's connection."""

    @property
    def kind(self) -> LineKind: ...
