"""The two sounds of a meeting: two rising bell notes for who comes, two falling for who goes."""

from functools import cache
from typing import Final

import numpy as np

from media_engine.music.room import add_round
from media_engine.music.synth import Additive, Envelope, Partial, damped
from media_engine.pcm import FULL_SCALE, Pcm, samples_per_frame, to_pcm

ENTER_NOTES_HZ: Final = (784.0, 1046.5)
"""G5 and C6: with their overtones below 3.4 kHz, so that a telephone passes all of it."""

EXIT_NOTES_HZ: Final = (880.0, 659.3)
"""A5 and E5: other notes than for entering, so that the two differ in their spectrum too."""

BEEP_MS: Final = 360
SECOND_NOTE_MS: Final = 130
PEAK_DBFS: Final = -20.5

BELL: Final = Additive(
    partials=(Partial(1, 1.0, 0.7), Partial(2, 0.22, 0.45), Partial(3, 0.07, 0.25)),
    envelope=Envelope(attack_s=0.010, decay_s=1.2),
)


@cache
def enter_beep(rate_hz: int) -> Pcm:
    """The sound for someone who comes in: 360 ms, peak -20.5 dBFS; shared, read-only.

    ValueError for a rate that we do not speak.
    """
    return _two_notes(ENTER_NOTES_HZ, rate_hz)


@cache
def exit_beep(rate_hz: int) -> Pcm:
    """The sound for someone who leaves: 360 ms, peak -20.5 dBFS; shared, read-only.

    ValueError for a rate that we do not speak.
    """
    return _two_notes(EXIT_NOTES_HZ, rate_hz)


def _two_notes(notes_hz: tuple[float, float], rate_hz: int) -> Pcm:
    samples = samples_per_frame(rate_hz) * BEEP_MS // 20
    beep = np.zeros(samples, dtype=np.float32)
    for number, hz in enumerate(notes_hz):
        start = number * SECOND_NOTE_MS * rate_hz // 1000
        left_s = (samples - start) / rate_hz
        tone = BELL.tone(hz, 1.0, left_s, rate_hz)
        add_round(beep, start, damped(tone, left_s - 0.1, 0.1, rate_hz))
    beep *= np.float32(FULL_SCALE * 10 ** (PEAK_DBFS / 20) / np.max(np.abs(beep)))
    pcm = to_pcm(beep)
    pcm.flags.writeable = False
    return pcm
