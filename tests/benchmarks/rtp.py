"""RTP packets of G.711 μ-law by hand (RFC 3550, section 5.1)."""

import struct
from typing import Final

SAMPLES: Final = 160
"""In each packet: 20 ms."""

_PCMU: Final = 0
_VERSION_2: Final = 0x80
_HEADER: Final = struct.Struct("!BBHII")


def write_packet(number: int, ssrc: int, payload: bytes) -> bytes:
    """Build the packet `number` (from 0) of a stream of 20 ms each."""
    sequence, timestamp = number & 0xFFFF, number * SAMPLES & 0xFFFFFFFF
    return _HEADER.pack(_VERSION_2, _PCMU, sequence, timestamp, ssrc) + payload


def read_packet(packet: bytes) -> tuple[int, bytes]:
    """Give sequence number and payload. ValueError for anything but a packet of G.711 μ-law."""
    if len(packet) < _HEADER.size:
        raise ValueError("shorter than an RTP header")
    first, second, sequence, _, _ = _HEADER.unpack_from(packet)
    if first & 0xC0 != _VERSION_2 or second & 0x7F != _PCMU:
        raise ValueError("no RTP packet of PCMU")
    start = _HEADER.size + 4 * (first & 0x0F)
    if first & 0x10:
        start += 4 + 4 * int.from_bytes(packet[start + 2 : start + 4])
    end = len(packet) - packet[-1] if first & 0x20 else len(packet)
    return sequence, packet[start:end]


def count_lost(sequences: list[int]) -> int:
    """Give how many packets are missing between the first and the last that came, however often
    the numbers went round; those that came twice do not make up for any.
    """
    if not sequences:
        return 0
    whole, last = {0}, 0
    for before, now in zip(sequences, sequences[1:], strict=False):
        last += (now - before + 0x8000 & 0xFFFF) - 0x8000
        whole.add(last)
    return max(whole) - min(whole) + 1 - len(whole)
