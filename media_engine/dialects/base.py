"""The two views of a conversation in any dialect, and what dialects share.

A dialect is a client's message format. Each has a server's view (we are the bridge, a client
connects to us) and a client's view (the headless caller, and calls that go out). Both are sans-I/O:
`receive` takes one WebSocket message, the other methods build one; nothing here waits, sends or
looks at a clock.
"""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from media_engine.dialects.fields import Fields
from media_engine.dialects.messages import (
    DIGITS,
    ClientMessage,
    Message,
    Register,
    Ring,
    ServerMessage,
    Start,
    WireFormat,
)

logger = logging.getLogger(__name__)


class ServerDialect(Protocol):
    """A conversation as the server sees it.

    What a method gives goes out as one WebSocket message; None: the dialect has no such message,
    and nothing is to be sent.
    """

    name: str
    """The dialect's, as in the table."""
    is_binary: bool
    """Whether sound is a binary message of nothing else, both ways, and binary messages are sound.
    """
    unknown_events: int
    """Messages that were ignored because their `event` is not known; the first is logged."""

    def receive(self, message: Message) -> bytes | ClientMessage | None:
        """Read one message: sound as bytes, anything else as an object, None for what is ignored.

        Sound of a binary message is that message itself, not a copy. Sound, digits and marks may
        come before `Start`: who sends them early must not lose them. Raises MalformedMessage (also
        for a second start) and UnsupportedFormat, with text for the client; the dialect stays
        usable after either.
        """

    def started(self, call_sid: str, stream_sid: str) -> Message | None:
        """Answer `Start`; ValueError before it."""

    def media(self, payload: bytes) -> Message:
        """Say sound, any length, in the encoding of the stream.

        ValueError before `Start`, where the dialect needs it to.
        """

    def mark(self, name: str) -> Message | None: ...

    def clear(self) -> Message | None: ...

    def dtmf(self, digit: str) -> Message | None: ...

    def stop(self, reason: str) -> Message | None:
        """Say goodbye; the socket is to be closed after it."""

    def error(self, code: int, message: str) -> Message | None:
        """Say what is wrong; the socket is to be closed after it."""

    def registered(self, identity: str) -> Message | None:
        """Answer `Register`."""

    def ring(self, ring: Ring) -> Message | None:
        """Tell one who has registered that somebody calls."""

    def cancel(self, call_sid: str, reason: str) -> Message | None:
        """Tell that a call rings no longer."""


class ClientDialect(Protocol):
    """A conversation as the client sees it: ServerDialect's counterpart, with its conventions."""

    name: str
    is_binary: bool
    answers_start: bool
    """Whether the server says `Started` before anything else."""
    unknown_events: int

    def receive(self, message: Message) -> bytes | ServerMessage | None:
        """Read one message of the server. Raises MalformedMessage: then the server is at fault."""

    def opening(self, start: Start) -> tuple[Message, ...]:
        """Begin the call: the messages that come before any other, in this order.

        UnsupportedFormat where the dialect can not speak the format that `start` has.
        """

    def media(self, payload: bytes) -> Message: ...

    def mark(self, name: str) -> Message | None: ...

    def clear(self) -> Message | None: ...

    def dtmf(self, digit: str) -> Message | None: ...

    def stop(self) -> Message | None: ...

    def register(self, register: Register) -> Message | None:
        """Take calls, in place of `opening`."""

    def answer(self, call_sid: str, wire: WireFormat) -> Message | None:
        """Take a call that rings; UnsupportedFormat as with `opening`."""

    def reject(self, call_sid: str) -> Message | None:
        """Do not take a call that rings."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """One kind of conversation, as the table in `media_engine.dialects` lists it."""

    name: str
    subprotocol: str
    """The WebSocket subprotocol that stands for it, accepted when it is offered."""
    opens_with: Callable[[Fields], bool]
    """Whether a first message is one of this dialect's."""
    server: Callable[[], ServerDialect]
    client: Callable[[], ClientDialect]


class EventListener:
    """Counts the events that a dialect does not know.

    They are no error, so that either side may be the newer one. Only the first is logged: a
    stranger must not be able to fill the log.
    """

    def __init__(self) -> None:
        self.unknown_events = 0

    def ignore(self, event: str) -> None:
        if self.unknown_events == 0:
            logger.warning("unknown media event ignored: %r", event[:64])
        self.unknown_events += 1


def to_json(members: Mapping[str, object]) -> str:
    """Write one message, without spaces."""
    return json.dumps(members, separators=(",", ":"))


def read_digit(fields: Fields) -> str:
    digit = fields.text("digit")
    if digit not in DIGITS:
        raise fields.complaint("digit", "must be one of 0-9 * # A-D")
    return digit


def read_format(fields: Fields) -> WireFormat:
    """Read a `mediaFormat`. The encoding is a MIME type, so its case is free (RFC 2045, 5.1)."""
    return WireFormat(
        encoding=fields.text("encoding").lower(),
        rate_hz=fields.whole_number("sampleRate"),
        channels=fields.whole_number("channels", default=1),
    )


def write_format(wire: WireFormat) -> dict[str, object]:
    return {"encoding": wire.encoding, "sampleRate": wire.rate_hz, "channels": wire.channels}
