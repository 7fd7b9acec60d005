"""Everybody hums a tone of his own, so that what anybody hears is known beforehand.

Each tone fits a whole number of times into 20 ms: every frame of a caller is the same, and what he
hears has, in each frame, the spectrum of the others' sum, wherever the resamplers put its phase. A
server that sends silence, leaves a voice out or lets a caller hear himself does not get past this.
"""

import math
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from media_engine.codecs import get_codec
from media_engine.dialects import WireFormat
from tests.benchmarks.job import LISTENING

RIGHT_WITHIN: Final = 0.25
"""Distance from what should be heard, in parts of it. In a room of 4 a voice too few is 0.58."""

_TONES_IN_20_MS: Final = range(8, 61)
"""400 to 3000 Hz: where telephone sound passes any resampler unharmed."""

_HEARD_RMS: Final = 3000.0
"""-21 dBFS, whatever the number of talkers: loud speech, and no peak of the sum is clipped."""

_LOUDEST: Final = 8000.0

Spectrum: TypeAlias = NDArray[np.float64]
"""Magnitudes of the multiples of 50 Hz, up to half the sampling rate."""


def make_tones(rooms: Sequence[str], seed: int, wire: WireFormat) -> list[bytes]:
    """Give each caller, by the room he calls, the payload of each of his frames.

    Who calls a room whose name begins with LISTENING hums as loudly as those who are heard there.
    """
    shuffle = random.Random(seed)
    talkers = Counter(room for room in rooms if not room.startswith(LISTENING))
    time = np.arange(_samples(wire)) / _samples(wire)
    payloads = []
    for index, room in enumerate(rooms):
        others = max(1, talkers[room.removeprefix(LISTENING)] - 1)
        amplitude = min(_LOUDEST, _HEARD_RMS * math.sqrt(2 / others))
        turns = _TONES_IN_20_MS[index % len(_TONES_IN_20_MS)]
        tone = amplitude * np.sin(2 * np.pi * (turns * time + shuffle.random()))
        payloads.append(get_codec(wire.encoding).encode(tone.astype(np.int16)))
    return payloads


def expected_spectra(
    rooms: Sequence[str], payloads: Sequence[bytes], wire: WireFormat
) -> list[Spectrum]:
    """Give what each caller is to hear: all others in his room, and not himself. Who calls a room
    whose name begins with LISTENING is heard by nobody, and who has no payload says nothing.
    """
    samples, decode = _samples(wire), get_codec(wire.encoding).decode
    silence = np.zeros(samples)
    spoken = [
        decode(payload).astype(np.float64)
        if payload and not room.startswith(LISTENING)
        else silence
        for room, payload in zip(rooms, payloads, strict=True)
    ]
    meetings = [room.removeprefix(LISTENING) for room in rooms]
    total: dict[str, NDArray[np.float64]] = defaultdict(lambda: np.zeros(samples))
    for meeting, own in zip(meetings, spoken, strict=True):
        total[meeting] += own
    return [_spectra(total[meeting] - own) for meeting, own in zip(meetings, spoken, strict=True)]


def heard_right(
    payloads: Sequence[bytes], expected: Spectrum, wire: WireFormat
) -> NDArray[np.bool_]:
    """Tell of each frame heard whether it is what it should be. One of another length is not."""
    right = np.zeros(len(payloads), bool)
    whole = [
        place for place, payload in enumerate(payloads) if len(payload) == wire.bytes_per_frame
    ]
    if whole:
        sound = b"".join(payloads[place] for place in whole)
        pcm = get_codec(wire.encoding).decode(sound).astype(np.float64)
        distances = np.linalg.norm(_spectra(pcm.reshape(len(whole), -1)) - expected, axis=1)
        right[whole] = distances <= RIGHT_WITHIN * np.linalg.norm(expected)
    return right


def share_heard_right(payloads: Sequence[bytes], expected: Spectrum, wire: WireFormat) -> float:
    """Give the share (0 to 1) of the frames heard that are what they should be; 0 of none."""
    return float(heard_right(payloads, expected, wire).mean()) if payloads else 0.0


def _samples(wire: WireFormat) -> int:
    return wire.bytes_per_frame // wire.bytes_per_sample


def _spectra(pcm: NDArray[np.float64]) -> Spectrum:
    magnitudes: Spectrum = np.abs(np.fft.rfft(pcm))
    return magnitudes
