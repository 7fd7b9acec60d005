"""Streams that run evenly: of each a frame is taken in each tick, and one has come.

Nearly all streams are such nearly all the time, so they are rows of arrays here, read by one call
and moved on by another. What is more than that is the jitter buffer's matter: to begin, to run dry,
to be shortened, to be reviewed, a mark. For that a stream leaves, with its frames and its counts,
and comes again when it is over. So the rules are in one place (`jitter`, `leg`), and nothing that a
caller hears depends on the way it took.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from media_engine.columns import grown
from media_engine.jitter import CEILING_FRAMES, LENT_FRAMES
from media_engine.leg import HISTORY_FRAMES, Leg
from media_engine.lines import Flags, Frames, LineReader
from media_engine.pcm import Rows

_SLOTS: Final = 8
"""LENT_FRAMES that wait and HISTORY_FRAMES that were taken; a power of 2."""
_LAST_SLOT: Final = _SLOTS - 1
_FIRST_STREAMS: Final = 16


class EvenStreams:
    """Legs in the order of their lines at `reader`. `on_leave` is called with each that leaves."""

    def __init__(
        self, reader: LineReader, frame_bytes: int, on_leave: Callable[[Leg], None]
    ) -> None:
        self._reader = reader
        self._frame_bytes = frame_bytes
        self._on_leave = on_leave
        self._legs: list[Leg] = []
        self._numbers: dict[Leg, int] = {}
        self._places: Rows | None = None
        """Of the legs; None: they have changed."""
        # One row a stream.
        self._ring: Frames = np.zeros((0, _SLOTS, frame_bytes), np.uint8)
        self._first: Rows = np.zeros(0, np.intp)
        """The slot of the frame that is due."""
        self._waiting: Rows = np.zeros(0, np.intp)
        """How many frames wait: before a tick's are put to them, fewer than LENT_FRAMES."""
        self._left: Rows = np.zeros(0, np.intp)
        """How many ticks until the delay is reviewed."""
        self._entered: Rows = np.zeros(0, np.intp)
        """What that was when the stream came."""
        self._margins: NDArray[np.int64] = np.zeros((0, CEILING_FRAMES + 1), np.int64)
        self._make_room(_FIRST_STREAMS)

    def __len__(self) -> int:
        return len(self._legs)

    def enter(self, leg: Leg) -> None:
        """Take a leg in that runs evenly, and has a line."""
        assert leg.line is not None
        number = len(self._legs)
        if number == len(self._ring):
            self._make_room(2 * number)
        until_review = leg.jitter.ticks_until_review
        frames, margins = leg.jitter.lend()
        for slot, frame in enumerate(frames):
            self._ring[number, slot] = np.frombuffer(frame, np.uint8)
        self._first[number] = 0
        self._waiting[number] = len(frames)
        self._left[number] = self._entered[number] = until_review
        self._margins[number] = margins
        self._legs.append(leg)
        self._numbers[leg] = number
        self._places = None
        self._reader.add(leg.line)
        leg.lent_to = self

    def leave(self, leg: Leg) -> None:
        """Give a leg its frames back."""
        number = self._numbers.pop(leg)
        leg.lent_to = None
        played = int(self._entered[number] - self._left[number])
        first, waiting = int(self._first[number]), int(self._waiting[number])
        history = min(played, HISTORY_FRAMES)
        leg.jitter.take_back(
            self._frames(number, first, waiting), self._margins[number].tolist(), played
        )
        leg.remember(self._frames(number, first - history, history))
        self._remove(number)
        self._on_leave(leg)

    def put(self, leg: Leg, frame: bytes) -> bool:
        """Add a leg's newest frame; False when the leg has left instead."""
        number = self._numbers[leg]
        waiting = self._waiting[number]
        if waiting >= LENT_FRAMES:
            self.leave(leg)
            return False
        slot = (self._first[number] + waiting) & _LAST_SLOT
        self._ring[number, slot] = np.frombuffer(frame, np.uint8)
        self._waiting[number] += 1
        return True

    def kept(self, leg: Leg) -> tuple[int, int]:
        """Say how many of a leg's frames wait, and how many were given since it came."""
        number = self._numbers[leg]
        return int(self._waiting[number]), int(self._entered[number] - self._left[number])

    def place_anew(self) -> None:
        """Heed that legs stand elsewhere among those who are listened to."""
        self._places = None

    def tick(self, payloads: Frames) -> None:
        """Read all lines, and write the frame of each leg that is due into the leg's row of
        `payloads`; who has none, or comes to a review, leaves.
        """
        came, frames = self._reader.read()
        self._put_all(came, frames)
        self._reader.hand_on()
        self._let_go()
        count = len(self._legs)
        if self._places is None:
            self._places = np.asarray([leg.place_listened for leg in self._legs], dtype=np.intp)
        first, waiting = self._first[:count], self._waiting[:count]
        streams = self._all[:count]
        payloads[self._places] = self._ring[streams, first]
        first += 1
        first &= _LAST_SLOT
        waiting -= 1
        self._left[:count] -= 1
        self._margins[streams, waiting] += 1

    def _put_all(self, came: Flags, frames: Frames) -> None:
        count = len(self._legs)
        streams = self._all[:count]
        if not came.all():
            streams, frames = np.flatnonzero(came), frames[came]
        waiting = self._waiting[streams]
        self._ring[streams, (self._first[streams] + waiting) & _LAST_SLOT] = frames
        self._waiting[streams] = waiting + 1

    def _let_go(self) -> None:
        count = len(self._legs)
        waiting = self._waiting[:count]
        uneven = (waiting == 0) | (self._left[:count] <= 1)
        if uneven.any():
            for leg in [self._legs[number] for number in np.flatnonzero(uneven).tolist()]:
                self.leave(leg)

    def _frames(self, number: int, first: int, count: int) -> list[bytes]:
        ring = self._ring[number]
        return [ring[slot & _LAST_SLOT].tobytes() for slot in range(first, first + count)]

    def _remove(self, number: int) -> None:
        """Forget a stream; the last one takes its number."""
        self._reader.remove(number)
        last_leg = self._legs.pop()
        last = len(self._legs)
        if last != number:
            self._legs[number] = last_leg
            self._numbers[last_leg] = number
            for column in self._columns():
                column[number] = column[last]
        self._places = None

    def _columns(self) -> tuple[NDArray[np.generic], ...]:
        return (
            self._ring,
            self._first,
            self._waiting,
            self._left,
            self._entered,
            self._margins,
        )

    def _make_room(self, streams: int) -> None:
        self._all: Rows = np.arange(streams)
        self._ring = grown(self._ring, streams)
        self._first = grown(self._first, streams)
        self._waiting = grown(self._waiting, streams)
        self._left = grown(self._left, streams)
        self._entered = grown(self._entered, streams)
        self._margins = grown(self._margins, streams)
