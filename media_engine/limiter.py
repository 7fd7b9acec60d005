"""Keeps a mix within full scale by turning it down for a while, in place of cutting its tops off.

A frame is looked at in blocks of 2.5 ms. The gain at an edge between two blocks is what both can
bear, and it moves in a straight line from edge to edge, so it is down before a peak is reached. Up
it goes slowly. A peak in the first block of a frame, which the frame before could not know of, is
met by a step at the frame's edge: beside the onset that causes it, that is not heard, and no sound
is kept back to look ahead.

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
            sound[rows] *= _lines(edges, sound.shape[1] // _BLOCKS)
            self._gains[rows] = edges[:, -1]

    def _edges(self, peaks: Wide, rows: NDArray[np.intp]) -> Wide:
        """Give the gain at each edge of the blocks, `(rows, blocks + 1)`; `peaks` are theirs."""
        before = self._gains[rows]
        bearable = np.minimum(_CEILING / np.maximum(peaks, _CEILING), np.float32(1))
        lowest = bearable.min(axis=1)
        needed = (lowest < 1) & (lowest <= before * _NEARLY)
        self._held[rows] = np.where(needed, HOLD_FRAMES, np.maximum(self._held[rows] - 1, 0))
        release = np.where(self._held[rows] > 0, np.float32(1), _RELEASE)
        edges = np.empty((len(peaks), _BLOCKS + 1), dtype=np.float32)
        edges[:, 0] = np.minimum(before, bearable[:, 0])
        for block in range(1, _BLOCKS):
            both = np.minimum(bearable[:, block - 1], bearable[:, block])
            edges[:, block] = np.minimum(both, edges[:, block - 1] * release)
        edges[:, _BLOCKS] = np.minimum(bearable[:, -1], edges[:, _BLOCKS - 1] * release)
        return edges


def _lines(edges: Wide, samples: int) -> Wide:
    """Give the gain of each sample, in straight lines between the edges; `samples` to a block."""
    ramp = np.arange(samples, dtype=np.float32) / np.float32(samples)
    steps = edges[:, 1:, np.newaxis] - edges[:, :-1, np.newaxis]
    lines: Wide = (edges[:, :-1, np.newaxis] + steps * ramp).reshape(len(edges), -1)
    return lines
