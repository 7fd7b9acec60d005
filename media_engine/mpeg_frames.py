"""How much sound an MP3 file really has (ISO/IEC 11172-3 and 13818-3, layer III).

An MP3 has no length of its own. Decoders take it from the Xing header of the first frame, and
without one guess it from the first frame's bit rate: a file of variable rate then stops after a
fraction of its sound, and a header that lies is believed. Walking from frame to frame tells.
"""

import math
import struct
from dataclasses import dataclass
from typing import Final

_RATES_HZ: Final = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
"""By the version field: 3 is MPEG 1, 2 is MPEG 2, 0 is MPEG 2.5."""

_KBPS_MPEG_1: Final = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KBPS_MPEG_2: Final = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_SYNC: Final = 0xFFE00000
_LAYER_III: Final = 1
_MONO: Final = 3
_HEADER_BYTES: Final = 4
_ID3_HEADER_BYTES: Final = 10

_MOST_SKIPPED: Final = 65_536
"""Bytes that belong to no frame, all together: looking for the next one takes longer than walking.
"""


@dataclass(frozen=True, slots=True)
class _Header:
    word: int
    version: int
    rate_hz: int
    frame_bytes: int

    @property
    def samples(self) -> int:
        return 1152 if self.version == 3 else 576

    @property
    def side_bytes(self) -> int:
        mono = self.word >> 6 & 3 == _MONO
        if self.version == 3:
            return 17 if mono else 32
        return 9 if mono else 17


@dataclass(frozen=True, slots=True)
class MpegLength:
    """What a walk through an MP3 found: its first frame, and the samples of a channel in all."""

    first_frame_at: int
    samples: int
    first: _Header

    @property
    def rate_hz(self) -> int:
        return self.first.rate_hz

    def exceeds(self, samples: int) -> bool:
        """Whether a decoder that expects so many samples stops too early.

        Encoders note up to four frames that they added: the Xing header, what fills the first and
        the last frame, and the filter's delay.
        """
        return self.samples > samples + 4 * self.first.samples


def measure(content: bytes, most_samples: int) -> MpegLength | None:
    """Walk through the frames, until there are more than `most_samples`.

    None where that tells nothing: no layer III here, or too much between its frames. A frame takes
    about two microseconds.
    """
    at = _after_id3(content)
    first: _Header | None = None
    first_at = samples = skipped = 0
    while samples <= most_samples:
        header = _read_header(content, at)
        if header and (first is None or header.rate_hz == first.rate_hz):
            if first is None:
                first, first_at = header, at
            samples += header.samples
            at += header.frame_bytes
            continue
        sync = content.find(b"\xff", at + 1)
        if sync < 0:
            break
        skipped += sync - at
        at = sync
        if skipped > _MOST_SKIPPED:
            return None
    return None if first is None else MpegLength(first_at, samples, first)


def with_length(content: bytes, length: MpegLength) -> bytes:
    """Give the same file with a Xing header in front, from which decoders take the true length."""
    first = length.first
    # The same frame without sound: of the highest bit rate, unpadded, without a checksum.
    word = first.word & ~0xF200 | 14 << 12 | 1 << 16
    header = _parse(word)
    if header is None:
        return content
    frame = bytearray(header.frame_bytes)
    struct.pack_into(">I", frame, 0, word)
    frames = math.ceil(length.samples / first.samples)
    struct.pack_into(">4sII", frame, _HEADER_BYTES + first.side_bytes, b"Xing", 1, frames)
    at = length.first_frame_at
    return content[:at] + frame + content[at:]


def _after_id3(content: bytes) -> int:
    """Where the tag in front of the sound ends, whose size has 7 bits a byte (ID3v2, 3.1)."""
    if not content.startswith(b"ID3") or len(content) < _ID3_HEADER_BYTES:
        return 0
    size = 0
    for byte in content[6:_ID3_HEADER_BYTES]:
        size = size << 7 | byte & 0x7F
    return _ID3_HEADER_BYTES + size


def _read_header(content: bytes, at: int) -> _Header | None:
    if at + _HEADER_BYTES > len(content):
        return None
    return _parse(int.from_bytes(content[at : at + _HEADER_BYTES], "big"))


def _parse(word: int) -> _Header | None:
    version, layer = word >> 19 & 3, word >> 17 & 3
    bit_rate, rate = word >> 12 & 15, word >> 10 & 3
    if word & _SYNC != _SYNC or layer != _LAYER_III or version not in _RATES_HZ:
        return None
    if rate == 3 or not 0 < bit_rate < 15:
        return None
    rate_hz = _RATES_HZ[version][rate]
    kbps = (_KBPS_MPEG_1 if version == 3 else _KBPS_MPEG_2)[bit_rate]
    slots = 144_000 if version == 3 else 72_000
    return _Header(word, version, rate_hz, slots * kbps // rate_hz + (word >> 9 & 1))
