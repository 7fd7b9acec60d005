"""What a strip of the mixing desk does to its sound: amplifier, equaliser, echo, chorus, tremolo.

Each takes a loop and gives a loop of the same length whose end still flows into its beginning:
filters and echoes go round, and what swings does so a whole number of times in the loop.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from media_engine.music.room import convolve_round
from media_engine.music.synth import Curve, Tone

Places: TypeAlias = NDArray[np.int64]

OVERSAMPLING: Final = 4
BLOCK: Final = 1 << 14
BLOCK_EDGE: Final = 512
"""What a block hears of its neighbours, so that its own ends are of no account."""

EQUALISER_S: Final = 0.06
SILENT_DB: Final = -90.0
DARKER_S: Final = 4e-5
"""How much softer (standard deviation in time) each echo is than the one before."""


class Effect(Protocol):
    """One device that a strip's sound goes through."""

    def on(self, loop: Tone, rate_hz: int) -> Tone:
        """Give a new loop of the same length; the one that comes in is left as it is."""


@dataclass(frozen=True, slots=True)
class Overdrive:
    """An amplifier at its limit: clips softly, and what is quiet comes through clean.

    `drive_db`: gain before the limit, which lies at 1.0; `bias`: how unequal its two halves are,
    which adds even partials. Runs at four times the rate, so that partials do not fold over.
    """

    drive_db: float
    bias: float = 0.15

    def on(self, loop: Tone, rate_hz: int) -> Tone:
        drive, at_rest = 10 ** (self.drive_db / 20), np.tanh(self.bias)
        return _oversampled(loop, lambda x: np.tanh(drive * x + self.bias) - at_rest)


@dataclass(frozen=True, slots=True)
class Equaliser:
    """A filter drawn by hand: (Hz, dB), even in dB over octaves between, level beyond the ends."""

    points: tuple[tuple[float, float], ...]

    def on(self, loop: Tone, rate_hz: int) -> Tone:
        return convolve_round(loop, self.response(rate_hz))

    def response(self, rate_hz: int) -> Tone:
        """The shortest response with these levels (of minimum phase): nothing sounds too early."""
        samples = round(EQUALISER_S * rate_hz)
        size = 1 << int(np.ceil(np.log2(8 * samples)))
        hz, level_db = np.transpose(self.points)
        octaves = np.log2(np.maximum(np.fft.rfftfreq(size, 1 / rate_hz), 1.0))
        level_db = np.interp(octaves, np.log2(hz), np.maximum(level_db, SILENT_DB))
        cepstrum = np.fft.irfft(level_db * (np.log(10) / 20), size)
        cepstrum[1 : size // 2] *= 2
        cepstrum[size // 2 + 1 :] = 0
        response = np.fft.irfft(np.exp(np.fft.rfft(cepstrum)), size)[:samples]
        fade = samples // 4
        response[-fade:] *= 0.5 + 0.5 * np.cos(np.pi * np.arange(1, fade + 1) / fade)
        return response.astype(np.float32)


@dataclass(frozen=True, slots=True)
class Echo:
    """Repeats, each `fade` times as loud as the one before, the first at `level`, and darker."""

    delay_s: float
    level: float = 0.35
    fade: float = 0.5
    repeats: int = 5

    def on(self, loop: Tone, rate_hz: int) -> Tone:
        return loop + convolve_round(loop, self.response(rate_hz))

    def response(self, rate_hz: int) -> Tone:
        """The repeats of a click, without the click itself."""
        response = np.zeros(round(self.delay_s * (self.repeats + 0.5) * rate_hz))
        seconds = np.arange(len(response)) / rate_hz
        for repeat in range(1, self.repeats + 1):
            off = (seconds - repeat * self.delay_s) / (DARKER_S * (repeat + 1))
            pulse = np.exp(-0.5 * np.minimum(off**2, 200.0))
            response += self.level * self.fade ** (repeat - 1) * pulse / pulse.sum()
        return response.astype(np.float32)


@dataclass(frozen=True, slots=True)
class Chorus:
    """Two more players of the same notes, who drift around the first: `depth_ms` after 12 ms."""

    swing_hz: float = 0.7
    depth_ms: float = 2.0
    level: float = 0.5

    def on(self, loop: Tone, rate_hz: int) -> Tone:
        total = loop.copy()
        for here in _blocks(len(loop)):
            for player, turn in enumerate((0.0, 0.45)):
                phase = _swing(here, len(loop), self.swing_hz * (1 + 0.3 * player), rate_hz)
                late_ms = 12.0 + 5.0 * player + self.depth_ms * np.sin(phase + 2 * np.pi * turn)
                total[here] += self.level * _read_round(loop, here - late_ms * (rate_hz / 1000))
        return total


@dataclass(frozen=True, slots=True)
class Tremolo:
    """Louder and softer again, `swing_hz` times a second, down by `depth` (0..1)."""

    swing_hz: float
    depth: float = 0.4

    def on(self, loop: Tone, rate_hz: int) -> Tone:
        total = loop.copy()
        for here in _blocks(len(loop)):
            swing = 0.5 - 0.5 * np.cos(_swing(here, len(loop), self.swing_hz, rate_hz))
            total[here] *= 1 - self.depth * swing
        return total


def dips(key: Tone, depth_db: float, rate_hz: int, release_s: float = 0.22) -> Tone:
    """Gain (0..1) that makes way for the sound `key`, by `depth_db` at its loudest: a side chain.

    Where `key` is silent it is 1.
    """
    seconds = np.arange(round(4 * release_s * rate_hz)) / rate_hz
    follower = np.minimum(seconds / 0.008, 1.0) * np.exp(-seconds / (release_s / 2))
    heard = np.maximum(convolve_round(np.abs(key), follower.astype(np.float32)), 0.0)
    loudest = float(np.max(heard, initial=0.0)) or 1.0
    return np.asarray(10 ** (-depth_db / 20 * heard / loudest), dtype=np.float32)


def _blocks(samples: int) -> Iterator[Places]:
    """The places 0 .. `samples` - 1, a few at a time: memory for a few, whatever the length."""
    for start in range(0, samples, BLOCK):
        yield np.arange(start, min(start + BLOCK, samples))


def _swing(here: Places, samples: int, hz: float, rate_hz: int) -> Curve:
    """Phase in radians, at these places, of the swing nearest to `hz` that fits into the loop."""
    turns = max(round(samples / rate_hz * hz), 1)
    return np.asarray(2 * np.pi * turns / samples * here)


def _read_round(loop: Tone, at: Curve) -> Curve:
    """The loop at these places, and between its samples on straight lines."""
    before = np.floor(at).astype(np.int64)
    along = at - before
    here, after = loop[before % len(loop)], loop[(before + 1) % len(loop)]
    return np.asarray(here + along * (after - here))


def _oversampled(loop: Tone, curve: Callable[[Curve], Curve]) -> Tone:
    """Bend a loop by a curve that makes new partials; those above half the rate are cut off."""
    bent = np.empty_like(loop)
    size = BLOCK + 2 * BLOCK_EDGE
    for here in _blocks(len(loop)):
        around = np.arange(here[0] - BLOCK_EDGE, here[0] - BLOCK_EDGE + size) % len(loop)
        fine = np.fft.irfft(np.fft.rfft(loop[around]), OVERSAMPLING * size) * OVERSAMPLING
        spectrum = np.fft.rfft(curve(fine))[: size // 2 + 1]
        whole = np.fft.irfft(spectrum, size) / OVERSAMPLING
        bent[here] = whole[BLOCK_EDGE : BLOCK_EDGE + len(here)]
    return bent
