"""How loud sound is, and how to go over from one sound to another without a click."""

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from media_engine.pcm import FULL_SCALE, Wide

FLOOR_DBFS: Final = -96.0
"""What is told for silence: below one int16 step, and finite, so that JSON can carry it."""

_FLOOR_POWER: Final = 10 ** (FLOOR_DBFS / 10)


def rms_dbfs(frames: Wide) -> NDArray[np.float32]:
    """Give the level of each row, `(legs, samples)` to `(legs,)`, in dB and never below FLOOR_DBFS.

    0 dBFS is the power of a full-scale square wave; a full-scale sine is at -3.01. Sound that is
    still wide may be above 0. Rows have at least one sample.
    """
    power: NDArray[np.float32] = np.einsum("ij,ij->i", frames, frames)
    power /= frames.shape[1] * FULL_SCALE**2
    np.maximum(power, _FLOOR_POWER, out=power)
    np.log10(power, out=power)
    power *= 10
    return power


def fade(previous: Wide, following: Wide, samples: int) -> Wide:
    """Go over from `previous` to `following` within the first `samples` samples; give the result.

    Both are what would be heard at that time: one frame, or `(legs, frame)`, of the same shape.
    Equal gain: the two weights sum to 1, so a sound that is in both keeps its level. Neither is
    changed. ValueError when the fade is longer than the sound.
    """
    if not 0 <= samples <= following.shape[-1]:
        raise ValueError(f"can not fade over {samples} samples of {following.shape[-1]}")
    faded = following.copy()
    head = faded[..., :samples]
    head -= previous[..., :samples]
    head *= _ramp(samples)
    head += previous[..., :samples]
    return faded


@lru_cache(maxsize=16)
def _ramp(samples: int) -> Wide:
    """Give the weights of what follows: rising, without the 0 and the 1, which change nothing."""
    return np.arange(1, samples + 1, dtype=np.float32) / np.float32(samples + 1)
