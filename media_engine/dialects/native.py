"""The `native` dialect: Confab's own. Text messages are JSON events, binary messages are sound.

WebSocket subprotocol: `audio.confab`. The client opens with `start`, to make a call; the server
answers `started`, or `error` and closes. Or it opens with `register`, to take calls: then the
server answers `registered` and says `ring` for each call. `answer` makes the socket that call's,
from `started` on as with a call that the client made; who wants further calls registers on another
socket. Several sockets may take the calls of one identity: all ring, the first to answer has the
call, the others are told `cancel`. Meanwhile a `mark` comes back at once.

| event     | said by       | members                                              |
|-----------|---------------|------------------------------------------------------|
| `start`   | client, first | `to`, `mediaFormat`, optional `from`, `token`, `customParameters` |
| `started` | server        | `callSid`, `streamSid`, `mediaFormat`                |
| (binary)  | both          | sound, any length; 20 ms a message is best           |
| `dtmf`    | both          | `digit`: one of 0-9 * # A-D                          |
| `mark`    | both          | `name`; sent back when what came before was played   |
| `clear`   | both          | none; forget what was not yet played, marks come back at once |
| `stop`    | both          | optional `reason`; who says it closes the socket     |
| `error`   | server        | `code`, `message`; the server closes the socket      |
| `register` | client, first | `identity`, optional `token`                        |
| `registered` | server     | `identity`                                           |
| `ring`    | server        | `callSid`, `from`, `to`, `customParameters`          |
| `answer`  | client        | `callSid`, `mediaFormat`; `started` follows, or `cancel` if too late |
| `reject`  | client        | `callSid`; the socket stays registered               |
| `cancel`  | server        | `callSid`, `reason`: `canceled`, `timeout` or `answered-elsewhere` |

`to` is an application's SID or name. `customParameters` holds names and values, all text; a `token`
among them counts like one outside. `mediaFormat` has `encoding`, `sampleRate` and `channels`:
`audio/x-l16` (signed 16-bit, little-endian) at 8000, 16000, 24000 or 48000 Hz, `audio/x-mulaw` or
`audio/x-alaw` at 8000 Hz, the only rate that G.711 has; always 1 channel.

    client: {"event":"start","to":"Room 1234","from":"alice","mediaFormat":
             {"encoding":"audio/x-l16","sampleRate":16000,"channels":1}}
    server: {"event":"started","callSid":"CA…","streamSid":"MZ…","mediaFormat":{…}}
    both:   binary messages of 640 bytes, 50 a second
    client: {"event":"dtmf","digit":"5"}

`dtmf` and `mark` are also read in Twilio's nested form, `{"event":"dtmf","dtmf":{"digit":"5"}}`.
Events that are not known are ignored and counted. So are members that are not known, except in
`start` and `register`, where a misspelt `token` or `from` would be lost without a word: there they
are an error.
"""

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
    Answer,
    Cancel,
    Clear,
    ClientMessage,
    Dtmf,
    Error,
    Mark,
    Message,
    Register,
    Registered,
    Reject,
    Ring,
    ServerMessage,
    Start,
    Started,
    Stop,
    WireFormat,
)
from media_engine.errors import MalformedMessage

SUBPROTOCOL: Final = "audio.confab"

LONGEST_IDENTITY: Final = 128

_REGISTER_MEMBERS: Final = ("event", "identity", "token")
_START_MEMBERS: Final = ("event", "to", "from", "token", "mediaFormat", "customParameters")


class _Speaker(EventListener):
    """What both sides say in the same words."""

    name = "native"
    is_binary = True

    def media(self, payload: bytes) -> bytes:
        return payload

    def mark(self, name: str) -> str:
        return to_json({"event": "mark", "name": name})

    def clear(self) -> str:
        return to_json({"event": "clear"})

    def dtmf(self, digit: str) -> str:
        return to_json({"event": "dtmf", "digit": digit})

    def receive_common(self, event: str, fields: Fields) -> Dtmf | Mark | Clear | Stop | None:
        match event:
            case "dtmf":
                return Dtmf(read_digit(_nested(fields, "dtmf")))
            case "mark":
                return Mark(_nested(fields, "mark").text("name"))
            case "clear":
                return Clear()
            case "stop":
                return Stop(fields.optional_text("reason"))
        self.ignore(event)
        return None


class NativeServer(_Speaker):
    """The bridge's view of a native client."""

    def __init__(self) -> None:
        super().__init__()
        self._format: WireFormat | None = None
        self._bytes_per_sample = 1
        self._odd_before_start = False
        self._is_registered = False

    def receive(self, message: Message) -> bytes | ClientMessage | None:
        if isinstance(message, bytes):
            if len(message) % self._bytes_per_sample:
                raise _odd(len(message))
            if self._format is None and len(message) % 2:
                self._odd_before_start = True
            return message
        fields = Fields.parse(message)
        event = fields.text("event")
        match event:
            case "start":
                return self._start(fields)
            case "register":
                return self._register(fields)
            case "answer":
                return self._answer(fields)
            case "reject":
                return Reject(fields.text("callSid"))
        return self.receive_common(event, fields)

    def _start(self, fields: Fields) -> Start:
        self._must_be_fresh()
        start = _read_start(fields)
        if self._odd_before_start and start.format.bytes_per_sample == 2:
            raise MalformedMessage("a frame of odd length before start: no 16-bit samples")
        self._format = start.format
        self._bytes_per_sample = start.format.bytes_per_sample
        return start

    def _register(self, fields: Fields) -> Register:
        self._must_be_fresh()
        fields.only(_REGISTER_MEMBERS)
        identity = fields.text("identity", longest=LONGEST_IDENTITY)
        if "?" in identity:
            raise fields.complaint("identity", "must not have a question mark")
        self._is_registered = True
        return Register(identity, fields.optional_text("token", longest=MAX_PARAMETER))

    def _must_be_fresh(self) -> None:
        if self._format is not None:
            raise MalformedMessage("a second start: one call a connection")
        if self._is_registered:
            raise MalformedMessage("this connection takes calls: make them on another")

    def _answer(self, fields: Fields) -> Answer:
        """Read an answer; there may be another after one that came too late."""
        if not self._is_registered:
            raise MalformedMessage("an answer without being registered")
        answer = Answer(fields.text("callSid"), read_format(fields.object("mediaFormat")))
        self._format = answer.format
        self._bytes_per_sample = answer.format.bytes_per_sample
        return answer

    def started(self, call_sid: str, stream_sid: str) -> str:
        if self._format is None:
            raise ValueError("there was no start to answer")
        self._is_registered = False
        return to_json(
            {
                "event": "started",
                "callSid": call_sid,
                "streamSid": stream_sid,
                "mediaFormat": write_format(self._format),
            }
        )

    def stop(self, reason: str) -> str:
        return to_json({"event": "stop", "reason": reason})

    def error(self, code: int, message: str) -> str:
        return to_json({"event": "error", "code": code, "message": message})

    def registered(self, identity: str) -> str:
        return to_json({"event": "registered", "identity": identity})

    def ring(self, ring: Ring) -> str:
        return to_json(
            {
                "event": "ring",
                "callSid": ring.call_sid,
                "from": ring.from_,
                "to": ring.to,
                "customParameters": dict(ring.custom_parameters),
            }
        )

    def cancel(self, call_sid: str, reason: str) -> str:
        return to_json({"event": "cancel", "callSid": call_sid, "reason": reason})


class NativeClient(_Speaker):
    """The view of one who calls a bridge."""

    answers_start = True

    def __init__(self) -> None:
        super().__init__()
        self._bytes_per_sample = 1

    def receive(self, message: Message) -> bytes | ServerMessage | None:
        if isinstance(message, bytes):
            if len(message) % self._bytes_per_sample:
                raise _odd(len(message))
            return message
        fields = Fields.parse(message)
        event = fields.text("event")
        if event == "started":
            call_sid, stream_sid = fields.text("callSid"), fields.text("streamSid")
            return Started(call_sid, stream_sid, read_format(fields.object("mediaFormat")))
        if event == "error":
            return Error(fields.whole_number("code"), fields.long_text("message"))
        if event == "registered":
            return Registered(fields.text("identity"))
        if event == "ring":
            return _read_ring(fields)
        if event == "cancel":
            return Cancel(fields.text("callSid"), fields.optional_text("reason") or "")
        return self.receive_common(event, fields)

    def opening(self, start: Start) -> tuple[Message, ...]:
        self._bytes_per_sample = start.format.bytes_per_sample
        members: dict[str, object] = {"event": "start", "to": start.to}
        if start.from_ is not None:
            members["from"] = start.from_
        if start.token is not None:
            members["token"] = start.token
        members["mediaFormat"] = write_format(start.format)
        if start.custom_parameters:
            members["customParameters"] = dict(start.custom_parameters)
        return (to_json(members),)

    def stop(self) -> str:
        return to_json({"event": "stop"})

    def register(self, register: Register) -> str:
        members = {"event": "register", "identity": register.identity}
        if register.token is not None:
            members["token"] = register.token
        return to_json(members)

    def answer(self, call_sid: str, wire: WireFormat) -> str:
        self._bytes_per_sample = wire.bytes_per_sample
        return to_json({"event": "answer", "callSid": call_sid, "mediaFormat": write_format(wire)})

    def reject(self, call_sid: str) -> str:
        return to_json({"event": "reject", "callSid": call_sid})


def _read_start(fields: Fields) -> Start:
    fields.only(_START_MEMBERS)
    parameters = fields.optional_object("customParameters").all_texts()
    token_among_parameters = parameters.pop("token", None)
    return Start(
        to=fields.text("to"),
        from_=fields.optional_text("from"),
        format=read_format(fields.object("mediaFormat")),
        token=fields.optional_text("token", longest=MAX_PARAMETER) or token_among_parameters,
        custom_parameters=MappingProxyType(parameters),
    )


def _read_ring(fields: Fields) -> Ring:
    return Ring(
        call_sid=fields.text("callSid"),
        from_=fields.optional_text("from") or "",
        to=fields.optional_text("to") or "",
        custom_parameters=MappingProxyType(fields.optional_object("customParameters").all_texts()),
    )


def _nested(fields: Fields, name: str) -> Fields:
    return fields.object(name) if name in fields else fields


def _odd(length: int) -> MalformedMessage:
    return MalformedMessage(f"a frame of odd length: {length} bytes are no 16-bit samples")


def _opens_with(first: Fields) -> bool:
    event = first.optional_text("event")
    return event == "register" or (event == "start" and "start" not in first)


NATIVE: Final = Dialect(_Speaker.name, SUBPROTOCOL, _opens_with, NativeServer, NativeClient)
