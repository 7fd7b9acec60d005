"""Sound files that somebody gave us → Pcm at the mixing rate, with limits on what comes out.

A small file may hold hours: both the seconds and the bytes that come out are bounded, whatever its
header claims.
"""

import io
from dataclasses import dataclass
from typing import Final

import numpy as np
import soundfile

from media_engine.errors import EngineError
from media_engine.pcm import Pcm
from media_engine.resample import resample_clip

_BLOCK_FRAMES: Final = 65_536


class UndecodableSound(EngineError):
    """The file is no sound that we can read, or more of it than is allowed; the text says which."""


@dataclass(frozen=True)
class DecodeLimits:
    """What one file may become: `seconds` of sound, and `samples` of all its channels together."""

    seconds: float = 1800.0
    samples: int = 200_000_000
    channels: int = 8
    rate_hz: int = 192_000


def decode_sound(content: bytes, rate_hz: int, limits: DecodeLimits | None = None) -> Pcm:
    """Read WAV, MP3, FLAC or Ogg (what libsndfile reads), mixed down to mono at `rate_hz`.

    Raises UndecodableSound. Takes CPU time: not for the loop that ticks.
    """
    bounds = limits or DecodeLimits()
    try:
        with soundfile.SoundFile(io.BytesIO(content)) as file:
            if file.channels > bounds.channels or not 0 < file.samplerate <= bounds.rate_hz:
                raise UndecodableSound(
                    f"{file.channels} channels at {file.samplerate} Hz are not played here"
                )
            mono = _read_mono(file, bounds)
            return resample_clip(mono, file.samplerate, rate_hz)
    except (soundfile.SoundFileError, RuntimeError, ValueError) as error:
        raise UndecodableSound(f"not a sound file that can be read: {error}") from error


def _read_mono(file: soundfile.SoundFile, limits: DecodeLimits) -> Pcm:
    most_frames = int(
        min(limits.seconds * file.samplerate, limits.samples // max(1, file.channels))
    )
    blocks: list[Pcm] = []
    frames = 0
    while True:
        block = file.read(_BLOCK_FRAMES, dtype="int16", always_2d=True)
        if not len(block):
            break
        frames += len(block)
        if frames > most_frames:
            raise UndecodableSound(f"longer than {limits.seconds:.0f} s")
        blocks.append(np.rint(block.mean(axis=1)).astype(np.int16))
    return np.concatenate([np.zeros(0, dtype=np.int16), *blocks])
