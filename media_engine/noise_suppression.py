"""Takes steady noise out of voices: the noise suppressor of WebRTC, from the package
`webrtc-noise-gain`.

It runs within the tick, for it is quick and does not let go of the interpreter: some 25 µs a voice.
So it has a bound, MOST_VOICES; who comes later passes as he is. It knows 16 kHz only.
"""

from typing import Final, Protocol

import numpy as np

from media_engine.levels import fade
from media_engine.mixing import RAMP_MS
from media_engine.pcm import Pcm, Wide, to_pcm

try:
    from webrtc_noise_gain import AudioProcessor
except ImportError:  # There is no wheel for this machine.
    AudioProcessor = None

MOST_VOICES: Final = 64
"""Some 2 ms of a tick's 20."""

DELAY_MS: Final = 6
"""By so much a voice comes later."""

_RATE_HZ: Final = 16_000
_PART_BYTES: Final = 2 * _RATE_HZ // 100
"""It takes 10 ms at a time."""

_LEVEL: Final = 2
"""Of 4: noise is 12 dB less. With more, clean speech suffers (PESQ)."""

_NO_GAIN: Final = 0
_RAMP_SAMPLES: Final = _RATE_HZ * RAMP_MS // 1000


class _Cleaned(Protocol):
    audio: bytes


class _Processor(Protocol):
    def Process10ms(self, pcm: bytes) -> _Cleaned:
        """Give the next 10 ms, int16."""


def can_suppress_noise(rate_hz: int) -> bool:
    """Whether this process can, where it mixes at this rate."""
    return AudioProcessor is not None and rate_hz == _RATE_HZ


class NoiseSuppression:
    """Voices are known by their rows in the array of what is spoken."""

    def __init__(self, rate_hz: int) -> None:
        self.refused = 0
        """How many voices pass, or have passed, as they are, though somebody wished otherwise."""
        self._can = can_suppress_noise(rate_hz)
        self._processors: dict[int, _Processor] = {}
        self._new: set[int] = set()
        """Voices that pass for one more frame, until the suppressor has something to go by."""
        self._coming: set[int] = set()
        self._going: set[int] = set()

    def __contains__(self, row: int) -> bool:
        return row in self._processors and row not in self._going

    def __bool__(self) -> bool:
        return bool(self._processors)

    def add(self, row: int) -> None:
        """Take the noise out of a voice from the next tick on; of one too many it is left in."""
        if row in self._going:
            self._going.discard(row)
        elif self._can and len(self._processors) < MOST_VOICES:
            self._processors[row] = AudioProcessor(_NO_GAIN, _LEVEL)
            self._new.add(row)
        else:
            self.refused += 1

    def remove(self, row: int) -> None:
        """Leave a voice as it is from the next tick on."""
        if row in self._new or row in self._coming:
            self.forget(row)
        elif row in self._processors:
            self._going.add(row)

    def forget(self, row: int) -> None:
        """Somebody else will speak there."""
        self._processors.pop(row, None)
        self._new.discard(row)
        self._coming.discard(row)
        self._going.discard(row)

    def process(self, spoken: Wide) -> None:
        """Clean the next frame of those voices, in place; `(rows, samples)`."""
        rows = list(self._processors)
        noisy = spoken[rows]
        cleaned = self._cleaned(to_pcm(noisy))
        for index, row in enumerate(rows):
            if row in self._new:
                cleaned[index] = noisy[index]
            elif row in self._coming:
                cleaned[index] = fade(noisy[index], cleaned[index], _RAMP_SAMPLES)
            elif row in self._going:
                cleaned[index] = fade(cleaned[index], noisy[index], _RAMP_SAMPLES)
        spoken[rows] = cleaned
        self._coming, self._new = self._new, set()
        for row in list(self._going):
            self.forget(row)

    def _cleaned(self, noisy: Pcm) -> Wide:
        sound = noisy.tobytes()
        size = len(sound) // len(noisy)
        parts = [
            processor.Process10ms(sound[start : start + _PART_BYTES]).audio
            for number, processor in enumerate(self._processors.values())
            for start in range(number * size, (number + 1) * size, _PART_BYTES)
        ]
        pcm = np.frombuffer(b"".join(parts), dtype=np.int16)
        return pcm.reshape(noisy.shape).astype(np.float32)
