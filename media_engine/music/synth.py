"""Voices, or what one note sounds like: of sines, of FM, of noise. `strings` has the plucked ones.

A tone is float32, mono, with peak 1.0; the same arguments give the same samples.
Nothing sounds above 45 % of the sample rate, so that no voice folds over.
"""

from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Tone: TypeAlias = NDArray[np.float32]
Curve: TypeAlias = NDArray[np.float64]

HIGHEST_PART: Final = 0.45
DECAY_60_DB: Final = float(np.log(1000.0))


class Voice(Protocol):
    """An instrument. `release_s`: how long a tone takes to die once its note has ended."""

    @property
    def release_s(self) -> float: ...

    def tone(self, hz: float, velocity: float, seconds: float, rate_hz: int) -> Tone:
        """Sound at pitch `hz`, undamped, for `seconds`.

        `velocity` 0..1 colours the tone; its loudness is left to the player.
        """


@dataclass(frozen=True, slots=True)
class Envelope:
    """Attack, decay and sustain (0..1); the release comes with `damped`."""

    attack_s: float
    decay_s: float
    sustain: float = 0.0

    def curve(self, samples: int, rate_hz: int) -> Curve:
        """Rises as a raised cosine from exactly 0, so that no tone begins with a click."""
        seconds = np.arange(samples) / rate_hz
        rise = 0.5 - 0.5 * np.cos(np.pi * np.minimum(seconds / self.attack_s, 1.0))
        since = np.maximum(seconds - self.attack_s, 0.0)
        fall = self.sustain + (1 - self.sustain) * np.exp(-DECAY_60_DB * since / self.decay_s)
        return np.asarray(rise * fall, dtype=np.float64)


def damped(tone: Tone, held_s: float, release_s: float, rate_hz: int) -> Tone:
    """End a tone as a player does: as it is for `held_s`, then down to silence in `release_s`."""
    held, release = round(held_s * rate_hz), max(round(release_s * rate_hz), 1)
    ended = tone[: held + release].copy()
    fading = ended[held:]
    fading *= _fall(release)[: len(fading)].astype(np.float32)
    edge = min(len(ended), round(0.005 * rate_hz))
    ended[len(ended) - edge :] *= _fall(edge).astype(np.float32)
    return ended


def _fall(samples: int) -> Curve:
    return np.asarray(0.5 + 0.5 * np.cos(np.pi * np.arange(1, samples + 1) / samples))


@dataclass(frozen=True, slots=True)
class Partial:
    """One sine of a tone: its multiple of the pitch, its level, its own time to -60 dB."""

    ratio: float
    level: float
    ring_s: float


@dataclass(frozen=True, slots=True)
class Additive:
    """A sum of sines: bells, marimba, soft keys, pads.

    `darkness`: how much a gentle note loses of its higher partials (nepers for each multiple of the
    pitch, at velocity 0). `shimmer_hz`: a second, softer sine beside each, that far off, makes the
    tone breathe. The `ring_s` of the partials is theirs at 440 Hz; higher notes ring shorter.
    """

    partials: tuple[Partial, ...]
    envelope: Envelope
    release_s: float = 0.2
    darkness: float = 0.0
    shimmer_hz: float = 0.0

    def tone(self, hz: float, velocity: float, seconds: float, rate_hz: int) -> Tone:
        samples = round(seconds * rate_hz)
        at = np.arange(samples) / rate_hz
        total = np.zeros(samples)
        shorter = (440.0 / hz) ** 0.35
        for partial in self.partials:
            if (frequency := hz * partial.ratio) > HIGHEST_PART * rate_hz:
                continue
            level = partial.level * np.exp(-self.darkness * (1 - velocity) * (partial.ratio - 1))
            sine = np.sin(2 * np.pi * frequency * at)
            if self.shimmer_hz:
                sine = 0.7 * sine + 0.3 * np.sin(2 * np.pi * (frequency + self.shimmer_hz) * at)
            total += level * sine * np.exp(-DECAY_60_DB * at / (partial.ring_s * shorter))
        return levelled(total * self.envelope.curve(samples, rate_hz))


@dataclass(frozen=True, slots=True)
class Fm:
    """Two sines, one bending the other: electric piano, celesta.

    `ratio`: of the bending sine's frequency to the pitch; `index`: how far it bends at full
    velocity, fading with `index_decay_s`.
    """

    ratio: float
    index: float
    index_decay_s: float
    envelope: Envelope
    release_s: float = 0.25

    def tone(self, hz: float, velocity: float, seconds: float, rate_hz: int) -> Tone:
        samples = round(seconds * rate_hz)
        at = np.arange(samples) / rate_hz
        bender_hz = hz * self.ratio
        # Carson: the side bands reach index + 1 times the bending frequency to either side.
        widest = max((HIGHEST_PART * rate_hz - hz) / bender_hz - 1, 0.0)
        index = min(self.index * velocity, widest)
        bend = index * np.exp(-at / self.index_decay_s) * np.sin(2 * np.pi * bender_hz * at)
        return levelled(np.sin(2 * np.pi * hz * at + bend) * self.envelope.curve(samples, rate_hz))


@dataclass(frozen=True, slots=True)
class Noise:
    """Soft percussion, noise around `hz`: a brush, a shaker, the knock of a finger on wood.

    The pitch of the note shifts it; 440 Hz leaves it where it is. `width`: of the band, in octaves.
    """

    hz: float
    width: float
    envelope: Envelope
    release_s: float = 0.05
    seed: int = 7

    def tone(self, hz: float, velocity: float, seconds: float, rate_hz: int) -> Tone:
        samples = round(seconds * rate_hz)
        white = np.random.default_rng([self.seed, round(hz)]).standard_normal(samples)
        frequencies = np.fft.rfftfreq(samples, 1 / rate_hz)
        centre = self.hz * hz / 440 * (0.7 + 0.3 * velocity)
        octaves = np.log2(np.maximum(frequencies, 1.0) / centre)
        band = np.exp(-0.5 * (octaves / (self.width / 2)) ** 2)
        band[frequencies > HIGHEST_PART * rate_hz] = 0.0
        coloured = np.fft.irfft(np.fft.rfft(white) * band, samples)
        return levelled(coloured * self.envelope.curve(samples, rate_hz))


def levelled(sound: Curve) -> Tone:
    """Bring a tone to peak 1.0; silence stays silence."""
    peak = float(np.max(np.abs(sound), initial=0.0))
    return (sound / peak if peak else sound).astype(np.float32)
