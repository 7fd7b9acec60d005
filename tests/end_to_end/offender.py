"""One who sends what nobody should, as fast as the socket takes it, and never says sorry.

By hand, because a library would keep him from most of it: he answers no ping, masks with zeros, and
reads only to learn how he was sent away.
"""

import base64
import json
import secrets
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, NamedTuple

from conference_app.streams.frame_reader import OUR_PINGS
from media_engine.dialects import MULAW, WireFormat
from media_engine.dialects.base import write_format
from tests.benchmarks.caller_dialects import caller_dialect
from tests.benchmarks.frames import BINARY, CLOSE, PING, PONG, TEXT
from tests.benchmarks.media_client import basic_authorization

CONTINUATION: Final = 0x0
SENT_AWAY_WITHIN_S: Final = 30.0
"""A guard against hanging."""

NOT_TAKEN_FOR_S: Final = 1.0
"""Then he has a look at why the server does not read any more."""

_FINAL: Final = 0x80
_MASKED: Final = 0x80
_END_OF_HEADERS: Final = b"\r\n\r\n"
_MANY: Final = 1000


class Closing(NamedTuple):
    """How he was sent away; code 1006: the connection was cut without a word."""

    code: int
    reason: str


CUT: Final = Closing(1006, "")


@dataclass(frozen=True, slots=True)
class Offence:
    """What is sent once, and then `times` times over."""

    over_and_over: bytes
    times: int
    first: bytes = b""


def frame(opcode: int, payload: bytes, *, final: bool = True) -> bytes:
    """A whole frame of any length as a client sends it (RFC 6455, section 5.2)."""
    length = len(payload)
    start = opcode | (_FINAL if final else 0)
    if length < 126:
        header = bytes((start, _MASKED | length))
    elif length < 65_536:
        header = struct.pack("!BBH", start, _MASKED | 126, length)
    else:
        header = struct.pack("!BBQ", start, _MASKED | 127, length)
    return header + bytes(4) + payload


OFFENCES: Final = {
    "a million tiny messages": Offence(frame(BINARY, b"\0\0") * _MANY, 1000),
    "a million tiny texts": Offence(frame(TEXT, b'{"event":"clear"}') * _MANY, 1000),
    "a million pings": Offence(frame(PING, b"") * _MANY, 1000),
    "a million pongs": Offence(frame(PONG, b"") * _MANY, 1000),
    "a million answers to a ping": Offence(frame(PONG, OUR_PINGS + bytes(8)) * _MANY, 1000),
    "a message of a million parts": Offence(
        frame(CONTINUATION, b"", final=False) * _MANY, 1000, frame(BINARY, b"", final=False)
    ),
    "a flood of sound": Offence(frame(BINARY, bytes(640)) * 100, 1000),
    "a message of 1 MB": Offence(frame(BINARY, bytes(1_000_000)), 1),
    "a message of 1 MB in parts": Offence(
        frame(CONTINUATION, bytes(10_000), final=False), 100, frame(BINARY, b"", final=False)
    ),
}


TWILIO_OFFENCES: Final = {
    "a flood of sound in the twilio dialect": Offence(
        frame(TEXT, b'{"event":"media","media":{"payload":"%s"}}' % base64.b64encode(bytes(160)))
        * 100,
        1000,
    ),
    "a message of 1 MB in the twilio dialect": Offence(frame(TEXT, b" " * 1_000_000), 1),
}


class Offender:
    """A connection; with a call once call() has returned."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=SENT_AWAY_WITHIN_S)
        self._received = b""

    def call(self, to: str, credentials: tuple[str, str], wire: WireFormat) -> None:
        """Call like anybody else."""
        self.shake_hands(credentials)
        start = {"event": "start", "to": to, "mediaFormat": write_format(wire)}
        self._socket.sendall(frame(TEXT, json.dumps(start).encode()))
        while b'"started"' not in self._received:
            self._receive()

    def call_as_twilio(self, to: str, credentials: tuple[str, str]) -> None:
        """The same in the twilio dialect, where a call has begun when it is sent sound."""
        dialect = caller_dialect("twilio", WireFormat(MULAW, 8000), credentials[0])
        assert dialect.subprotocol is not None
        self.shake_hands(credentials, dialect.subprotocol)
        for message in dialect.opening(to, 0):
            self._socket.sendall(frame(TEXT, message.encode()))
        while b'"media"' not in self._received:
            self._receive()

    def shake_hands(self, credentials: tuple[str, str], subprotocol: str = "audio.confab") -> None:
        lines = (
            "GET /media HTTP/1.1",
            "Host: 127.0.0.1",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {base64.b64encode(secrets.token_bytes(16)).decode()}",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Protocol: {subprotocol}",
            f"Authorization: {basic_authorization(*credentials)}",
        )
        self._socket.sendall("\r\n".join(lines).encode() + _END_OF_HEADERS)
        while _END_OF_HEADERS not in self._received:
            self._receive()
        head, _, self._received = self._received.partition(_END_OF_HEADERS)
        assert b" 101 " in head.split(b"\r\n", 1)[0], head

    def commit(self, offence: Offence) -> Closing:
        """Send all of it, or as much as is taken; tell how that ended."""
        self._socket.settimeout(NOT_TAKEN_FOR_S)
        with suppress(ConnectionError, TimeoutError):
            self._socket.sendall(offence.first)
            for _ in range(offence.times):
                self._socket.sendall(offence.over_and_over)
        self._socket.settimeout(SENT_AWAY_WITHIN_S)
        return self._closing()

    def close(self) -> None:
        self._socket.close()

    def _closing(self) -> Closing:
        with suppress(ConnectionError):
            while _find_closing(self._received) is CUT:
                self._receive()
        return _find_closing(self._received)

    def _receive(self) -> None:
        received = self._socket.recv(65_536)
        if not received:
            raise ConnectionError("the server has closed")
        self._received += received


def _find_closing(received: bytes) -> Closing:
    """Read what a server sent, frame by frame, up to the one that closes."""
    position = 0
    while len(received) - position >= 4:
        opcode, length = received[position] & 0x0F, received[position + 1]
        start = position + 2
        if length == 126:
            length, start = int.from_bytes(received[start : start + 2], "big"), start + 2
        position = start + length
        if opcode == CLOSE and length >= 2:
            code = int.from_bytes(received[start : start + 2], "big")
            return Closing(code, received[start + 2 : position].decode())
    return CUT
