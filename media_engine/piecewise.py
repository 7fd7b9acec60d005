"""Converting the rate of a clip that is too long to be held at its own rate."""

import math
from collections.abc import Iterable
from typing import Final

import numpy as np

from media_engine.pcm import Pcm
from media_engine.resample import resample_clip

_PIECE_S: Final = 30
_MARGIN_S: Final = 0.1
"""More than resample_clip() hears to either side of a sample, at any rate that it takes."""

_RATE_STEP_HZ: Final = 10


def convert_blocks(blocks: Iterable[Pcm], frames: int, from_hz: int, to_hz: int) -> Pcm:
    """Give one clip at `to_hz` of blocks at `from_hz`, `frames` samples of them together at most.

    The same as resample_clip() of all of them, in the memory of 30 s besides the result. A rate
    that has less than 10 Hz in common with the other is taken to the nearest 10 Hz: its filter
    would take a second to make, and the difference is a hundredth of a semitone at 8 kHz.
    UnsupportedFormat for rates that resample_clip() does not take.
    """
    if math.gcd(from_hz, to_hz) < _RATE_STEP_HZ:
        from_hz = round(from_hz / _RATE_STEP_HZ) * _RATE_STEP_HZ
    conversion = _Conversion(frames, from_hz, to_hz)
    for block in blocks:
        conversion.add(block)
    return conversion.finish()


class _Conversion:
    """Cuts where a sample of the one rate falls on a sample of the other, and converts each piece
    with a margin of its neighbours, so that the seams can not be told.
    """

    def __init__(self, frames: int, from_hz: int, to_hz: int) -> None:
        self._rates = (from_hz, to_hz)
        common = math.gcd(from_hz, to_hz)
        self._period_in, self._period_out = from_hz // common, to_hz // common
        self._piece = math.ceil(_PIECE_S * from_hz / self._period_in)
        self._margin = math.ceil(_MARGIN_S * from_hz / self._period_in)
        self._lead = 0
        """Periods at the beginning of what is held that were converted already."""
        self._held: list[Pcm] = []
        self._waiting = 0
        self._result = np.empty(math.ceil(frames * to_hz / from_hz) + 1, np.int16)
        self._length = 0

    def add(self, block: Pcm) -> None:
        self._held.append(block)
        self._waiting += len(block)
        if self._waiting < (self._lead + self._piece + self._margin) * self._period_in:
            return
        sound = np.concatenate(self._held)
        self._convert(sound, self._piece * self._period_out)
        rest = sound[(self._lead + self._piece - self._margin) * self._period_in :].copy()
        self._held, self._waiting, self._lead = [rest], len(rest), self._margin

    def finish(self) -> Pcm:
        if self._held:
            self._convert(np.concatenate(self._held), len(self._result))
        return self._result[: self._length]

    def _convert(self, sound: Pcm, most: int) -> None:
        ready = resample_clip(sound, *self._rates)[self._lead * self._period_out :][:most]
        self._result[self._length : self._length + len(ready)] = ready
        self._length += len(ready)
