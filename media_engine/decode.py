"""Sound files that somebody gave us → Pcm at the mixing rate, with limits on what comes out.

A small file may hold hours, and its header may claim anything: the seconds, channels and samples
that come out are bounded, and the memory they take while they are converted.

decode_sound() is pure; files from outside go through media_engine.sound_worker, which calls it in
a child process: libsndfile is C, fed by strangers.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import soundfile
from typing_extensions import override

from media_engine import mpeg_frames
from media_engine.errors import EngineError
from media_engine.pcm import FULL_SCALE, Pcm, Wide, to_pcm
from media_engine.piecewise import convert_blocks
from media_engine.resample import CLIP_RATES_HZ

_MAGIC: Final = (b"RIFF", b"RIFX", b"RF64", b"fLaC", b"OggS", b"FORM", b".snd", b"ID3")
"""How WAV, FLAC, Ogg, AIFF, AU and tagged MP3 begin. libsndfile knows two dozen formats more, whose
parsers nobody here needs."""

_BLOCK_FRAMES: Final = 8192
_MP3_SLACK: Final = 8192
"""So much further an MP3 is measured: what its encoder added is no excess."""

_UNKNOWN_FRAMES: Final = 2**63 - 1
"""libsndfile's number of frames for a FLAC that was written as a stream."""


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
    """Read WAV, MP3, FLAC, Ogg (Vorbis, Opus), AIFF or AU, mixed down to mono at `rate_hz`.

    What breaks off is given as far as it goes. Raises UndecodableSound, also for a file without any
    sound. Takes CPU time, and besides the result some 30 MB: not for the loop that ticks.
    """
    bounds = limits or DecodeLimits()
    if not (content.startswith(_MAGIC) or _is_bare_mpeg(content)):
        raise UndecodableSound("not a sound file that can be read: it is no WAV, MP3, FLAC or Ogg")
    try:
        content, frames = _measured(content, bounds)
        with _opened(content) as file:
            sound = convert_blocks(_mono_blocks(file, frames), frames, file.samplerate, rate_hz)
    except soundfile.LibsndfileError as error:
        raise UndecodableSound(
            f"not a sound file that can be read: {error.error_string}"
        ) from error
    except (RuntimeError, ValueError) as error:
        raise UndecodableSound(f"not a sound file that can be read: {error}") from error
    if not len(sound):
        raise UndecodableSound("there is no sound in it")
    return sound


def _is_bare_mpeg(content: bytes) -> bool:
    return len(content) > 1 and content[0] == 0xFF and content[1] & 0xE0 == 0xE0


class _Forward(soundfile.SoundFile):  # type: ignore[misc]
    """A file that is read from the beginning to the end.

    soundfile seeks to where it is after each read, if it may: MP3 of variable rate then clicks
    at each seam, and a streamed FLAC fails at its end.
    """

    @override
    def seekable(self) -> bool:
        return False


def _opened(content: bytes) -> _Forward:
    return _Forward(io.BytesIO(content))


def _measured(content: bytes, limits: DecodeLimits) -> tuple[bytes, int]:
    """Give the file in a form that libsndfile reads to its end, and its number of frames at most.

    Nothing of a file that is too long is kept.
    """
    with _opened(content) as file:
        rate_fits = file.samplerate in CLIP_RATES_HZ and file.samplerate <= limits.rate_hz
        if not (rate_fits and 0 < file.channels <= limits.channels):
            raise UndecodableSound(
                f"{file.channels} channels at {file.samplerate} Hz are not played here"
            )
        most = int(min(limits.seconds * file.samplerate, limits.samples // file.channels))
        frames = file.frames
        is_mp3 = file.format == "MP3"
        length = mpeg_frames.measure(content, most + _MP3_SLACK) if is_mp3 else None
        if length and length.rate_hz == file.samplerate:
            if length.exceeds(frames):
                content = mpeg_frames.with_length(content, length)
            frames = length.samples if length.exceeds(most) else min(length.samples, most)
        elif frames == _UNKNOWN_FRAMES:
            frames = sum(len(block) for block in _mono_blocks(file, most + 1))
        if frames > most:
            raise UndecodableSound(f"longer than {most / file.samplerate:.0f} s")
        return content, frames


def _mono_blocks(file: _Forward, frames: int) -> Iterator[Pcm]:
    """Read up to `frames` frames, or until the file is over or broken."""
    # Read as float: libsndfile gives int16 of a float file without scaling it, which is silence.
    block = np.empty((_BLOCK_FRAMES, file.channels), np.float32)
    while frames > 0:
        wanted = block[: min(frames, _BLOCK_FRAMES)]
        read = _read_into(file, wanted)
        if read:
            yield _mono(wanted[:read])
        if read < len(wanted):
            return
        frames -= read


def _read_into(file: _Forward, block: Wide) -> int:
    """Fill `block`; give how many of its rows are sound."""
    block.fill(np.nan)
    try:
        return len(file.read(out=block))
    except soundfile.SoundFileError:
        # A broken or streamed file fails in its last block; what precedes the fault is there.
        missing = np.isnan(block[:, 0])
        return int(np.argmax(missing)) if missing.any() else len(block)


def _mono(block: Wide) -> Pcm:
    # A float file may hold anything, infinities and NaN too.
    mono: Wide = np.nan_to_num(np.clip(block, -1, 1)).mean(axis=1, dtype=np.float32)
    return to_pcm(mono * np.float32(FULL_SCALE))
