"""The `twilio` dialect: Twilio Media Streams, message for message, as a `<Connect><Stream>` speaks.

Source: https://www.twilio.com/docs/voice/media-streams/websocket-messages

All messages are JSON text; sound is base64 of mu-law at 8000 Hz, one channel. The client is Twilio,
or whoever speaks like it. It may offer the subprotocol `audio.twilio.com`; without any it is known
by its first message.

| event       | said by       | members that we read or write                          |
|-------------|---------------|--------------------------------------------------------|
| `connected` | client, first | `protocol` "Call", `version`                           |
| `start`     | client        | `start`: see below                                     |
| `media`     | client        | `media`: `track`, `chunk`, `timestamp` (ms), `payload` |
| `dtmf`      | client        | `dtmf`: `track`, `digit`                               |
| `mark`      | client        | `mark`: `name`; the server's mark was played or cleared |
| `stop`      | client        | `stop`: `accountSid`, `callSid`                        |
| `media`     | server        | `media`: `payload`, any length                         |
| `mark`      | server        | `mark`: `name`                                         |
| `clear`     | server        | none                                                   |

`start` has `streamSid`, `callSid`, `accountSid`, `tracks`, `mediaFormat` and `customParameters`,
which carry `to` (an application's SID or name), optionally `from` and `token`, and any others. The
client's messages after `connected` have a `sequenceNumber` (from 1) and the `streamSid`, the
server's have the `streamSid`. Numbers are written as strings, except in `mediaFormat`; either form
is read. The server has no answer to `start`, no `dtmf`, `error` or `stop`: it closes the socket.

Of a stream with both tracks only `inbound`, the caller's voice, is sound for the bridge: `outbound`
is what the caller hears. Events and members that are not known are ignored.
"""

import binascii
import json
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from media_engine.dialects.base import (
    Dialect,
    EventListener,
    read_digit,
    read_format,
    to_json,
    write_format,
)
from media_engine.dialects.fields import MAX_PARAMETER, Fields
from media_engine.dialects.messages import (
    MULAW,
    Clear,
    ClientMessage,
    Connected,
    Dtmf,
    Mark,
    Message,
    Register,
    Ring,
    ServerMessage,
    Start,
    Stop,
    WireFormat,
)
from media_engine.errors import MalformedMessage, UnsupportedFormat

NAME: Final = "twilio"
SUBPROTOCOL: Final = "audio.twilio.com"
FORMAT: Final = WireFormat(MULAW, 8000)

_SAMPLES_PER_MS: Final = 8

_INBOUND_MEDIA: Final = re.compile(
    r'\{ ?"event": ?"media", ?"sequenceNumber": ?"\d{1,20}", ?"media": ?\{ ?"track": ?"inbound", ?'
    r'"chunk": ?"\d{1,20}", ?"timestamp": ?"\d{1,20}", ?"payload": ?"([A-Za-z0-9+/]*={0,2})" ?\}, ?'
    r'"streamSid": ?"\w{1,64}" ?\}',
    re.ASCII,
).fullmatch
"""The client's media message as Twilio writes it, with or without a space after `:` and `,`.

It matches whole messages only, and nothing in it can be an escape, so it reads the same as the JSON
parser would; any other form goes to that parser. Measured: 1.9 against 4.4 microseconds a frame."""

_decode: Final = binascii.a2b_base64
_encode: Final = binascii.b2a_base64


class TwilioServer(EventListener):
    """The bridge's view of Twilio."""

    name = NAME
    is_binary = False

    def __init__(self) -> None:
        super().__init__()
        self._stream_sid: str | None = None
        self._media_prefix: str | None = None
        self._both_tracks = False

    def receive(self, message: Message) -> bytes | ClientMessage | None:
        if isinstance(message, bytes):
            raise _binary()
        if (media := _INBOUND_MEDIA(message)) is not None:
            return _decode_payload(media[1])
        fields = Fields.parse(message)
        event = fields.text("event")
        match event:
            case "media":
                return self._media(fields.object("media"))
            case "connected":
                return Connected()
            case "start":
                return self._start(fields)
            case "dtmf":
                return Dtmf(read_digit(fields.object("dtmf")))
            case "mark":
                return Mark(fields.object("mark").text("name"))
            case "stop":
                return Stop()
        self.ignore(event)
        return None

    def _media(self, media: Fields) -> bytes | None:
        if self._both_tracks and media.optional_text("track") == "outbound":
            return None
        return _decode_payload(media.long_text("payload"))

    def _start(self, fields: Fields) -> Start:
        if self._stream_sid is not None:
            raise MalformedMessage("a second start: one call a connection")
        inner = fields.object("start")
        stream_sid = inner.optional_text("streamSid") or fields.text("streamSid")
        both_tracks = {"inbound", "outbound"} <= set(inner.texts("tracks"))
        start = _read_start(inner, stream_sid)
        self._stream_sid = stream_sid
        self._both_tracks = both_tracks
        self._media_prefix = _media_prefix(stream_sid)
        return start

    def started(self, call_sid: str, stream_sid: str) -> None:
        """Twilio expects no answer."""

    def media(self, payload: bytes) -> str:
        if self._media_prefix is None:
            raise ValueError("nothing can be said before start: the stream has no SID yet")
        # A template: measured 0.4 microseconds a frame, against 3.0 for the JSON writer.
        return self._media_prefix + _encode(payload, newline=False).decode() + '"}}'

    def mark(self, name: str) -> str:
        return to_json({"event": "mark", "streamSid": self._stream_sid, "mark": {"name": name}})

    def clear(self) -> str:
        return to_json({"event": "clear", "streamSid": self._stream_sid})

    def dtmf(self, digit: str) -> None:
        """Twilio takes no keys from the server."""

    def stop(self, reason: str) -> None:
        """Closing the socket says it."""

    def error(self, code: int, message: str) -> None:
        """The close code and its reason say it."""

    def registered(self, identity: str) -> None:
        """Nobody registers in this dialect."""

    def ring(self, ring: Ring) -> None:
        """Nobody registers in this dialect."""

    def cancel(self, call_sid: str, reason: str) -> None:
        """Nobody registers in this dialect."""


class TwilioClient(EventListener):
    """Speaks as Twilio does, to a server that expects Twilio.

    Sequence numbers count the messages after `connected`, chunks the media messages. The time stamp
    of a chunk is the length of the sound sent before it.
    """

    name = NAME
    is_binary = False
    answers_start = False

    def __init__(self) -> None:
        super().__init__()
        self._start: Start | None = None
        self._sequence = 0
        self._chunk = 0
        self._samples = 0

    def receive(self, message: Message) -> bytes | ServerMessage | None:
        if isinstance(message, bytes):
            raise _binary()
        fields = Fields.parse(message)
        event = fields.text("event")
        if event not in ("media", "mark", "clear"):
            self.ignore(event)
            return None
        stream_sid = fields.text("streamSid")
        if self._start is not None and stream_sid != self._start.stream_sid:
            raise fields.complaint("streamSid", "is not this stream's")
        if event == "media":
            return _decode_payload(fields.object("media").long_text("payload"))
        return Mark(fields.object("mark").text("name")) if event == "mark" else Clear()

    def opening(self, start: Start) -> tuple[Message, ...]:
        """Say `connected` and `start`; ValueError without the SIDs, which here the client gives."""
        if start.format != FORMAT:
            raise UnsupportedFormat("the twilio dialect speaks mu-law at 8000 Hz only")
        if start.stream_sid is None or start.call_sid is None or start.account_sid is None:
            raise ValueError("a twilio start needs an account SID, a call SID and a stream SID")
        self._start = start
        connected = to_json({"event": "connected", "protocol": "Call", "version": "1.0.0"})
        return connected, self._message("start", _write_start(start))

    def media(self, payload: bytes) -> str:
        self._chunk += 1
        media = {
            "track": "inbound",
            "chunk": str(self._chunk),
            "timestamp": str(self._samples // _SAMPLES_PER_MS),
            "payload": _encode(payload, newline=False).decode(),
        }
        self._samples += len(payload)
        return self._message("media", media)

    def mark(self, name: str) -> str:
        return self._message("mark", {"name": name})

    def clear(self) -> None:
        """Twilio never clears what it has said."""

    def dtmf(self, digit: str) -> str:
        return self._message("dtmf", {"track": "inbound_track", "digit": digit})

    def stop(self) -> str:
        start = self._begun()
        return self._message("stop", {"accountSid": start.account_sid, "callSid": start.call_sid})

    def register(self, register: Register) -> None:
        """Twilio connects for each call anew."""

    def answer(self, call_sid: str, wire: WireFormat) -> None:
        """Twilio is never rung by a server."""

    def reject(self, call_sid: str) -> None:
        """Twilio is never rung by a server."""

    def _message(self, event: str, body: Mapping[str, object]) -> str:
        start = self._begun()
        self._sequence += 1
        return to_json(
            {
                "event": event,
                "sequenceNumber": str(self._sequence),
                event: body,
                "streamSid": start.stream_sid,
            }
        )

    def _begun(self) -> Start:
        if self._start is None:
            raise ValueError("nothing can be said before the opening")
        return self._start


def _read_start(inner: Fields, stream_sid: str) -> Start:
    parameters_field = inner.optional_object("customParameters")
    parameters = parameters_field.all_texts()
    to = parameters_field.text("to")
    token = parameters_field.optional_text("token", longest=MAX_PARAMETER)
    from_ = parameters_field.optional_text("from")
    for promoted in ("to", "from", "token"):
        parameters.pop(promoted, None)
    return Start(
        to=to,
        from_=from_,
        format=_read_format(inner.object("mediaFormat")),
        call_sid=inner.optional_text("callSid"),
        stream_sid=stream_sid,
        account_sid=inner.optional_text("accountSid"),
        token=token,
        custom_parameters=MappingProxyType(parameters),
    )


def _read_format(fields: Fields) -> WireFormat:
    wire = read_format(fields)
    if wire != FORMAT:
        raise UnsupportedFormat("the twilio dialect speaks mu-law at 8000 Hz only")
    return wire


def _write_start(start: Start) -> dict[str, object]:
    parameters = {"to": start.to, "from": start.from_, "token": start.token}
    said = {name: value for name, value in parameters.items() if value}
    return {
        "accountSid": start.account_sid,
        "streamSid": start.stream_sid,
        "callSid": start.call_sid,
        "tracks": ["inbound"],
        "mediaFormat": write_format(start.format),
        "customParameters": {**start.custom_parameters, **said},
    }


def _media_prefix(stream_sid: str) -> str:
    return f'{{"event":"media","streamSid":{json.dumps(stream_sid)},"media":{{"payload":"'


def _decode_payload(payload: str) -> bytes:
    try:
        return _decode(payload, strict_mode=True)
    except ValueError as error:
        raise MalformedMessage(f"media.payload is not base64: {error}") from error


def _binary() -> MalformedMessage:
    return MalformedMessage("a binary message: this dialect has text messages only")


def _opens_with(first: Fields) -> bool:
    event = first.optional_text("event")
    if event == "connected":
        return first.optional_text("protocol") == "Call"
    return event == "start" and "start" in first


TWILIO: Final = Dialect(NAME, SUBPROTOCOL, _opens_with, TwilioServer, TwilioClient)
