"""G.711: μ-law and A-law by table look-up (ITU-T G.711, tables 1 and 2).

A code word holds a sign, one of 8 segments and one of 16 steps in it; the step doubles from segment
to segment. Both laws are symmetric, so only magnitudes are computed here. G.711 counts in 14
(μ-law) or 13 (A-law) bits; all values below are on the int16 scale.

Where a sample lies exactly on a decision value, G.711 leaves the choice open. As in ITU-T's own
software (G.191, `ulaw_compress` and `alaw_compress`) magnitudes are taken in one's complement (-1
has that of 0), so that such a sample belongs to the interval above it, on either side of zero.
"""

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from media_engine.pcm import Pcm, Wide

_POSITIVE: Final = 0x80

_Integers: TypeAlias = NDArray[np.integer]


class G711:
    """One of the two laws, made from three facts about it.

    `magnitudes`: what the code words 0…127 of positive samples stand for, rising. `half_steps`: how
    far below that the interval of each begins. `line_mask`: what a code word (sign bit set for
    positive) is XORed with before it is sent.
    """

    bytes_per_sample: Final = 1

    def __init__(
        self, name: str, magnitudes: _Integers, half_steps: _Integers, line_mask: int
    ) -> None:
        self.name: Final = name
        codes = np.arange(256) ^ line_mask
        magnitude = magnitudes[codes & 0x7F]
        samples = np.where(codes & _POSITIVE, magnitude, -magnitude)
        self._decoded: Final[Pcm] = samples.astype(np.int16)

        self._widened: Final[Wide] = samples.astype(np.float32)

        # Indexed by the sample's bits: 0…32767, then -32768…-1.
        sample = np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int32)
        thresholds = (magnitudes - half_steps)[1:]
        code = np.searchsorted(thresholds, np.where(sample < 0, ~sample, sample), side="right")
        code |= np.where(sample < 0, 0, _POSITIVE)
        self._encoded: Final = (code ^ line_mask).astype(np.uint8)
        self.silence: Final = bytes([self._encoded[0]])

    def decode(self, payload: bytes) -> Pcm:
        """Give one sample for each byte."""
        # take(): half the time of indexing with brackets.
        return self._decoded.take(np.frombuffer(payload, np.uint8))

    def widen(self, payload: bytes | NDArray[np.uint8]) -> Wide:
        """Give one sample for each byte, ready to be summed."""
        return self._widened.take(np.frombuffer(payload, np.uint8))

    def pack(self, pcm: Pcm) -> NDArray[np.uint8]:
        """Give one byte for each sample, row after row, flat."""
        return self._encoded.take(pcm.reshape(-1).view(np.uint16))

    def encode(self, pcm: Pcm) -> bytes:
        """Give the same as bytes."""
        return self.pack(pcm).tobytes()


def _mulaw() -> G711:
    segment, step = np.divmod(np.arange(128), 16)
    magnitudes = ((2 * step + 33) << (segment + 2)) - 132
    return G711("audio/x-mulaw", magnitudes, 4 << segment, line_mask=0x7F)


def _alaw() -> G711:
    segment, step = np.divmod(np.arange(128), 16)
    # The two lowest segments have equal steps; the lowest begins at zero.
    half_steps = 8 << np.maximum(segment - 1, 0)
    magnitudes = (2 * (step + np.where(segment > 0, 16, 0)) + 1) * half_steps
    return G711("audio/x-alaw", magnitudes, half_steps, line_mask=0x55)


MULAW: Final = _mulaw()
ALAW: Final = _alaw()
