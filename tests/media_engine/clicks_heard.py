"""What makes a click: a step that the sound itself has not, or power where it has none."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def greatest_step(sound: ArrayLike) -> float:
    """The greatest difference of one sample from the one before."""
    return float(np.abs(np.diff(np.asarray(sound, dtype=float))).max())


def greatest_bend(sound: ArrayLike) -> float:
    """The greatest second difference: where a sound goes on from the same place, but elsewhere."""
    return float(np.abs(np.diff(np.asarray(sound, dtype=float), 2)).max())


def greatest_splash(sound: NDArray[np.floating], rate_hz: int, from_hz: float) -> float:
    """The most power above `from_hz` that any 5 ms have; they overlap by three quarters.

    The window's own leakage is below -70 dB 1500 Hz away.
    """
    return float(_powers(sound, rate_hz, from_hz).max())


def splash_db(sound: NDArray[np.floating], rate_hz: int, from_hz: float) -> float:
    """The same beside what all of it has on average at all frequencies."""
    mean = float(_powers(sound, rate_hz, 0).mean())
    return float(10 * np.log10(max(greatest_splash(sound, rate_hz, from_hz), 1e-9) / mean))


def _powers(sound: NDArray[np.floating], rate_hz: int, from_hz: float) -> NDArray[np.float64]:
    length = rate_hz // 200
    stretches = np.lib.stride_tricks.sliding_window_view(sound, length)[:: length // 4]
    spectra = np.fft.rfft(stretches * np.blackman(length), 4 * length)
    above = np.fft.rfftfreq(4 * length, 1 / rate_hz) >= from_hz
    powers: NDArray[np.float64] = np.square(np.abs(spectra[:, above])).sum(axis=1)
    return powers


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
