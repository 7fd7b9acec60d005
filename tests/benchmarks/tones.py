"""Everybody hums a tone of his own, so that what anybody hears is known beforehand.

Each tone fits a whole number of times into 20 ms: every frame of a caller is the same, and what he
hears has, in each frame, the spectrum of the others' sum, wherever the resamplers put its phase. A
server that sends silence, leaves a voice out or lets a caller hear himself does not get past this.
"""

import math
import random
from collections import defaultdict
from collections.abc import Sequence
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from media_engine.codecs import get_codec
from media_engine.dialects import MULAW, WireFormat

WIRE: Final = WireFormat(MULAW, 8000)
SAMPLES: Final = 160

RIGHT_WITHIN: Final = 0.25
"""Distance from what should be heard, in parts of it. In a room of 4 a voice too few is 0.58."""

_TONES_IN_20_MS: Final = range(8, 61)
"""400 to 3000 Hz: where telephone sound passes any resampler unharmed."""

_HEARD_RMS: Final = 3000.0
"""-21 dBFS, whatever the number of talkers: loud speech, and no peak of the sum is clipped."""

_LOUDEST: Final = 8000.0

Spectrum: TypeAlias = NDArray[np.float64]
"""Magnitudes of the 81 multiples of 50 Hz."""


def make_tones(rooms: Sequence[str], seed: int) -> list[bytes]:
    """Give each caller, by the room he is in, his payload: μ-law, SAMPLES bytes."""
    shuffle = random.Random(seed)
    callers = {room: rooms.count(room) for room in set(rooms)}
    time = np.arange(SAMPLES) / SAMPLES
    payloads = []
    for index, room in enumerate(rooms):
        others = max(1, callers[room] - 1)
        amplitude = min(_LOUDEST, _HEARD_RMS * math.sqrt(2 / others))
        turns = _TONES_IN_20_MS[index % len(_TONES_IN_20_MS)]
        tone = amplitude * np.sin(2 * np.pi * (turns * time + shuffle.random()))
        payloads.append(get_codec(MULAW).encode(tone.astype(np.int16)))
    return payloads


def expected_spectra(rooms: Sequence[str], payloads: Sequence[bytes]) -> list[Spectrum]:
    """Give what each caller is to hear: all others in his room, and not himself."""
    spoken = [get_codec(MULAW).decode(payload).astype(np.float64) for payload in payloads]
    total: dict[str, NDArray[np.float64]] = defaultdict(lambda: np.zeros(SAMPLES))
    for room, own in zip(rooms, spoken, strict=True):
        total[room] += own
    return [_spectra(total[room] - own) for room, own in zip(rooms, spoken, strict=True)]


def share_heard_right(payloads: Sequence[bytes], expected: Spectrum) -> float:
    """Give the share (0 to 1) of the frames heard that are what they should be."""
    whole = [payload for payload in payloads if len(payload) == SAMPLES]
    if not whole:
        return 0.0
    pcm = get_codec(MULAW).decode(b"".join(whole)).astype(np.float64).reshape(-1, SAMPLES)
    distances = np.linalg.norm(_spectra(pcm) - expected, axis=1)
    right = distances <= RIGHT_WITHIN * np.linalg.norm(expected)
    return float(np.count_nonzero(right)) / len(payloads)


def _spectra(pcm: NDArray[np.float64]) -> Spectrum:
    magnitudes: Spectrum = np.abs(np.fft.rfft(pcm))
    return magnitudes
