"""Concealment of short gaps in one leg's sound, in the manner of ITU-T G.711 Appendix I.

The last pitch period that was heard goes on, and fades: whole for 10 ms, silent at 60 ms. Unlike
there it is not the wave that is repeated but what excites it (`prediction`), so there is no seam;
and a voice that was getting quieter goes on to. Sound without a pitch (noise, hiss) is excited by
its own past played backwards: the same spectrum, and no period that could be heard as a buzz.
"""

from functools import cache
from typing import Final

import numpy as np

from media_engine.likeness import most_alike
from media_engine.pcm import Pcm, Wide, samples_per_frame, to_pcm
from media_engine.prediction import analyse

HISTORY_MS: Final = 60
"""How much sound before the gap is used."""

SILENT_AFTER_MS: Final = 60
"""When a gap has faded out: later it is silence."""

RECOVERY_MS: Final = 5
"""How long the extrapolation goes on under the first real frame."""

_SHORTEST_PERIOD_MS: Final = 4
_LONGEST_PERIOD_MS: Final = 15
_COMPARED_MS: Final = 7
_WHOLE_MS: Final = 10
_QUIETER_AT_MOST: Final = 0.5

_VOICED: Final = 0.5
"""Correlation of one period with the next, above which there is a pitch; noise stays below 0.4."""

_INAUDIBLE_PEAK: Final = 16
"""-66 dBFS. Idle lines are below it, and cost nothing to conceal."""

_ANALYSED_MS: Final = 20
"""The sound right before the gap; where that is silence, nothing can be predicted from it."""

_SEARCH_HZ: Final = 8000

_NOTHING: Final[Pcm] = np.zeros(0, np.int16)


class Concealer:
    """Fills the gaps of one leg, whose sound has `rate_hz`; between gaps it holds nothing.

    For each missing frame call `conceal`, for the first frame that is there again `recover`.
    """

    __slots__ = ("_rate_hz", "_rest")

    def __init__(self, rate_hz: int) -> None:
        """ValueError for a rate that is not one of `pcm.RATES_HZ`."""
        samples_per_frame(rate_hz)
        self._rate_hz = rate_hz
        self._rest: Pcm | None = None

    @property
    def concealing(self) -> bool:
        """Whether there is a gap just now: the last call was `conceal`."""
        return self._rest is not None

    def conceal(self, history: Pcm, ahead: Pcm = _NOTHING) -> Pcm:
        """Give the next 20 ms of a gap.

        `history` is the sound that was heard, the last HISTORY_MS or more; what it lacks counts as
        silence. `ahead` is what is still there to be heard before the gap: less than a frame. Both
        are looked at for the first frame of a gap only, the later ones go on from there.
        """
        if self._rest is None:
            past = np.concatenate((history, ahead))
            self._rest = np.concatenate((ahead, _extrapolate(past, self._rate_hz)))
        samples = samples_per_frame(self._rate_hz)
        frame, self._rest = self._rest[:samples], self._rest[samples:]
        return frame if len(frame) else np.zeros(samples, np.int16)

    def recover(self, frame: Pcm) -> Pcm:
        """Give the first real sound after a gap, faded in over what was extrapolated; ends the gap.

        Without a gap before it, that is `frame` itself.
        """
        if self._rest is None:
            return frame
        samples = min(self._rate_hz * RECOVERY_MS // 1000, len(frame))
        extrapolated = np.zeros(samples, np.float32)
        left = self._rest[:samples]
        extrapolated[: len(left)] = left
        self._rest = None
        recovered = frame.copy()
        recovered[:samples] = to_pcm(_cross(extrapolated, frame[:samples].astype(np.float32)))
        return recovered


def _extrapolate(history: Pcm, rate_hz: int) -> Pcm:
    """Give the SILENT_AFTER_MS that follow `history`, fading."""
    total = rate_hz * SILENT_AFTER_MS // 1000
    past = np.zeros(rate_hz * HISTORY_MS // 1000, np.float32)
    known = history[-len(past) :]
    past[len(past) - len(known) :] = known
    if np.abs(past[-rate_hz * _ANALYSED_MS // 1000 :]).max() < _INAUDIBLE_PEAK:
        return np.zeros(total, np.int16)

    period = _find_period(past, rate_hz)
    prediction = analyse(past, rate_hz, _ANALYSED_MS)
    if period is None:
        return to_pcm(prediction.go_on(prediction.excitation[::-1][:total]) * _fading(rate_hz))
    sound = prediction.go_on(_repeat(prediction.excitation, period, total))
    sound *= _trend(past, period) ** (np.arange(total, dtype=np.float32) / period)
    return to_pcm(sound * _fading(rate_hz))


def _trend(past: Wide, period: int) -> float:
    """Give how loud the last period is beside the one before: 0.5 to 1, it is not to swell."""
    last, before = past[-period:], past[-2 * period : -period]
    ratio = float(np.dot(last, last)) / max(float(np.dot(before, before)), 1.0)
    return float(min(1.0, max(ratio**0.5, _QUIETER_AT_MOST)))


def _find_period(past: Wide, rate_hz: int) -> int | None:
    """Give the pitch period in samples, 4 to 15 ms (or several of a high voice); None: no pitch.

    Searched at 8 kHz, then refined at the full rate around what was found.
    """
    factor = rate_hz // _SEARCH_HZ
    coarse = past if factor == 1 else past.reshape(-1, factor).mean(axis=1)
    shortest = _SEARCH_HZ * _SHORTEST_PERIOD_MS // 1000
    longest = _SEARCH_HZ * _LONGEST_PERIOD_MS // 1000
    lag, likeness = _most_alike(coarse, shortest, longest, _SEARCH_HZ * _COMPARED_MS // 1000)
    if likeness < _VOICED:
        return None
    if factor == 1:
        return lag
    near = max(lag - 1, shortest) * factor, min(lag + 1, longest) * factor
    return _most_alike(past, *near, rate_hz * _COMPARED_MS // 1000)[0]


def _most_alike(past: Wide, shortest: int, longest: int, compared: int) -> tuple[int, float]:
    """Give the lag at which the last `compared` samples are most like earlier ones; how alike."""
    earlier = past[-compared - longest : len(past) - shortest]
    place, likeness = most_alike(past[-compared:], earlier)
    return longest - place, likeness


def _repeat(past: Wide, period: int, samples: int) -> Wide:
    """Give the last period over and over, from its beginning.

    Its last quarter goes over into what preceded the beginning, so that the wrap is no seam.
    """
    overlap = period // 4
    cycle = past[-period:].copy()
    cycle[-overlap:] = _cross(cycle[-overlap:], past[-period - overlap : -period])
    return np.resize(cycle, samples)


def _cross(previous: Wide, following: Wide) -> Wide:
    return previous + (following - previous) * _rising(len(previous))


@cache
def _rising(samples: int) -> Wide:
    """Give weights from 0 to 1, without the two ends; lengths are quarter periods, so few."""
    return np.arange(1, samples + 1, dtype=np.float32) / np.float32(samples + 1)


@cache
def _fading(rate_hz: int) -> Wide:
    """Give the gain over a gap: 1 at first, 0 at its end."""
    whole, total = (rate_hz * ms // 1000 for ms in (_WHOLE_MS, SILENT_AFTER_MS))
    falling = np.linspace(1, 0, total - whole, dtype=np.float32)
    return np.concatenate((np.ones(whole, np.float32), falling))
