"""The pitch of a voice where its sound ends: how long a period is there, and how that changes."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from media_engine.likeness import likenesses
from media_engine.pcm import Wide

SEARCH_HZ: Final = 8000
"""Searched at this rate, whatever the sound has: lags and lengths below are samples of it."""

_SHORTEST: Final = 32
"""4 ms. Of a higher voice several periods are taken for one."""

_LONGEST: Final = 120
_COMPARED: Final = 56
_COMPARED_LONG: Final = 120

_COMPARED_STEADY: Final = 160

_VOICED: Final = 0.5
"""Correlation of one period with the next, above which there is a pitch."""

_PERHAPS_VOICED: Final = 0.3
"""Above this there is a pitch when a longer comparison says so too. Of white noise 1 % does."""

_RATHER_SHORT: Final = 0.001
"""Correlation that a lag must have more than one that is a sample shorter: two periods are as like
the two before as one is, but older.
"""

_BEFORE: Final = 60
"""The period now is held against that of a period, or this much, before."""

_SURE: Final = 0.7
"""Correlation above which a period is worth being held against another one."""


@dataclass(frozen=True, slots=True)
class Pitch:
    """`period` in samples, with its fraction; `growth` is the share of it that it gets longer by in
    a millisecond; `steadiness` is how alike the last 20 ms are to those a period earlier: 1 for a
    tone, a voice seldom is above 0.98.
    """

    period: float
    growth: float
    steadiness: float


def find_pitch(past: Wide, rate_hz: int) -> Pitch | None:
    """Give the pitch at the end of `past`, of which 40 ms are looked at; None: there is none."""
    factor = rate_hz // SEARCH_HZ
    coarse = past if factor == 1 else past.reshape(-1, factor).mean(axis=1)
    alike = _alike_by_lag(coarse, _SHORTEST, _LONGEST, _COMPARED)
    best = int(np.argmax(alike - _RATHER_SHORT * np.arange(len(alike))))
    lag = _SHORTEST + best
    if alike[best] < _VOICED and not _is_confirmed(coarse, lag, float(alike[best])):
        return None
    period, _ = _refined(past, lag * factor, factor, _COMPARED * factor)
    steadiness = _alike_by_lag(coarse, lag - 1, lag + 1, _COMPARED_STEADY).max()
    return Pitch(period, _growth(coarse, lag), float(steadiness))


def _is_confirmed(coarse: Wide, lag: int, likeness: float) -> bool:
    if likeness < _PERHAPS_VOICED:
        return False
    return bool(_alike_by_lag(coarse, lag - 1, lag + 1, _COMPARED_LONG).max() >= _PERHAPS_VOICED)


def _growth(coarse: Wide, lag: int) -> float:
    """Give `Pitch.growth`; 0 when the period before can not be told."""
    between = max(lag, _BEFORE)
    before, likeness = _refined(coarse[:-between], lag, lag // 10 + 1, _COMPARED)
    if likeness < _SURE:
        return 0.0
    period, _ = _refined(coarse, lag, 1, _COMPARED)
    return (period - before) / period / between * (SEARCH_HZ // 1000)


def _refined(sound: Wide, lag: int, reach: int, compared: int) -> tuple[float, float]:
    """Give the period within `reach` samples of `lag`, with its fraction, and how alike it is."""
    alike = _alike_by_lag(sound, lag - reach, lag + reach, compared)
    best = int(np.argmax(alike))
    period = float(lag - reach + best)
    if 0 < best < len(alike) - 1:
        # The top of the parabola through the three.
        left, top, right = (float(value) for value in alike[best - 1 : best + 2])
        bend = left - 2 * top + right
        period += 0.5 * (left - right) / bend if bend < 0 else 0.0
    return period, float(alike[best])


def _alike_by_lag(sound: Wide, shortest: int, longest: int, compared: int) -> NDArray[np.floating]:
    """Give how alike the last `compared` samples are to those each lag earlier."""
    earlier = sound[-compared - longest : len(sound) - shortest]
    return likenesses(sound[-compared:], earlier)[::-1]
