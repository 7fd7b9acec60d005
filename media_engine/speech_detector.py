"""Who speaks, told from sound: for any number of legs as one array.

Each frame is looked at in six bands of the telephone's range. Per band the floor is the least that
was there in the last two seconds or so (minimum statistics, R. Martin, 2001): noise that stays is
floor, whatever its colour. A frame is *active* when its bands stand above their floors, and it
*moves* when their levels are not what they were two frames ago. Speech does both; noise that has
just begun, a tone, a hum is active but does not move; a click moves, but is over at once. So speech
begins when enough active frames have moved, and it has ended when most frames of a while were not
active.
"""

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from media_engine.pcm import FRAMES_PER_SECOND, FULL_SCALE, Wide, samples_per_frame

HANGOVER_TICKS: Final = 25
"""So long (500 ms) it must be quiet: people pause between words."""

_RATE_HZ: Final = 8000
_SAMPLES: Final = samples_per_frame(_RATE_HZ)
_BAND_EDGES_HZ: Final = (200, 400, 650, 1000, 1500, 2300, 3700)
_BANDS: Final = len(_BAND_EDGES_HZ) - 1

_LEAST_POWER: Final = np.float32(10 ** (-66 / 10))
"""Of a band: what is below is silence, or what G.711 makes of it."""

_SMOOTHING: Final = np.float32(0.3)
_BIAS_DB: Final = np.float32(1.8)
"""The least of noise that goes up and down is below its mean by so much."""

_WINDOWS: Final = 8
_WINDOW_TICKS: Final = 12

_ACTIVE_DB: Final = np.float32(2.0)
"""Mean over the bands of how far they stand above their floors, 0 to 20 dB each. In steady noise
1 frame of 100 passes it, in speech 10 dB above the noise 3 of 4.
"""

_MOVING_DB: Final = np.float32(4.5)
_LAG: Final = 2

_ENOUGH: Final = np.float32(3.6)
_STEADY_COSTS: Final = np.float32(0.35)
_QUIET_COSTS: Final = np.float32(1.5)
_ACTIVE_GAINS: Final = np.float32(3)
"""At the beginning: how much an active frame that does not move counts against speech, and a quiet
one. At the end: how many quiet frames an active one outweighs.
"""

_FRESH: Final = {
    "speaking": False,
    "ago": 0,
    "_turned": False,
    "_smoothed": np.nan,
    "_least_now": np.inf,
    "_least": np.inf,
    "_least_before": np.inf,
    "_levels": 10 * np.log10(_LEAST_POWER),
    "_evidence": 0,
    "_quiet": 0,
}
"""What is kept of each row, and what of one that is new: of its noise nothing is known."""


class SpeechDetector:
    """Detects speech in rows of sound at `rate_hz`; rows are known by their position, 0 … n-1."""

    def __init__(self, rate_hz: int) -> None:
        self._decimation = rate_hz // _RATE_HZ
        self.speaking: NDArray[np.bool_] = np.zeros(0, dtype=np.bool_)
        """Of each row, as of the last frame; with hang-over."""
        self.ago: NDArray[np.int32] = np.zeros(0, dtype=np.int32)
        """Of a row that has begun to speak, or has ceased, with the last frame: how many frames
        there are since that was so.
        """
        self._turned = self.speaking.copy()
        self._tick = 0
        self._smoothed: Wide = np.zeros((0, _BANDS), dtype=np.float32)
        self._least_now: Wide = self._smoothed.copy()
        self._least: Wide = np.zeros((0, _WINDOWS, _BANDS), dtype=np.float32)
        self._least_before: Wide = self._smoothed.copy()
        self._levels: Wide = np.zeros((0, _LAG, _BANDS), dtype=np.float32)
        self._evidence: Wide = np.zeros(0, dtype=np.float32)
        self._quiet: Wide = np.zeros(0, dtype=np.float32)

    def __len__(self) -> int:
        return len(self.speaking)

    def add_row(self) -> None:
        """Take one more, after all others; it is silent so far."""
        for name, value in _FRESH.items():
            rows = getattr(self, name)
            fresh = np.full((1, *rows.shape[1:]), value, dtype=rows.dtype)
            setattr(self, name, np.concatenate([rows, fresh]))

    def remove_row(self, position: int) -> None:
        """Forget one; those behind it move up."""
        for name in _FRESH:
            setattr(self, name, np.delete(getattr(self, name), position, axis=0))

    def process(self, frames: Wide) -> NDArray[np.bool_]:
        """Look at the next frame of each row, `(rows, samples)`; give which of them are active:
        loud enough to be speech, without hang-over. `speaking` is told anew.
        """
        power = self._powers(frames)
        floor = self._follow_floor(power)
        levels = 10 * np.log10(power)
        above = levels - 10 * np.log10(floor)
        above -= _BIAS_DB
        np.clip(above, 0, 20, out=above)
        active: NDArray[np.bool_] = above.mean(axis=1) > _ACTIVE_DB
        slot = self._tick % _LAG
        moved = np.abs(levels - self._levels[:, slot]).mean(axis=1)
        self._levels[:, slot] = levels
        self._decide(active, moved > _MOVING_DB)
        self._tick += 1
        return active

    def _powers(self, frames: Wide) -> Wide:
        """Give the power of each band, `(rows, bands)`, 1 being full scale."""
        narrow = frames[:, :: self._decimation] * _window()
        for shift in range(1, self._decimation):
            narrow += frames[:, shift :: self._decimation] * _window()
        spectrum = np.fft.rfft(narrow)
        squares = np.square(spectrum.real)
        squares += np.square(spectrum.imag)
        power: Wide = squares @ _weights(self._decimation)
        power += _LEAST_POWER
        return power

    def _follow_floor(self, power: Wide) -> Wide:
        """Give the floor of each band."""
        first = np.isnan(self._smoothed)
        self._smoothed += _SMOOTHING * (power - self._smoothed)
        np.copyto(self._smoothed, power, where=first)
        np.minimum(self._least_now, self._smoothed, out=self._least_now)
        if self._tick % _WINDOW_TICKS == 0:
            self._least[:, self._tick // _WINDOW_TICKS % _WINDOWS] = self._least_now
            self._least_before = self._least.min(axis=1)
            self._least_now = self._smoothed.copy()
        return np.minimum(self._least_before, self._least_now)

    def _decide(self, active: NDArray[np.bool_], moving: NDArray[np.bool_]) -> None:
        change = np.where(moving, np.float32(1), -_STEADY_COSTS)
        self._evidence += np.where(active, change, -_QUIET_COSTS)
        np.clip(self._evidence, 0, _ENOUGH, out=self._evidence)
        self._quiet += np.where(active, -_ACTIVE_GAINS, np.float32(1))
        np.maximum(self._quiet, 0, out=self._quiet)
        turning = np.where(self.speaking, ~active, self._evidence > 0)
        self.ago *= turning & ~self._turned
        self.ago += turning
        speaking = self.speaking | (self._evidence >= _ENOUGH)
        speaking &= self._quiet < HANGOVER_TICKS
        self._quiet *= speaking
        self._turned = speaking != self.speaking
        self.speaking = speaking


@lru_cache(maxsize=1)
def _window() -> Wide:
    window: Wide = np.hanning(_SAMPLES + 1)[:-1].astype(np.float32)
    return window


@lru_cache(maxsize=4)
def _weights(decimation: int) -> Wide:
    """Give what makes powers of bands out of a squared spectrum, `(bins, bands)`."""
    hz = np.arange(_SAMPLES // 2 + 1) * FRAMES_PER_SECOND
    scale = 2 / (_SAMPLES * np.sum(np.square(_window()))) / (decimation * FULL_SCALE) ** 2
    edges = zip(_BAND_EDGES_HZ[:-1], _BAND_EDGES_HZ[1:], strict=True)
    weights = [(low <= hz) & (hz < high) for low, high in edges]
    return np.stack(weights, axis=1).astype(np.float32) * np.float32(scale)
