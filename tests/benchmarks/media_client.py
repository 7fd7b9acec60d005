"""One caller's connection over a WebSocket, as light as it gets: no library, no coroutine.

It answers pings, without which a server takes a client for one that does not read, and keeps what
it hears, with the times of arrival, while it is told to.
"""

import asyncio
import base64
import json
import secrets
import time
from dataclasses import dataclass
from typing import Final, cast

from typing_extensions import override

from tests.benchmarks.caller_dialects import CallerDialect
from tests.benchmarks.frames import (
    CLOSE,
    PING,
    PONG,
    TEXT,
    client_frame,
    cut_frames,
)

_END_OF_HEADERS: Final = b"\r\n\r\n"


class CallFailed(Exception):
    """The server refused the call, or ended it before we did."""


@dataclass(frozen=True, slots=True)
class CallRequest:
    """Who calls whom, and how it speaks. `authorization` is the HTTP header's value; `number`: the
    caller's own.
    """

    host: str
    to: str
    dialect: CallerDialect
    authorization: str
    number: int = 0


def basic_authorization(account_sid: str, auth_token: str) -> str:
    """Write the value of an Authorization header (RFC 7617)."""
    return "Basic " + base64.b64encode(f"{account_sid}:{auth_token}".encode()).decode()


class MediaClient(asyncio.Protocol):
    """One call. Await `started`, then send() frames; `failure` says what went wrong, if anything.

    While `keeps` is set, `arrivals` (seconds of time.perf_counter) and `sounds` (messages, see
    payloads()) grow by one with each frame of sound.
    """

    def __init__(self, request: CallRequest) -> None:
        self._request = request
        self._is_sound = request.dialect.is_sound
        self._sound_starts = not request.dialect.answers
        self._transport: asyncio.WriteTransport | None = None
        self._rest = b""
        self._upgraded = False
        self._hung_up = False
        self.started: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.failure: CallFailed | None = None
        self.keeps = False
        self.arrivals: list[float] = []
        self.sounds: list[bytes] = []

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports do what asyncio's classes say, but are none.
        self._transport = cast("asyncio.WriteTransport", transport)
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        subprotocol = self._request.dialect.subprotocol
        lines = [
            f"GET {self._request.dialect.path(self._request.to)} HTTP/1.1",
            f"Host: {self._request.host}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
            f"Authorization: {self._request.authorization}",
        ]
        if subprotocol is not None:
            lines.append(f"Sec-WebSocket-Protocol: {subprotocol}")
        self.send("\r\n".join(lines).encode() + _END_OF_HEADERS)

    @override
    def data_received(self, data: bytes) -> None:
        arrived_at = time.perf_counter()
        received = self._rest + data if self._rest else data
        if not self._upgraded:
            head, found, received = received.partition(_END_OF_HEADERS)
            if not found:
                self._rest = head
                return
            self._begin(head)
        try:
            frames, self._rest = cut_frames(received)
        except ValueError as error:
            self._fail(f"the server sent {error}")
            return
        for opcode, payload in frames:
            if self._is_sound(opcode, payload):
                if self.keeps:
                    self.arrivals.append(arrived_at)
                    self.sounds.append(payload)
                if self._sound_starts:
                    self._start()
            else:
                self._heed(opcode, payload)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if not self._hung_up:
            self._fail(f"the server closed the connection ({exc})")

    def send(self, frame: bytes) -> None:
        """Send bytes, whole frames of them; nothing happens once the call is over."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(frame)

    def pause_reading(self) -> None:
        """Leave in the kernel's buffers what comes, and answer no ping; speak on."""
        if self._transport is not None:
            cast("asyncio.ReadTransport", self._transport).pause_reading()

    def resume_reading(self) -> None:
        """Read what has piled up, and go on."""
        if self._transport is not None:
            cast("asyncio.ReadTransport", self._transport).resume_reading()

    def payloads(self) -> list[bytes]:
        """Give the sound of all that was kept."""
        return [self._request.dialect.payload(message) for message in self.sounds]

    def hang_up(self) -> None:
        """Say goodbye and close."""
        self._hung_up = True
        if self._transport is not None:
            self.send(client_frame(TEXT, b'{"event":"stop"}'))
            self._transport.close()

    def _begin(self, head: bytes) -> None:
        self._upgraded = True
        status = head.split(b"\r\n", 1)[0]
        if b" 101 " not in status:
            self._fail(f"the handshake was answered by {status!r}")
            return
        for message in self._request.dialect.opening(self._request.to, self._request.number):
            self.send(client_frame(TEXT, message.encode()))

    def _heed(self, opcode: int, payload: bytes) -> None:
        if opcode == PING:
            self.send(client_frame(PONG, payload))
        elif opcode == CLOSE:
            self._fail(f"the server closes: {payload[2:].decode(errors='replace')!r}")
        elif opcode == TEXT and not self.started.done() and self._request.dialect.answers:
            message = json.loads(payload)
            if message["event"] == "started":
                self._start()
            else:
                self._fail(f"the server said {message} instead of started")

    def _start(self) -> None:
        self._sound_starts = False
        if not self.started.done():
            self.started.set_result(None)

    def _fail(self, reason: str) -> None:
        if self.failure is None:
            self.failure = CallFailed(f"call to {self._request.to}: {reason}")
        if not self.started.done():
            self.started.set_exception(self.failure)
        self._hung_up = True
        if self._transport is not None:
            self._transport.close()
