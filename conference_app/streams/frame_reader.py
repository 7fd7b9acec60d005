"""WebSocket frames (RFC 6455, section 5.2), read just as far as the short way of sound needs.

Sound comes as whole, masked, unfragmented binary frames, nearly always one to a read of the socket.
Those are taken off here; everything else (text, control frames, fragments, a frame that is not all
there) goes to the full parser, while FrameBoundary keeps count of where that parser stands.
"""

from collections.abc import Callable
from typing import Final

from websockets.speedups import apply_mask

_WHOLE_BINARY: Final = 0x82
_MASKED: Final = 0x80
_LENGTH: Final = 0x7F
_MASK_BYTES: Final = 4
_LONG: Final = 126
_VERY_LONG: Final = 127


def take_binary_frames(data: bytes, on_payload: Callable[[bytes], None]) -> bytes:
    """Hand over the payload of each whole binary frame at the beginning of `data`; give the rest.

    `data` must begin where a frame begins. Frames of 64 KiB and more are left to the parser.
    """
    while len(data) >= 2 and data[0] == _WHOLE_BINARY and data[1] & _MASKED:
        length, begin = data[1] & _LENGTH, 2
        if length == _VERY_LONG or (length == _LONG and len(data) < 4):
            break
        if length == _LONG:
            length, begin = data[2] << 8 | data[3], 4
        end = begin + _MASK_BYTES + length
        if len(data) < end:
            break
        mask = data[begin : begin + _MASK_BYTES]
        on_payload(apply_mask(data[begin + _MASK_BYTES : end], mask))
        data = data[end:]
    return data


def only_binary_frame(buffer: bytearray, count: int) -> bytes | None:
    """Give the payload when the first `count` bytes, 1 or more, are one such frame, nothing more
    and nothing less.
    """
    if buffer[0] != _WHOLE_BINARY or not buffer[1] & _MASKED:
        return None
    length, begin = buffer[1] & _LENGTH, 6
    if length == _LONG:
        length, begin = buffer[2] << 8 | buffer[3], 8
    elif length == _VERY_LONG:
        return None
    if count != begin + length:
        return None
    return apply_mask(buffer[begin:count], buffer[begin - _MASK_BYTES : begin])


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
        self._missing = length + (_MASK_BYTES if header[1] & _MASKED else 0)
        self._header = b""
        return wanted - before


def _header_bytes(second: int) -> int:
    """How long a header is up to its mask, told by its second byte."""
    return {_LONG: 4, _VERY_LONG: 10}.get(second & _LENGTH, 2)
