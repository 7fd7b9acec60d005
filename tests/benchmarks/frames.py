"""WebSocket frames by hand (RFC 6455, section 5.2): as cheap as a legal client can be.

A client must mask what it sends; a mask of zeros is legal and changes no byte.
"""

import struct
from typing import Final, TypeAlias

TEXT: Final = 0x1
BINARY: Final = 0x2
CLOSE: Final = 0x8
PING: Final = 0x9
PONG: Final = 0xA

_FINAL: Final = 0x80
_MASKED: Final = 0x80
_MASK: Final = bytes(4)

Frame: TypeAlias = tuple[int, bytes]
"""Opcode and payload."""


def client_frame(opcode: int, payload: bytes) -> bytes:
    """Build a whole frame as a client sends it. ValueError above 65535 bytes."""
    length = len(payload)
    if length < 126:
        header = bytes((_FINAL | opcode, _MASKED | length))
    elif length < 65_536:
        header = struct.pack("!BBH", _FINAL | opcode, _MASKED | 126, length)
    else:
        raise ValueError(f"{length} bytes are more than a caller ever sends in one frame")
    return header + _MASK + payload


def cut_frames(received: bytes) -> tuple[list[Frame], bytes]:
    """Cut what a server sent into whole frames; give them and the incomplete rest.

    ValueError for a frame that is masked, fragmented or of 64 KiB and more: no server of sound
    sends such.
    """
    frames: list[Frame] = []
    position, size = 0, len(received)
    while size - position >= 2:
        first, length = received[position], received[position + 1]
        start = position + 2
        if length == 126:
            if size - position < 4:
                break
            length = received[position + 2] << 8 | received[position + 3]
            start = position + 4
        elif length > 126:
            raise ValueError("a frame that is masked, or of 64 KiB and more")
        if not first & _FINAL or not first & 0x0F:
            raise ValueError("a fragmented message")
        if size - start < length:
            break
        position = start + length
        frames.append((first & 0x0F, received[start:position]))
    return frames, received[position:]
