"""How loud mono sound is by ITU-R BS.1770-4 (EBU R 128), and bringing it to a level.

Sound is on the int16 scale: 32768 is 0 dBFS.
"""

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from media_engine.pcm import FULL_SCALE, Pcm, Wide

Axis: TypeAlias = NDArray[np.float64]

TARGET_LUFS: Final = -23.0
CEILING_DBFS: Final = -1.0

# BS.1770-4, tables 1 and 2: the two stages of the K filter, for 48 kHz.
REFERENCE_RATE_HZ: Final = 48000
HEAD_STAGE: Final = (
    (1.53512485958697, -2.69169618940638, 1.19839281085285),
    (1.0, -1.69065929318241, 0.73248077421585),
)
LOW_CUT_STAGE: Final = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))

OFFSET_DB: Final = -0.691
ABSOLUTE_GATE_LUFS: Final = -70.0
RELATIVE_GATE_DB: Final = -10.0
BLOCKS_PER_SECOND: Final = 10
STEPS_PER_BLOCK: Final = 4
FILTER_BLOCK_S: Final = 4
SETTLING_S: Final = 0.5
"""The filter's memory: its slowest pole (38 Hz) has lost more than 400 dB by then."""


def integrated_lufs(sound: Pcm | Wide, rate_hz: int) -> float:
    """Give the gated loudness of a whole sound; -inf for silence and for less than 400 ms.

    ValueError for rates above 48 kHz.
    """
    power = _block_powers(sound, rate_hz)
    loud = power[_lufs(power) > ABSOLUTE_GATE_LUFS]
    if not len(loud):
        return -np.inf
    gate = float(_lufs(loud.mean())) + RELATIVE_GATE_DB
    return float(_lufs(loud[_lufs(loud) > gate].mean()))


def peak_dbfs(sound: Pcm | Wide) -> float:
    """Level of the largest sample; -inf for silence."""
    peak = float(np.max(np.abs(sound.astype(np.float32)), initial=0.0))
    return 20 * float(np.log10(peak / FULL_SCALE)) if peak else -np.inf


def normalised(sound: Wide, rate_hz: int) -> Wide:
    """Bring sound of any level to -23 LUFS, or less if its peaks would pass -1 dBFS.

    Silence stays silence.
    """
    if (peak := peak_dbfs(sound)) == -np.inf:
        return sound
    # Measured at its loudest: what lies below the absolute gate would count as silence.
    loudest = _amplified(sound, CEILING_DBFS - peak)
    return _amplified(loudest, min(TARGET_LUFS - integrated_lufs(loudest, rate_hz), 0.0))


def _amplified(sound: Wide, gain_db: float) -> Wide:
    return sound * np.float32(10 ** (gain_db / 20))


def _block_powers(sound: Pcm | Wide, rate_hz: int) -> Axis:
    """Mean square in blocks of 400 ms, one every 100 ms, K-weighted; full scale is 1.0."""
    step = rate_hz // BLOCKS_PER_SECOND
    steps = len(sound) // step
    if steps < STEPS_PER_BLOCK:
        return np.zeros(0)
    squares = np.square(k_weighted(sound, rate_hz)[: steps * step] / FULL_SCALE)
    sums = np.concatenate(([0.0], np.cumsum(squares.reshape(steps, step).sum(axis=1))))
    return np.asarray((sums[STEPS_PER_BLOCK:] - sums[:-STEPS_PER_BLOCK]) / (STEPS_PER_BLOCK * step))


def k_weighted(sound: Pcm | Wide, rate_hz: int) -> Axis:
    """Sound as the ear weighs it, float64, same length.

    The published 48 kHz filter is applied by its frequency response, so it is the same filter at
    every rate. Short blocks, each preceded by what the filter remembers, keep the memory small.
    """
    if not 0 < rate_hz <= REFERENCE_RATE_HZ:
        raise ValueError(
            f"loudness is measured at up to {REFERENCE_RATE_HZ} Hz, not at {rate_hz} Hz"
        )
    settling, step = round(SETTLING_S * rate_hz), FILTER_BLOCK_S * rate_hz
    size = 1 << int(np.ceil(np.log2(step + 2 * settling)))
    response = _response(np.linspace(0.0, rate_hz / 2, size // 2 + 1))
    padded = np.concatenate((np.zeros(settling), sound.astype(np.float64)))
    weighted = np.empty(len(sound))
    for start in range(0, len(sound), step):
        block = padded[start : start + settling + step]
        heard = np.fft.irfft(np.fft.rfft(block, size) * response, size)
        weighted[start : start + step] = heard[settling : len(block)]
    return weighted


def _response(hz: Axis) -> NDArray[np.complex128]:
    delay = np.exp(-2j * np.pi * hz / REFERENCE_RATE_HZ)
    response = np.ones(len(hz), dtype=np.complex128)
    for numerator, denominator in (HEAD_STAGE, LOW_CUT_STAGE):
        response *= np.polyval(numerator[::-1], delay) / np.polyval(denominator[::-1], delay)
    return response


def _lufs(power: Axis | np.floating) -> Axis:
    return np.asarray(OFFSET_DB + 10 * np.log10(np.maximum(power, 1e-20)))
