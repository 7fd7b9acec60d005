"""Keeps a mix within full scale by turning it down for a while, in place of cutting its tops off.

A frame is looked at in blocks of 2.5 ms. The gain at an edge between two blocks is what both can
bear, and it moves in a straight line from edge to edge, so it is down before a peak is reached. Up
it goes slowly.

No sound is kept back to look ahead, so a peak in the first block of a frame is known no sooner than
that frame. There the gain falls from the first sample on, as evenly as the peaks allow: to one at
sample n (from 0) by a line of n + 1 steps. Only for a peak in the very first samples is that a
step, and then the sound itself has risen as suddenly, from what was below the ceiling.

Sound whose peaks stay below the ceiling, and has not been turned down before, is not touched.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from media_engine.pcm import Rows, Wide

CEILING: Final = 32767
"""What int16 holds: one talker at full scale is heard as he is."""

RELEASE_DB_PER_S: Final = 50.0
HOLD_FRAMES: Final = 13
"""How long the gain stays where it is before it comes back: it must not follow each word."""

_BLOCKS: Final = 8
_BLOCKS_PER_S: Final = 400
_CEILING: Final = np.float32(CEILING)
_RELEASE: Final = np.float32(10 ** (RELEASE_DB_PER_S / 20 / _BLOCKS_PER_S))
_NEARLY: Final = np.float32(10 ** (4 / 20))
"""4 dB: a peak that needs almost the gain there is keeps it, or it would follow each syllable."""


class Limiter:
    """Limits sounds that lie in the rows of an array, each by a gain of its own."""

    def __init__(self, rows: int) -> None:
        self._gains: NDArray[np.float32] = np.ones(rows, dtype=np.float32)
        """At the end of the last frame, one for each row."""
        self._held: NDArray[np.int16] = np.zeros(rows, dtype=np.int16)
        """For how many more frames it stays."""
        self._is_idle = True

    def grow(self, rows: int) -> None:
        """Take more rows; the new ones have not been turned down."""
        more = rows - len(self._gains)
        self._gains = np.concatenate([self._gains, np.ones(more, dtype=np.float32)])
        self._held = np.concatenate([self._held, np.zeros(more, dtype=np.int16)])

    def forget(self, row: int) -> None:
        """Begin anew in a row: another sound comes there."""
        self._gains[row] = 1
        self._held[row] = 0

    def stay_alike(self, rows: Rows, others: Rows) -> NDArray[np.bool_]:
        """Say of each row whether the same sound in it and in the other one stays the same."""
        stay: NDArray[np.bool_] = (self._gains[rows] == self._gains[others]) & (
            self._held[rows] == self._held[others]
        )
        return stay

    def limit(self, sound: Wide) -> None:
        """Limit the next frame of every row, `(rows, samples)`, in place."""
        if self._is_idle and sound.max() <= _CEILING and sound.min() >= -_CEILING:
            return
        peaks = np.abs(sound).reshape(len(sound), _BLOCKS, -1).max(axis=2)
        rows = np.flatnonzero((peaks.max(axis=1) > _CEILING) | (self._gains < 1))
        self._is_idle = not len(rows)
        if len(rows):
            edges = self._edges(peaks[rows], rows)
            samples = sound.shape[1] // _BLOCKS
            gains = _lines(edges, samples)
            late = np.flatnonzero(edges[:, 0] * peaks[rows, 0] > _CEILING)
            if len(late):
                first = sound[rows[late], :samples]
                gains[late, :samples] = _falls(edges[late, 0], edges[late, 1], first)
            sound[rows] *= gains
            self._gains[rows] = edges[:, -1]

    def _edges(self, peaks: Wide, rows: NDArray[np.intp]) -> Wide:
        """Give the gain at each edge of the blocks, `(rows, blocks + 1)`; `peaks` are theirs. The
        first is what it was: the first block may not bear it.
        """
        before = self._gains[rows]
        bearable = np.minimum(_CEILING / np.maximum(peaks, _CEILING), np.float32(1))
        lowest = bearable.min(axis=1)
        needed = (lowest < 1) & (lowest <= before * _NEARLY)
        self._held[rows] = np.where(needed, HOLD_FRAMES, np.maximum(self._held[rows] - 1, 0))
        release = np.where(self._held[rows] > 0, np.float32(1), _RELEASE)
        edges = np.empty((len(peaks), _BLOCKS + 1), dtype=np.float32)
        edges[:, 0] = before
        for block in range(1, _BLOCKS):
            both = np.minimum(bearable[:, block - 1], bearable[:, block])
            edges[:, block] = np.minimum(both, edges[:, block - 1] * release)
        edges[:, _BLOCKS] = np.minimum(bearable[:, -1], edges[:, _BLOCKS - 1] * release)
        return edges


def _lines(edges: Wide, samples: int) -> Wide:
    """Give the gain of each sample, in straight lines that end at the edges; `samples` to a
    block.
    """
    steps = edges[:, 1:, np.newaxis] - edges[:, :-1, np.newaxis]
    ramp = _counted(samples) / np.float32(samples)
    lines: Wide = (edges[:, :-1, np.newaxis] + steps * ramp).reshape(len(edges), -1)
    return lines


def _falls(before: Wide, after: Wide, sound: Wide) -> Wide:
    """Give the gain of each sample of a block, `(rows, samples)`, that falls from `before` to
    `after` in the smallest equal steps with which no sample of `sound` is above the ceiling.
    """
    bearable = _CEILING / np.maximum(np.abs(sound), _CEILING)
    bearable[:, -1] = after
    counted = _counted(sound.shape[1])
    steps = ((before[:, np.newaxis] - bearable) / counted).max(axis=1, keepdims=True)
    falls: Wide = np.maximum(before[:, np.newaxis] - steps * counted, after[:, np.newaxis])
    return falls


def _counted(samples: int) -> Wide:
    return np.arange(1, samples + 1, dtype=np.float32)
