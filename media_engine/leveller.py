"""Brings voices to one loudness: slowly, only while they speak, for any number of legs as one
array.

How loud somebody speaks is the mean amplitude (RMS) of the frames in which they do, over their last
few seconds of speech; the gain goes from there towards the target at a bounded speed. In pauses, in
noise and in silence it stays where it is, so what is between the words never swells.
"""

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from media_engine.levels import rms_dbfs
from media_engine.pcm import FRAMES_PER_SECOND, Wide

TARGET_DBFS: Final = -18.0
"""Of speech, its pauses left out."""

MOST_GAIN_DB: Final = 20.0
"""Up and down: who is quieter than a whisper stays quiet."""

UP_DB_PER_S: Final = 8.0
DOWN_DB_PER_S: Final = 12.0
"""Of speech, not of time: a pause takes no part."""

_MEMORY_FRAMES: Final = np.float32(2 * FRAMES_PER_SECOND)
_FIRST_FRAMES: Final = 10
"""Before so many nothing is known."""

_CREST_DB: Final = np.float32(1.8)
"""The level of speech is a mean of powers; it is above the mean of its frames' amplitudes by so
much.
"""

_LEAST: Final = np.float32(1e-5)

_UP: Final = np.float32(UP_DB_PER_S / FRAMES_PER_SECOND)
_DOWN: Final = np.float32(DOWN_DB_PER_S / FRAMES_PER_SECOND)
_NOTHING_DB: Final = np.float32(0.5)
"""Nobody hears so small a difference."""


class Leveller:
    """Levels rows of sound; rows are known by their position, 0 … n-1."""

    def __init__(self) -> None:
        self.gains_db: Wide = np.zeros(0, dtype=np.float32)
        """Of each row, at the end of the last frame."""
        self._loudness: Wide = self.gains_db.copy()
        self._frames: Wide = self.gains_db.copy()
        self._released: list[int] = []

    def __len__(self) -> int:
        return len(self.gains_db)

    def add_row(self) -> None:
        """Take one more, after all others; it is as it is until it has spoken."""
        self.gains_db = np.append(self.gains_db, np.float32(0))
        self._loudness = np.append(self._loudness, np.float32(0))
        self._frames = np.append(self._frames, np.float32(0))

    def remove_row(self, position: int) -> None:
        """Forget one; those behind it move up."""
        self.gains_db = np.delete(self.gains_db, position)
        self._loudness = np.delete(self._loudness, position)
        self._frames = np.delete(self._frames, position)

    def release(self, position: int) -> None:
        """Let a row come back, within its next frame, to what it was."""
        self._released.append(position)

    def process(self, frames: Wide, spoken: NDArray[np.bool_]) -> None:
        """Level the next frame of each row, `(rows, samples)`, in place; `spoken`, `(rows,)`: in
        which of them there is speech.
        """
        before = _factors(self.gains_db)
        if spoken.any() or self._released:
            self._follow(rms_dbfs(frames), spoken)
            self.gains_db[self._released] = 0
            self._released.clear()
            after = _factors(self.gains_db)
            frames *= before + (after - before) * _ramp(frames.shape[1])
        else:
            frames *= before

    def _follow(self, levels: Wide, spoken: NDArray[np.bool_]) -> None:
        self._frames += spoken
        np.minimum(self._frames, _MEMORY_FRAMES, out=self._frames)
        weights = spoken / np.maximum(self._frames, 1)
        self._loudness += weights * (np.power(np.float32(10), levels / 20) - self._loudness)
        missing = TARGET_DBFS - _CREST_DB - 20 * np.log10(np.maximum(self._loudness, _LEAST))
        np.clip(missing, -MOST_GAIN_DB, MOST_GAIN_DB, out=missing)
        missing -= self.gains_db
        moves = spoken & (self._frames > _FIRST_FRAMES) & (np.abs(missing) > _NOTHING_DB)
        self.gains_db += np.clip(missing, -_DOWN, _UP) * moves


def _factors(gains_db: Wide) -> Wide:
    """Give gains as factors, `(rows, 1)`."""
    factors: Wide = np.power(np.float32(10), gains_db[:, np.newaxis] / np.float32(20))
    return factors


@lru_cache(maxsize=4)
def _ramp(samples: int) -> Wide:
    """Rise evenly over a frame, to 1 at its last sample."""
    return np.arange(1, samples + 1, dtype=np.float32) / np.float32(samples)
