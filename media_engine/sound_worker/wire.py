"""Messages between the bridge and a sound child, over a stream socket: a JSON head, then bytes.

Not pickle: whoever gets hold of the child must not get into the bridge with an answer.
"""

import json
import socket
import struct
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

Head: TypeAlias = dict[str, Any]

MOST_HEAD_BYTES: Final = 65_536
MOST_BODY_BYTES: Final = 1 << 29

_SIZES: Final = struct.Struct("<IQ")


class Disconnected(Exception):
    """The other side is gone, or says what this side does not understand."""


def send(
    connection: socket.socket, head: Mapping[str, Any], body: memoryview | bytes = b""
) -> None:
    """Send one message; blocks until the other side has taken it. Raises Disconnected."""
    encoded = json.dumps(head).encode()
    try:
        connection.sendall(_SIZES.pack(len(encoded), len(body)) + encoded)
        connection.sendall(body)
    except OSError as error:
        raise Disconnected(str(error)) from error


def receive(connection: socket.socket) -> tuple[Head, bytes]:
    """Wait for one message. Raises Disconnected, also for one that is longer than allowed."""
    head_bytes, body_bytes = _SIZES.unpack(_read(connection, _SIZES.size))
    if head_bytes > MOST_HEAD_BYTES or body_bytes > MOST_BODY_BYTES:
        raise Disconnected(f"a message of {head_bytes} and {body_bytes} bytes")
    try:
        head = json.loads(_read(connection, head_bytes))
    except ValueError as error:
        raise Disconnected("a head that is no JSON") from error
    if not isinstance(head, dict):
        raise Disconnected("a head that is no object")
    return head, _read(connection, body_bytes)


def _read(connection: socket.socket, size: int) -> bytes:
    """Read exactly so much, into one piece of memory: it may be a whole file."""
    parts: list[bytes] = []
    while size:
        try:
            part = connection.recv(size, socket.MSG_WAITALL)
        except OSError as error:
            raise Disconnected(str(error)) from error
        if not part:
            raise Disconnected("it was closed")
        parts.append(part)
        size -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)
