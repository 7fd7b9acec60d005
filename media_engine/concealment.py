"""Concealment of short gaps in one leg's sound, in the manner of ITU-T G.711 Appendix I.

The last pitch period that was heard goes on, and fades: whole for 10 ms, silent at 60 ms. Unlike
there it is not the wave that is repeated but what excites it (`prediction`), so there is no seam;
a voice whose pitch was gliding or that was getting quieter goes on to. Sound without a pitch
(noise, hiss) is excited by its own past played backwards: the same spectrum, and no period that
could be heard as a buzz; what was dying away (a plosive) goes on to as well.
"""

from functools import cache
from typing import Final

import numpy as np

from media_engine.pcm import Pcm, Wide, samples_per_frame, to_pcm
from media_engine.pitch import Pitch, find_pitch
from media_engine.prediction import analyse

HISTORY_MS: Final = 60
"""How much sound before the gap is used."""

SILENT_AFTER_MS: Final = 60
"""When a gap has faded out: later it is silence."""

RECOVERY_MS: Final = 5
"""How long the extrapolation goes on under the first real frame of a voice."""

_STEADY: Final = 0.98
_STEADY_RECOVERY_MS: Final = 10
"""The same for a sound that hardly changed before the gap, as a tone: it goes on as well as the
true one, and what ends fast is heard beside it. In 5 ms, at equal steps, a tone that goes on out of
phase has power 400 Hz away at -42 dB; in 10 ms, the steps beginning and ending gently, below -60.
"""

_WHOLE_MS: Final = 10

_QUIETER_AT_MOST: Final = 0.1
_TREND_MS: Final = 7.5
"""How loud a voice is becomes clear over whole periods, and at least this time."""

_TREND_WITHOUT_PITCH_MS: Final = 10

_GLIDES_FOR_MS: Final = 20
_GLIDES_AT_MOST: Final = 0.15

_WRAP: Final = 0.25
"""Of a period that is repeated, so much goes over into what preceded it: the wrap is no seam."""

_FINE_HZ: Final = 48_000
"""Between samples of this rate a straight line is good enough."""

_SOFTENED_AT_MS: Final = (0, 10, 20, 40)
_SOFTENED: Final = (0.0, 0.35, 0.35, 0.0)
"""How much of the excitation is smoothed at those places of a gap. The true pitch soon is another
one, in high harmonics first, and these are heard where the true sound begins again; but in a longer
gap it is dullness that is heard.
"""

_SMOOTHED_MS: Final = 1

_INAUDIBLE_PEAK: Final = 16
"""-66 dBFS. Idle lines are below it, and cost nothing to conceal."""

_ANALYSED_MS: Final = 20
"""The sound right before the gap; where that is silence, nothing can be predicted from it."""

_NOTHING: Final[Pcm] = np.zeros(0, np.int16)


class Concealer:
    """Fills the gaps of one leg, whose sound has `rate_hz`; between gaps it holds nothing.

    For each missing frame call `conceal`, for the first frame that is there again `recover`.
    """

    __slots__ = ("_rate_hz", "_rest", "_steady")

    def __init__(self, rate_hz: int) -> None:
        """ValueError for a rate that is not one of `pcm.RATES_HZ`."""
        samples_per_frame(rate_hz)
        self._rate_hz = rate_hz
        self._rest: Pcm | None = None
        self._steady = False

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
            extrapolated, self._steady = _extrapolate(past, self._rate_hz)
            self._rest = np.concatenate((ahead, extrapolated))
        samples = samples_per_frame(self._rate_hz)
        frame, self._rest = self._rest[:samples], self._rest[samples:]
        return frame if len(frame) else np.zeros(samples, np.int16)

    def recover(self, frame: Pcm) -> Pcm:
        """Give the first real sound after a gap, faded in over what was extrapolated; ends the gap.

        Without a gap before it, that is `frame` itself.
        """
        if self._rest is None:
            return frame
        rising = _rising(self._rate_hz, self._steady)[: len(frame)]
        samples = len(rising)
        extrapolated = np.zeros(samples, np.float32)
        left = self._rest[:samples]
        extrapolated[: len(left)] = left
        self._rest = None
        recovered = frame.copy()
        real = frame[:samples].astype(np.float32)
        recovered[:samples] = to_pcm(extrapolated + (real - extrapolated) * rising)
        return recovered


def _extrapolate(history: Pcm, rate_hz: int) -> tuple[Pcm, bool]:
    """Give the SILENT_AFTER_MS that follow `history`, fading, and whether it is steady."""
    total = rate_hz * SILENT_AFTER_MS // 1000
    past = np.zeros(rate_hz * HISTORY_MS // 1000, np.float32)
    known = history[-len(past) :]
    past[len(past) - len(known) :] = known
    if np.abs(past[-rate_hz * _ANALYSED_MS // 1000 :]).max() < _INAUDIBLE_PEAK:
        return np.zeros(total, np.int16), False

    pitch = find_pitch(past, rate_hz)
    prediction = analyse(past, rate_hz, _ANALYSED_MS)
    if pitch is None:
        excitation = prediction.excitation[::-1][:total]
        compared = rate_hz * _TREND_WITHOUT_PITCH_MS // 1000
        # Backwards, what was dying away swells: that has to be undone.
        trend = _trend(past, compared) ** 2
    else:
        excitation = _softened(_repeat(prediction.excitation, pitch, rate_hz), rate_hz)
        periods = np.ceil(rate_hz * _TREND_MS / 1000 / pitch.period)
        compared = round(periods * pitch.period)
        trend = _trend(past, compared)
    sound = prediction.go_on(excitation)
    sound *= trend ** (np.arange(total, dtype=np.float32) / compared)
    steady = pitch is not None and pitch.steadiness > _STEADY
    return to_pcm(sound * _fading(rate_hz)), steady


def _trend(past: Wide, compared: int) -> float:
    """Give how loud the last `compared` samples are beside those before: at most 1, it is not to
    swell.
    """
    last, before = past[-compared:], past[-2 * compared : -compared]
    ratio = float(np.dot(last, last)) / max(float(np.dot(before, before)), 1.0)
    return float(min(1.0, max(ratio**0.5, _QUIETER_AT_MOST)))


def _repeat(past: Wide, pitch: Pitch, rate_hz: int) -> Wide:
    """Give the last period over and over, from its beginning, for SILENT_AFTER_MS; the pitch glides
    on.
    """
    at_ms = np.arange(rate_hz * SILENT_AFTER_MS // 1000) * 1000 / rate_hz
    longer = pitch.growth * np.minimum(at_ms, _GLIDES_FOR_MS)
    longer = np.minimum(np.maximum(longer, -_GLIDES_AT_MOST), _GLIDES_AT_MOST)
    turns = 1 / (pitch.period * (1 + longer))
    turned = (np.cumsum(turns) - turns[0]) % 1

    recent, factor = past[-3 * int(pitch.period) :], _FINE_HZ // rate_hz
    fine = np.fft.irfft(np.fft.rfft(recent), len(recent) * factor) * factor
    places = (len(recent) + (turned - 1) * pitch.period) * factor
    index = np.arange(len(fine))
    last = np.interp(places, index, fine)
    before = np.interp(places - pitch.period * factor, index, fine)
    share = np.maximum(turned - 1 + _WRAP, 0) / _WRAP
    sound: Wide = (last + (before - last) * share).astype(np.float32)
    return sound


def _softened(excitation: Wide, rate_hz: int) -> Wide:
    """Give `excitation`, of a whole gap, smoothed as _SOFTENED says."""
    share, window = _softening(rate_hz)
    smooth: Wide = np.convolve(excitation, window, "same")
    smooth -= excitation
    smooth *= share
    smooth += excitation
    return smooth


@cache
def _rising(rate_hz: int, steady: bool) -> Wide:
    """Give the share of what is real over a recovery: 0 to 1, without the two ends."""
    samples = rate_hz * (_STEADY_RECOVERY_MS if steady else RECOVERY_MS) // 1000
    even = np.arange(1, samples + 1, dtype=np.float32) / np.float32(samples + 1)
    return (0.5 - 0.5 * np.cos(np.pi * even)).astype(np.float32) if steady else even


@cache
def _fading(rate_hz: int) -> Wide:
    """Give the gain over a gap: 1 at first, 0 at its end."""
    whole, total = (rate_hz * ms // 1000 for ms in (_WHOLE_MS, SILENT_AFTER_MS))
    falling = np.linspace(1, 0, total - whole, dtype=np.float32)
    return np.concatenate((np.ones(whole, np.float32), falling))


@cache
def _softening(rate_hz: int) -> tuple[Wide, Wide]:
    """Give how much of a gap's excitation is smoothed, sample by sample, and the window for it."""
    at_ms = np.arange(rate_hz * SILENT_AFTER_MS // 1000) * 1000 / rate_hz
    share = np.interp(at_ms, _SOFTENED_AT_MS, _SOFTENED).astype(np.float32)
    window = np.hanning(rate_hz * _SMOOTHED_MS // 1000 + 1)
    return share, (window / window.sum()).astype(np.float32)
