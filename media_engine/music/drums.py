"""A drum kit: skins, which swing and drop in pitch, with the noise of the hit; and metal.

A note's pitch tunes a drum: 440 Hz leaves it as it is. Drums ring out whatever the note's length.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from media_engine.music.synth import DECAY_60_DB, HIGHEST_PART, Curve, Tone, levelled

STRIKE_S: Final = 0.0012
"""The stick's time on the skin: no hit begins with a click."""
PARTIALS: Final = 40
"""Of a cymbal: with fewer one would hear a whistle."""


@dataclass(frozen=True, slots=True)
class Drum:
    """A skin over a shell: kick, snare, tom, rim.

    `hz`: where it comes to rest; `drop`: how many times as high it begins, for `drop_s`; `ring_s`:
    to -60 dB; `punch` bends the wave, which puts partials where a telephone hears them.
    `rattle`: level of the noise beside it, around `rattle_hz`, `rattle_width` octaves wide.
    """

    hz: float
    ring_s: float
    drop: float = 1.0
    drop_s: float = 0.02
    punch: float = 0.0
    rattle: float = 0.0
    rattle_hz: float = 2500.0
    rattle_width: float = 2.0
    rattle_s: float = 0.15
    seed: int = 5

    @property
    def release_s(self) -> float:
        return max(self.ring_s, self.rattle_s if self.rattle else 0.0)

    def tone(self, hz: float, velocity: float, seconds: float, rate_hz: int) -> Tone:
        samples = round(seconds * rate_hz)
        at, tuned = np.arange(samples) / rate_hz, hz / 440.0
        dropping = (self.drop - 1) * self.drop_s * (1 - np.exp(-at / self.drop_s))
        skin = np.sin(2 * np.pi * self.hz * tuned * (at + dropping))
        skin *= np.exp(-DECAY_60_DB * at / self.ring_s)
        if self.punch:
            skin = np.tanh(self.punch * skin) / np.tanh(self.punch)
        total = skin * (1 - self.rattle)
        if self.rattle:
            centre = self.rattle_hz * (0.75 + 0.25 * velocity)
            noise = _noise(samples, rate_hz, centre, self.rattle_width, self.seed)
            total += self.rattle * noise * np.exp(-DECAY_60_DB * at / self.rattle_s)
        return levelled(total * _strike(samples, rate_hz))


@dataclass(frozen=True, slots=True)
class Cymbal:
    """Thin metal: a crowd of partials between `low_hz` and 7 kHz in a hiss; hats, ride, crash.

    `ring_s`: to -60 dB; `bell`: level of the partials beside the hiss.
    """

    low_hz: float
    ring_s: float
    bell: float = 0.4
    attack_s: float = STRIKE_S
    seed: int = 3

    @property
    def release_s(self) -> float:
        return self.ring_s

    def tone(self, hz: float, velocity: float, seconds: float, rate_hz: int) -> Tone:
        samples = round(seconds * rate_hz)
        at = np.arange(samples) / rate_hz
        random = np.random.default_rng(self.seed)
        width = np.log2(7000.0 / self.low_hz)
        hiss = _noise(samples, rate_hz, self.low_hz * 2 ** (width / 2), width, self.seed)
        ringing = np.zeros(samples)
        for _ in range(PARTIALS):
            partial_hz, turn = self.low_hz * 2 ** (width * random.random()), random.random()
            if partial_hz < HIGHEST_PART * rate_hz:
                ringing += np.sin(2 * np.pi * (partial_hz * at + turn))
        sound = (1 - self.bell) * hiss + self.bell * 0.2 * ringing
        # Metal that is hit hard is bright for longer; the first 30 ms are the stick.
        decay = np.exp(-DECAY_60_DB * at / (self.ring_s * (0.7 + 0.3 * velocity)))
        decay *= 0.55 + 0.45 * np.exp(-at / 0.03)
        return levelled(sound * decay * _strike(samples, rate_hz, self.attack_s))


def _noise(samples: int, rate_hz: int, hz: float, width: float, seed: int) -> Curve:
    """Noise around `hz`, `width` octaves wide, standard deviation 0.33."""
    white = np.random.default_rng(seed).standard_normal(samples)
    axis = np.fft.rfftfreq(samples, 1 / rate_hz)
    octaves = np.log2(np.maximum(axis, 1.0) / hz)
    band = np.exp(-0.5 * (octaves / (width / 2)) ** 2)
    band[axis > HIGHEST_PART * rate_hz] = 0.0
    noise = np.fft.irfft(np.fft.rfft(white) * band, samples)
    return np.asarray(noise * (0.33 / max(float(np.std(noise)), 1e-9)))


def _strike(samples: int, rate_hz: int, attack_s: float = STRIKE_S) -> Curve:
    rise = np.minimum(np.arange(samples) / (attack_s * rate_hz), 1.0)
    return np.asarray(0.5 - 0.5 * np.cos(np.pi * rise))


KICK: Final = Drum(
    hz=54.0,
    ring_s=0.3,
    drop=7.0,
    drop_s=0.016,
    punch=2.5,
    rattle=0.28,
    rattle_hz=1500.0,
    rattle_width=1.8,
    rattle_s=0.04,
)
SNARE: Final = Drum(
    hz=190.0,
    ring_s=0.16,
    drop=1.5,
    drop_s=0.012,
    punch=1.2,
    rattle=0.55,
    rattle_hz=2300.0,
    rattle_width=2.2,
    rattle_s=0.24,
)
RIM: Final = Drum(
    hz=820.0, ring_s=0.07, punch=1.5, rattle=0.35, rattle_hz=2400.0, rattle_width=1.0, rattle_s=0.05
)
TOM: Final = Drum(
    hz=160.0,
    ring_s=0.5,
    drop=1.6,
    drop_s=0.04,
    punch=2.4,
    rattle=0.3,
    rattle_hz=1200.0,
    rattle_s=0.06,
)
CLAP: Final = Drum(
    hz=900.0, ring_s=0.05, rattle=0.9, rattle_hz=1500.0, rattle_width=1.1, rattle_s=0.22
)
HAT: Final = Cymbal(low_hz=2100.0, ring_s=0.11, bell=0.25)
OPEN_HAT: Final = Cymbal(low_hz=2000.0, ring_s=0.45, bell=0.3)
RIDE: Final = Cymbal(low_hz=1900.0, ring_s=0.9, bell=0.35)
CRASH: Final = Cymbal(low_hz=1500.0, ring_s=2.2, bell=0.3)
SHAKER: Final = Cymbal(low_hz=2300.0, ring_s=0.16, bell=0.0, attack_s=0.025)
