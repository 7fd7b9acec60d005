"""Electric guitars: strings without a body under a pickup, and what hands do to their pitch."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from media_engine.music.effects import Equaliser, Overdrive
from media_engine.music.strings import PluckedString
from media_engine.music.synth import Curve, Tone, Voice, levelled


@dataclass(frozen=True, slots=True)
class Bent:
    """Any voice under a finger that moves: `scoop` semitones up to the note, then vibrato.

    `scoop_s`: how long the way up takes. `vibrato_cents` to either side, `vibrato_hz` times a
    second, from `vibrato_after_s` on.
    """

    voice: Voice
    scoop: float = 0.0
    scoop_s: float = 0.09
    vibrato_cents: float = 12.0
    vibrato_hz: float = 5.3
    vibrato_after_s: float = 0.3

    @property
    def release_s(self) -> float:
        return self.voice.release_s

    def tone(self, hz: float, velocity: float, seconds: float, rate_hz: int) -> Tone:
        straight = self.voice.tone(hz, velocity, seconds, rate_hz)
        at = np.arange(len(straight)) / rate_hz
        since = np.maximum(at - self.vibrato_after_s, 0.0)
        cents = self.vibrato_cents * np.minimum(since / 0.35, 1.0)
        cents = cents * np.sin(2 * np.pi * self.vibrato_hz * since)
        left = np.maximum(1 - at / self.scoop_s, 0.0)
        cents -= 100 * self.scoop * left**2 * (3 - 2 * left)
        speed = 2 ** (cents / 1200)
        return levelled(_read_at(straight, np.cumsum(speed) - speed))


def _read_at(tone: Tone, at: Curve) -> Curve:
    """The tone at these fractions of samples, on a cubic through the four around (Catmull-Rom)."""
    at = np.clip(at, 0.0, len(tone) - 1.0)
    index = at.astype(np.int64)
    x = at - index
    before, here, after, beyond = (
        tone[np.clip(index + step, 0, len(tone) - 1)] for step in (-1, 0, 1, 2)
    )
    slope, next_slope, rise = (after - before) / 2, (beyond - here) / 2, after - here
    curve = 3 * rise - 2 * slope - next_slope
    return np.asarray(here + x * (slope + x * (curve + x * (slope + next_slope - 2 * rise))))


STRING: Final = PluckedString(
    ring_s=6.0, dulling=0.5e-7, softness_hz=1900.0, place=0.13, release_s=0.12, body=(), pickup=0.1
)
MUTED: Final = PluckedString(
    ring_s=0.7, dulling=3e-7, softness_hz=1500.0, place=0.1, release_s=0.05, body=(), pickup=0.1
)
"""The heel of the hand lies on the strings, beside the bridge."""

BASS_STRING: Final = PluckedString(
    ring_s=6.0, dulling=1.5e-7, softness_hz=900.0, place=0.2, release_s=0.08, body=(), pickup=0.12
)

CABINET: Final = Equaliser(
    (
        (50.0, -40.0),
        (90.0, -12.0),
        (150.0, -4.0),
        (300.0, 0.0),
        (500.0, -1.0),
        (1200.0, 0.0),
        (2300.0, 0.0),
        (3400.0, -5.0),
        (5000.0, -20.0),
        (8000.0, -50.0),
    )
)
"""A loudspeaker of twelve inches: nothing below the guitar, no fizz above."""

BEFORE_DRIVE: Final = Equaliser(
    ((70.0, -18.0), (180.0, -4.0), (700.0, 0.0), (3500.0, 0.0), (6500.0, -24.0))
)
"""Lows that clip would make mud of every chord, highs would fizz."""

CRUNCH: Final = (BEFORE_DRIVE, Overdrive(drive_db=15.0), CABINET)
LEAD: Final = (BEFORE_DRIVE, Overdrive(drive_db=24.0, bias=0.25), CABINET)
