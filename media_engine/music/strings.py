"""The plucked string: Karplus and Strong's loop of delay and loss, solved in the frequency domain.

What goes round a string comes back after one period, a little weaker and duller. Round after round
that is the series 1 + L + L**2 + ... = 1 / (1 - L), so one inverse FFT gives the whole tone: in
tune at every pitch (a delay line would round the period to whole samples), and without a loop over
samples.
"""

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from media_engine.music.synth import DECAY_60_DB, HIGHEST_PART, Tone

Spectrum: TypeAlias = NDArray[np.complex128]
Axis: TypeAlias = NDArray[np.float64]

BODY_MODES: Final = ((108.0, 9.0, 0.7), (212.0, 12.0, 0.9), (400.0, 9.0, 0.6), (1150.0, 4.0, 0.5))
"""Where the wooden body rings along: Hz, sharpness, level; as in a small classical guitar."""

LEAD_IN_S: Final = 0.003
FOLDING_LOSS: Final = 100.0
"""What rings on past the transform's length folds to its beginning, made this many times weaker."""


@dataclass(frozen=True, slots=True)
class PluckedString:
    """Nylon or gut under a finger.

    `ring_s`: time to -60 dB of the fundamental at 220 Hz. `dulling`: how much faster high partials
    die (per second and Hz squared). `softness_hz`: above it the gentlest pluck has little; the
    strongest reaches four times as high. `place`: where the finger plucks, as part of the string's
    length. `stiffness`: how far high partials are sharp. `body`: where the body rings along, as in
    BODY_MODES; none for an electric guitar, which has a `pickup` that far along the string instead.
    """

    ring_s: float = 7.0
    dulling: float = 0.8e-7
    softness_hz: float = 1250.0
    place: float = 0.18
    stiffness: float = 2e-5
    release_s: float = 0.25
    body: tuple[tuple[float, float, float], ...] = BODY_MODES
    pickup: float = 0.0

    def tone(self, hz: float, velocity: float, seconds: float, rate_hz: int) -> Tone:
        samples = round(seconds * rate_hz)
        size = 1 << int(np.ceil(np.log2(samples * 1.25)))
        axis = np.linspace(0.0, rate_hz / 2, size // 2 + 1)
        shrink = FOLDING_LOSS ** (-1 / size)
        rounds = self._rounds(axis, hz)
        period_loss = shrink ** (rate_hz / hz)
        # A string moves in two planes, which decay unequally and are hardly apart in pitch: the
        # tone first falls fast and then sings on.
        fast = 1 - period_loss * self._loop(axis, rounds, hz, 0.6 * self.ring_s)
        slow = 1 - period_loss * self._loop(axis, rounds * 1.0003, hz, 1.4 * self.ring_s)
        spectrum = self._pluck(axis, rounds, hz, velocity) * (0.65 / fast + 0.35 / slow)
        spectrum *= (
            _body(axis, self.body) * _band(axis, rate_hz) * np.exp(-2j * np.pi * axis * LEAD_IN_S)
        )
        string = np.fft.irfft(spectrum, size)[:samples] * shrink ** -np.arange(samples)
        lead_in = round(LEAD_IN_S * rate_hz)
        string[:lead_in] *= 0.5 - 0.5 * np.cos(np.pi * np.arange(lead_in) / lead_in)
        return np.asarray(string / np.max(np.abs(string)), dtype=np.float32)

    def _rounds(self, axis: Axis, hz: float) -> Axis:
        """Number the partials: 1 at the fundamental, n at the nth, and what lies between."""
        stretched = np.sqrt(1 + 4 * self.stiffness * (axis / hz) ** 2)
        return np.asarray(np.sqrt((stretched - 1) / (2 * self.stiffness)))

    def _loop(self, axis: Axis, rounds: Axis, hz: float, ring_s: float) -> Spectrum:
        ring_here_s = ring_s * (220.0 / hz) ** 0.4
        per_second = DECAY_60_DB * (1 / ring_here_s + self.dulling * axis**2)
        return np.asarray(np.exp(-per_second / hz - 2j * np.pi * rounds))

    def _pluck(self, axis: Axis, rounds: Axis, hz: float, velocity: float) -> Spectrum:
        """What the finger puts in: less the higher, nothing where a partial has a node under it."""
        node = 1 - np.exp(-2j * np.pi * rounds * self.place)
        if self.pickup:
            node *= 1 - np.exp(-2j * np.pi * rounds * self.pickup)
        corner = self.softness_hz * 4.0**velocity
        return np.asarray(node / (1 + 1j * axis / hz) / (1 + 1j * axis / corner) ** 2)


def _body(axis: Axis, modes: tuple[tuple[float, float, float], ...]) -> Spectrum:
    response = np.ones(len(axis), dtype=np.complex128)
    for hz, sharpness, level in modes:
        at = axis / hz
        response += level * (1j * at / sharpness) / (1 - at**2 + 1j * at / sharpness)
    low_cut = (1j * axis / 60.0) / (1 + 1j * axis / 60.0)
    return np.asarray(response * low_cut**2)


def _band(axis: Axis, rate_hz: int) -> Axis:
    """1 up to 35 % of the sample rate, then down to 0 at 45 %, softly, so as not to ring."""
    over = np.clip((axis / rate_hz - 0.35) / (HIGHEST_PART - 0.35), 0.0, 1.0)
    return np.asarray(0.5 + 0.5 * np.cos(np.pi * over))


STEEL: Final = PluckedString(
    ring_s=6.0, dulling=0.4e-7, softness_hz=1900.0, place=0.14, stiffness=4e-5, release_s=0.2
)
MELLOW_STEEL: Final = PluckedString(ring_s=8.0, dulling=0.6e-7, softness_hz=1500.0, place=0.24)
"""Steel under the flesh of the thumb, far from the bridge."""
