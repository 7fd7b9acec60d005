"""How callers speak over a WebSocket: what they ask for, what they open with, what sound is."""

import base64
import json
import secrets
from collections.abc import Sequence
from typing import Final, Protocol

from typing_extensions import override

from media_engine.dialects import WireFormat
from media_engine.dialects.base import write_format
from tests.benchmarks.frames import BINARY, TEXT, client_frame
from tests.benchmarks.job import Transport
from tests.benchmarks.pacing import FrameAt

_TWILIO_MEDIA: Final = b'{"event":"media"'


class CallerDialect(Protocol):
    """One way to speak. `number` is the caller's among those of its job."""

    subprotocol: str | None
    answers: bool
    """Whether the server says that a call has begun; else its first sound does."""

    def path(self, to: str) -> str:
        """Where the handshake asks."""
        ...

    def opening(self, to: str, number: int) -> Sequence[str]:
        """Give the text messages with which a call begins."""
        ...

    def track(self, payload: bytes, number: int) -> FrameAt:
        """Give the WebSocket frames of a caller who says this payload all the time."""
        ...

    def is_sound(self, opcode: int, message: bytes) -> bool:
        """Tell sound from all else."""
        ...

    def payload(self, message: bytes) -> bytes:
        """Give the sound of a message of sound."""
        ...


class _Binary:
    """Sound is binary messages, and nothing else is."""

    subprotocol: str | None = None
    answers = False

    def path(self, to: str) -> str:
        # floor.c knows rooms by their number.
        return f"/{to.rpartition('-')[2]}"

    def opening(self, to: str, number: int) -> Sequence[str]:
        return ()

    def track(self, payload: bytes, number: int) -> FrameAt:
        frame = client_frame(BINARY, payload)
        return lambda _now: frame

    def is_sound(self, opcode: int, message: bytes) -> bool:
        return opcode == BINARY

    def payload(self, message: bytes) -> bytes:
        return message


class _Native(_Binary):
    """Confab's own."""

    subprotocol: str | None = "audio.confab"
    answers = True

    def __init__(self, wire: WireFormat) -> None:
        self._wire = wire

    @override
    def path(self, to: str) -> str:
        return "/media"

    @override
    def opening(self, to: str, number: int) -> Sequence[str]:
        return (json.dumps({"event": "start", "to": to, "mediaFormat": write_format(self._wire)}),)


class _Twilio:
    """Twilio Media Streams, as Twilio writes them: everything is JSON text."""

    subprotocol: str | None = "audio.twilio.com"
    answers = False

    def __init__(self, wire: WireFormat, account_sid: str) -> None:
        self._wire = wire
        self._account_sid = account_sid
        # Calls of another run may be in the server's books.
        self._run = secrets.token_hex(12)

    def path(self, to: str) -> str:
        return "/media"

    def opening(self, to: str, number: int) -> Sequence[str]:
        start = {
            "accountSid": self._account_sid,
            "streamSid": self._sid("MZ", number),
            "callSid": self._sid("CA", number),
            "tracks": ["inbound"],
            "mediaFormat": write_format(self._wire),
            "customParameters": {"to": to},
        }
        begin = {
            "event": "start",
            "sequenceNumber": "1",
            "start": start,
            "streamSid": start["streamSid"],
        }
        connected = {"event": "connected", "protocol": "Call", "version": "1.0.0"}
        return json.dumps(connected), json.dumps(begin)

    def track(self, payload: bytes, number: int) -> FrameAt:
        sound = base64.b64encode(payload).decode()
        tail = f'","payload":"{sound}"}},"streamSid":"{self._sid("MZ", number)}"}}'
        chunk = 0

        def frame_at(_now: float) -> bytes:
            nonlocal chunk
            chunk += 1
            message = (
                f'{{"event":"media","sequenceNumber":"{chunk + 1}","media":{{"track":"inbound",'
                f'"chunk":"{chunk}","timestamp":"{(chunk - 1) * 20}{tail}'
            )
            return client_frame(TEXT, message.encode())

        return frame_at

    def is_sound(self, opcode: int, message: bytes) -> bool:
        return message.startswith(_TWILIO_MEDIA)

    def payload(self, message: bytes) -> bytes:
        return base64.b64decode(json.loads(message)["media"]["payload"])

    def _sid(self, prefix: str, number: int) -> str:
        return f"{prefix}{self._run}{number:08x}"


def caller_dialect(transport: Transport, wire: WireFormat, account_sid: str) -> CallerDialect:
    """Give the way to speak over `transport`. ValueError for one that has no WebSocket."""
    if transport in ("native", "wide"):
        return _Native(wire)
    if transport == "twilio":
        return _Twilio(wire, account_sid)
    if transport == "floor":
        return _Binary()
    raise ValueError(f"{transport} is not spoken over WebSockets")
