"""Sound files for tests: honest ones in all formats, and ones whose headers lie."""

import io
import struct
from typing import Any, Final

import numpy as np
import soundfile

from media_engine.pcm import FULL_SCALE, Pcm

FORMATS: Final = {
    "wav": ("WAV", "PCM_16"),
    "wav-float": ("WAV", "FLOAT"),
    "wav-ulaw": ("WAV", "ULAW"),
    "mp3": ("MP3", "MPEG_LAYER_III"),
    "flac": ("FLAC", "PCM_16"),
    "ogg": ("OGG", "VORBIS"),
    "opus": ("OGG", "OPUS"),
    "aiff": ("AIFF", "PCM_16"),
    "au": ("AU", "PCM_16"),
}


def tone(seconds: float, rate_hz: int, hz: float = 440.0, amplitude: int = 8000) -> Pcm:
    """A sine that starts at 0."""
    at = np.arange(round(seconds * rate_hz)) / rate_hz
    sound: Pcm = np.rint(amplitude * np.sin(2 * np.pi * hz * at)).astype(np.int16)
    return sound


def encoded(sound: Any, rate_hz: int, name: str = "wav", **options: Any) -> bytes:
    """A file of `sound`, (frames,) or (frames, channels), as a row of FORMATS."""
    file_format, subtype = FORMATS[name]
    channels = 1 if sound.ndim == 1 else sound.shape[1]
    if subtype == "FLOAT" and sound.dtype == np.int16:
        sound = sound / np.float32(FULL_SCALE)  # libsndfile does not scale it.
    content = io.BytesIO()
    with soundfile.SoundFile(
        content, "w", rate_hz, channels, format=file_format, subtype=subtype, **options
    ) as file:
        # The Vorbis encoder keeps each write on its stack.
        for start in range(0, len(sound), 48000):
            file.write(sound[start : start + 48000])
    return content.getvalue()


def wav(
    samples: bytes,
    *,
    rate_hz: int = 16000,
    channels: int = 1,
    claim: int | None = None,
    extra: bytes = b"",
) -> bytes:
    """A WAV of 16 bits written by hand; `claim`: what it says of its size, `extra`: chunks in front
    of the sound.
    """
    claim = len(samples) if claim is None else claim
    frame_bytes = 2 * channels
    layout = (1, channels, rate_hz, rate_hz * frame_bytes & 0xFFFFFFFF, frame_bytes, 16)
    body = b"WAVEfmt " + struct.pack("<IHHIIHH", 16, *layout) + extra
    body += b"data" + struct.pack("<I", claim) + samples
    return b"RIFF" + struct.pack("<I", min(claim + 36, 0xFFFFFFFF)) + body


def flac_that_claims(flac: bytes, frames: int) -> bytes:
    """The same FLAC with another total in its STREAMINFO (36 bits); 0: unknown."""
    changed = bytearray(flac)
    changed[21] = changed[21] & 0xF0 | frames >> 32
    changed[22:26] = struct.pack(">I", frames & 0xFFFFFFFF)
    return bytes(changed)


def mp3_that_claims(mp3: bytes, frames: int) -> bytes:
    """The same MP3 with another number of frames in its Xing header."""
    at = mp3.index(b"Xing") + 8
    return mp3[:at] + struct.pack(">I", frames) + mp3[at + 4 :]


def mp3_without_header(mp3: bytes) -> bytes:
    """The same MP3 without its first frame, which holds nothing but the Xing header."""
    return mp3[mp3.index(mp3[:2], 4) :]


def silent_flac(hours: float, rate_hz: int = 8000) -> bytes:
    """As small as a file can be for its length."""
    content = io.BytesIO()
    minute = np.zeros(60 * rate_hz, np.int16)
    with soundfile.SoundFile(
        content, "w", rate_hz, 1, format="FLAC", subtype="PCM_16", compression_level=0.0
    ) as file:
        for _ in range(round(hours * 60)):
            file.write(minute)
    return content.getvalue()
