"""What makes a click: a step that the sound itself has not, or power where it has none."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def greatest_step(sound: ArrayLike) -> float:
    """The greatest difference of one sample from the one before."""
    return float(np.abs(np.diff(np.asarray(sound, dtype=float))).max())


def out_of_band_db(
    sound: NDArray[np.floating], rate_hz: int, low_hz: float, high_hz: float
) -> float:
    """The most power that any 20 ms have outside of a band, beside what all of it has on average.

    Stretches overlap by half, with a window that keeps its own leakage 400 Hz away below -60 dB.
    """
    length = rate_hz // 50
    starts = range(0, len(sound) - length + 1, length // 2)
    stretches = np.array([sound[start : start + length] for start in starts])
    power = np.abs(np.fft.rfft(stretches * np.blackman(length))) ** 2
    hz = np.fft.rfftfreq(length, 1 / rate_hz)
    outside = power[:, (hz < low_hz) | (hz > high_hz)].sum(axis=1)
    return float(10 * np.log10(max(outside.max(), 1e-9) / power.sum(axis=1).mean()))
