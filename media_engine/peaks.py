"""The outline of a recording, to be drawn: the lowest and the highest sample of each stretch.

Kept in the binary form of BBC audiowaveform (version 1 of its .dat files, 8 bit) and told in its
JSON (version 2), which players such as peaks.js and wavesurfer.js read:

    <i4 version=1  <u4 flags=1  <i4 sample rate  <i4 samples per pixel  <u4 pixels
    then for each pixel: i1 lowest, i1 highest; a sample is divided by 256, rounding down

A pixel is 50 ms, or more where a recording would have over MOST_PIXELS of them: at most 16 KB.
"""

import struct
from pathlib import Path
from typing import Any, Final

import numpy as np
import soundfile
from numpy.typing import NDArray

from media_engine.trimming import read_pcm

PIXELS_PER_SECOND: Final = 20
MOST_PIXELS: Final = 8192
"""Seven minutes in full; an hour has a pixel for each 440 ms, four for each 1.8 s."""

_HEADER: Final = struct.Struct("<iIiiI")
_VERSION, _EIGHT_BIT = 1, 1
_JSON_VERSION: Final = 2
_READ_SAMPLES: Final = 262_144


def find_peaks(path: Path) -> bytes:
    """Give the outline of a sound file, of all its channels together.

    Reads block by block, whatever its length. Raises soundfile.SoundFileError.
    """
    with soundfile.SoundFile(path) as file:
        samples_per_pixel = max(
            1, file.samplerate // PIXELS_PER_SECOND, -(-file.frames // MOST_PIXELS)
        )
        pixels_a_read = max(1, _READ_SAMPLES // samples_per_pixel)
        parts = [
            _pairs(pcm, samples_per_pixel)
            for pcm in read_pcm(file, pixels_a_read * samples_per_pixel)
        ]
        pairs = b"".join(part.tobytes() for part in parts)
        header = (_VERSION, _EIGHT_BIT, file.samplerate, samples_per_pixel, len(pairs) // 2)
        return _HEADER.pack(*header) + pairs


def as_json(peaks: bytes) -> dict[str, Any]:
    """Give what find_peaks() gave in audiowaveform's JSON."""
    _, _, rate_hz, samples_per_pixel, pixels = _HEADER.unpack_from(peaks)
    return {
        "version": _JSON_VERSION,
        "channels": 1,
        "sample_rate": rate_hz,
        "samples_per_pixel": samples_per_pixel,
        "bits": 8,
        "length": pixels,
        "data": np.frombuffer(peaks, np.int8, offset=_HEADER.size).tolist(),
    }


def _pairs(pcm: NDArray[np.int16], samples_per_pixel: int) -> NDArray[np.int8]:
    """Give (lowest, highest) of each stretch of a block `(samples, channels)`; its last stretch may
    be short.
    """
    starts = np.arange(0, len(pcm), samples_per_pixel)
    lowest = np.minimum.reduceat(pcm, starts).min(axis=1)
    highest = np.maximum.reduceat(pcm, starts).max(axis=1)
    return (np.stack((lowest, highest), axis=1) >> 8).astype(np.int8)
