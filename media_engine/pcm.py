"""The units of sound in memory: sample rates, the 20 ms frame, and the two array types."""

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Pcm: TypeAlias = NDArray[np.int16]
"""Linear sound as it is stored or sent: int16, mono, one axis of samples."""

Wide: TypeAlias = NDArray[np.float32]
"""Sound being summed, on the int16 scale (full scale = 32768) but unclipped: float32, mono.

Integers up to 2**24 are exact in float32, so a sum of 512 full-scale legs loses nothing."""

Rows: TypeAlias = NDArray[np.intp]
"""Numbers of rows of an array, one row a leg."""

FRAME_MS: Final = 20
FRAMES_PER_SECOND: Final = 1000 // FRAME_MS
RATES_HZ: Final = (8000, 16000, 24000, 48000)
FULL_SCALE: Final = 32768.0

_LARGEST: Final = np.float32(32767)
_SMALLEST: Final = np.float32(-32768)


def samples_per_frame(rate_hz: int) -> int:
    """How many samples one 20 ms frame has at `rate_hz`; ValueError for a rate that we do not
    speak.
    """
    if rate_hz not in RATES_HZ:
        raise ValueError(f"unsupported sample rate {rate_hz} Hz: must be one of {RATES_HZ}")
    return rate_hz // FRAMES_PER_SECOND


def to_pcm(wide: Wide) -> Pcm:
    """Round and clip sound that was summed to int16; any shape."""
    # np.clip() would be one call less, and several times as dear: it is a Python function.
    rounded = np.rint(wide)
    np.minimum(rounded, _LARGEST, out=rounded)
    np.maximum(rounded, _SMALLEST, out=rounded)
    return rounded.astype(np.int16)
