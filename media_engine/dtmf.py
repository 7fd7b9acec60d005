"""Key tones (ITU-T Q.23): what a caller hears for TwiML's <Play digits>."""

from typing import Final

import numpy as np

from media_engine.errors import EngineError
from media_engine.pcm import FULL_SCALE, Pcm

_ROWS_HZ: Final = (697, 770, 852, 941)
_COLUMNS_HZ: Final = (1209, 1336, 1477, 1633)
_KEYS: Final = ("123A", "456B", "789C", "*0#D")
_TONES_HZ: Final = {
    key: (row_hz, column_hz)
    for row_hz, keys in zip(_ROWS_HZ, _KEYS, strict=True)
    for column_hz, key in zip(_COLUMNS_HZ, keys, strict=True)
}
_PAUSES_S: Final = {"w": 0.5, "W": 1.0}

TONE_S: Final = 0.1
GAP_S: Final = 0.1
LEVEL: Final = 10 ** (-14 / 20)
"""Each of the two tones has its peak at −14 dBFS."""

_EDGE_S: Final = 0.005


def key_tones(digits: str, rate_hz: int) -> Pcm:
    """Give the sound of `digits`: 0-9, A-D, *, # are tones, w waits for half a second, W for one.

    Raises EngineError for any other character.
    """
    parts = [_sound_of(digit, rate_hz) for digit in digits]
    return np.concatenate([np.zeros(0, dtype=np.int16), *parts])


def _sound_of(digit: str, rate_hz: int) -> Pcm:
    if digit in _PAUSES_S:
        return np.zeros(int(_PAUSES_S[digit] * rate_hz), dtype=np.int16)
    if digit not in _TONES_HZ:
        raise EngineError(f"{digit!r} is not a key: must be one of 0-9, A-D, *, #, w, W")
    seconds = np.arange(int(TONE_S * rate_hz)) / rate_hz
    edges = np.minimum(1, np.minimum(seconds, TONE_S - seconds) / _EDGE_S)
    tone = sum(np.sin(2 * np.pi * hz * seconds) for hz in _TONES_HZ[digit])
    sound = np.rint(tone * edges * LEVEL * FULL_SCALE).astype(np.int16)
    return np.concatenate([sound, np.zeros(int(GAP_S * rate_hz), dtype=np.int16)])
