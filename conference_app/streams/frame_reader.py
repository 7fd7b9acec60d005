"""WebSocket frames (RFC 6455, section 5.2), read just as far as the short way of sound needs.

Sound comes as whole, masked, unfragmented frames: binary ones, or text in the dialects that are
JSON. Nearly always one comes alone, else a few, or one beside the answer to a ping of ours. These
are taken off here; everything else (other control frames, fragments, a frame that is not all there)
goes to the full parser, while FrameBoundary keeps count of where that parser stands.
"""

import struct
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from websockets.speedups import apply_mask

OUR_PINGS: Final = b"confab"
"""How the payload of a ping of ours begins, and so of its pong; a number of 8 bytes follows."""

OUR_PINGS_BYTES: Final = len(OUR_PINGS) + 8

BINARY: Final = 0x82
TEXT: Final = 0x81
PING: Final = 0x89
"""How whole frames begin."""

_WHOLE: Final = (BINARY, TEXT)
_PONG: Final = 0x8A
_MASKED: Final = 0x80
_LENGTH: Final = 0x7F
MASK_BYTES: Final = 4
_LONG: Final = 126
_VERY_LONG: Final = 127


def take_frames(
    data: bytes, on_message: Callable[[str | bytes], object], on_pong: Callable[[int], object]
) -> bytes:
    """Hand over each message, and the number of each pong of ours, at the beginning of `data`; give
    the rest, from the first frame that is something else.

    `data` must begin where a frame begins. Frames of 64 KiB and more, and text that is not UTF-8,
    are left to the parser.
    """
    start, size = 0, len(data)
    while size - start >= 2:
        kind, length, begin = data[start], data[start + 1] & _LENGTH, start + 2 + MASK_BYTES
        if length == _LONG and size - start >= 4:
            length, begin = data[start + 2] << 8 | data[start + 3], begin + 2
        elif length >= _LONG:
            break
        end = begin + length
        if size < end or not data[start + 1] & _MASKED:
            break
        payload = apply_mask(data[begin:end], data[begin - MASK_BYTES : begin])
        if kind in _WHOLE:
            message = _message(kind, payload)
            if message is None:
                break
            on_message(message)
        elif kind == _PONG and length == OUR_PINGS_BYTES and payload.startswith(OUR_PINGS):
            on_pong(number_of(payload))
        else:
            break
        start = end
    return data[start:] if start else data


def number_of(pong: bytes) -> int:
    """Read the number in the payload of a pong of ours."""
    return int.from_bytes(pong[len(OUR_PINGS) :], "big")


def only_message(buffer: bytearray, count: int) -> str | bytes | None:
    """Give the message when the first `count` bytes, 1 or more, are one whole frame, nothing more
    and nothing less. Text that is not UTF-8 is left to the parser, which refuses it.
    """
    kind = buffer[0]
    if kind not in _WHOLE or not buffer[1] & _MASKED:
        return None
    length, begin = buffer[1] & _LENGTH, 6
    if length == _LONG:
        length, begin = buffer[2] << 8 | buffer[3], 8
    elif length == _VERY_LONG:
        return None
    if count != begin + length:
        return None
    payload = apply_mask(buffer[begin:count], buffer[begin - MASK_BYTES : begin])
    return payload if kind == BINARY else _message(kind, payload)


@lru_cache(maxsize=256)
def header(kind: int, size: int) -> bytes:
    """Write the header of a whole frame of ours, which are not masked."""
    if size < _LONG:
        return bytes((kind, size))
    if size < 65536:
        return struct.pack("!BBH", kind, _LONG, size)
    return struct.pack("!BBQ", kind, _VERY_LONG, size)


def masked_header(kind: int, size: int) -> bytes:
    """Write the header of a client's whole frame, up to its mask; `size` is less than 64 KiB."""
    if size < _LONG:
        return bytes((kind, _MASKED | size))
    return bytes((kind, _MASKED | _LONG)) + size.to_bytes(2, "big")


def _message(kind: int, payload: bytes) -> str | bytes | None:
    if kind == BINARY:
        return payload
    try:
        return payload.decode()
    except UnicodeDecodeError:
        return None


class FrameBoundary:
    """Whether the parser has read whole frames only, told by the lengths in their headers."""

    def __init__(self) -> None:
        self.reached = True
        """Whether the next byte begins a frame."""
        self._header = b""
        self._missing = 0

    def pass_over(self, data: bytes) -> None:
        """Count bytes that went to the parser."""
        while data:
            if self._missing:
                passed = min(self._missing, len(data))
                self._missing -= passed
            else:
                passed = self._read_header(data)
            data = data[passed:]
        self.reached = not self._missing and not self._header

    def _read_header(self, data: bytes) -> int:
        """Take bytes until the header is whole; then `_missing` is what follows it. Give how
        many.
        """
        before = len(self._header)
        header = self._header + data[: 10 - before]
        wanted = 2 if len(header) < 2 else _header_bytes(header[1])
        if len(header) < wanted:
            self._header = header
            return len(header) - before
        length = header[1] & _LENGTH
        if length >= _LONG:
            length = int.from_bytes(header[2:wanted], "big")
        self._missing = length + (MASK_BYTES if header[1] & _MASKED else 0)
        self._header = b""
        return wanted - before


def _header_bytes(second: int) -> int:
    """How long a header is up to its mask, told by its second byte."""
    return {_LONG: 4, _VERY_LONG: 10}.get(second & _LENGTH, 2)
