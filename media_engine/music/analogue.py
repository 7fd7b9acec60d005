"""The analogue synthesiser: a few oscillators, a little out of tune, behind a filter that moves.

An oscillator reads one period of its wave from a table. For every position of the filter there is
a table without the partials that the filter takes away, or that would fold over; the moving filter
is a path through the tables.
"""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from media_engine.music.synth import HIGHEST_PART, Curve, Envelope, Tone, levelled

TABLE: Final = 2048
POSITIONS: Final = 8

Wave = Literal["saw", "square", "triangle"]


@dataclass(frozen=True, slots=True)
class Analogue:
    """Pads, plucks, leads and basses.

    `cents`: how far each oscillator is out of tune. The filter stands at `closed_hz`, and
    `sweep` opens it towards `open_hz`, less far for a gentle note; `resonance`: how strongly it
    lifts what is at its edge. `vibrato_cents` sets in `vibrato_after_s` after the note.
    """

    wave: Wave
    envelope: Envelope
    closed_hz: float
    open_hz: float
    sweep: Envelope
    cents: tuple[float, ...] = (-6.0, 5.0)
    resonance: float = 0.0
    release_s: float = 0.3
    vibrato_cents: float = 0.0
    vibrato_hz: float = 5.2
    vibrato_after_s: float = 0.25

    def tone(self, hz: float, velocity: float, seconds: float, rate_hz: int) -> Tone:
        samples = round(seconds * rate_hz)
        tables = self._tables(hz, rate_hz)
        position = self.sweep.curve(samples, rate_hz) * (0.4 + 0.6 * velocity) * (POSITIONS - 1)
        turns = hz * self._warped(samples, rate_hz)
        total = np.zeros(samples)
        for number, cents in enumerate(self.cents):
            total += _read(tables, position, turns * 2 ** (cents / 1200) + 0.37 * number)
        return levelled(total * self.envelope.curve(samples, rate_hz))

    def _warped(self, samples: int, rate_hz: int) -> Curve:
        """The seconds that have gone by for the oscillators, which vibrato stretches."""
        seconds = np.arange(samples) / rate_hz
        if not self.vibrato_cents:
            return seconds
        since = np.maximum(seconds - self.vibrato_after_s, 0.0)
        depth = (2 ** (self.vibrato_cents / 1200) - 1) * np.minimum(since / 0.4, 1.0)
        return np.asarray(
            seconds
            - depth * np.cos(2 * np.pi * self.vibrato_hz * since) / (2 * np.pi * self.vibrato_hz)
        )

    def _tables(self, hz: float, rate_hz: int) -> Curve:
        number = np.arange(1.0, TABLE // 2)
        level = _levels(self.wave, number)
        level[number * hz * 1.02 > HIGHEST_PART * rate_hz] = 0.0
        tables = np.empty((POSITIONS, TABLE + 1))
        for row, corner in enumerate(np.geomspace(self.closed_hz, self.open_hz, POSITIONS)):
            at = number * hz / corner
            filtered = (
                level / np.sqrt(1 + at**4) * (1 + self.resonance * np.exp(-4 * np.log2(at) ** 2))
            )
            spectrum = np.concatenate(([0.0], -0.5j * filtered, [0.0]))
            tables[row, :TABLE] = np.fft.irfft(spectrum, TABLE) * TABLE
        tables[:, TABLE] = tables[:, 0]
        return tables


def _levels(wave: Wave, number: Curve) -> Curve:
    """Levels of the partials 1, 2, 3 …"""
    odd = number % 2
    if wave == "saw":
        return 1 / number
    if wave == "square":
        return odd / number
    return odd * np.where(number % 4 == 1, 1.0, -1.0) / number**2


def _read(tables: Curve, position: Curve, turns: Curve) -> Curve:
    """Read the tables at these positions (rows) and phases (in turns), straight in between."""
    row = np.minimum(position.astype(np.int64), POSITIONS - 2)
    up = position - row
    phase = (turns % 1.0) * TABLE
    column = np.minimum(phase.astype(np.int64), TABLE - 1)
    along = phase - column
    low = tables[row, column] * (1 - along) + tables[row, column + 1] * along
    high = tables[row + 1, column] * (1 - along) + tables[row + 1, column + 1] * along
    return np.asarray(low * (1 - up) + high * up)
