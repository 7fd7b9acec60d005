"""The wire formats of media sockets, sans-I/O, and how they are told apart.

A new kind is a module with its `Dialect`, and a line in DIALECTS.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from media_engine.dialects.base import ClientDialect, Dialect, ServerDialect
from media_engine.dialects.fields import Fields
from media_engine.dialects.messages import (
    ALAW,
    DIGITS,
    L16,
    MULAW,
    SPOKEN,
    Answer,
    Cancel,
    Clear,
    ClientMessage,
    Connected,
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
from media_engine.dialects.native import NATIVE
from media_engine.dialects.twilio import TWILIO
from media_engine.errors import MalformedMessage

__all__ = [
    "ALAW",
    "DIALECTS",
    "DIGITS",
    "L16",
    "MULAW",
    "SPOKEN",
    "Answer",
    "Cancel",
    "Clear",
    "ClientDialect",
    "ClientMessage",
    "Connected",
    "Dialect",
    "Dtmf",
    "Error",
    "Mark",
    "Message",
    "Register",
    "Registered",
    "Reject",
    "Ring",
    "ServerDialect",
    "ServerMessage",
    "Start",
    "Started",
    "Stop",
    "WireFormat",
    "subprotocol_to_accept",
    "tell_apart",
]

DIALECTS: Final[Mapping[str, Dialect]] = MappingProxyType(
    {dialect.name: dialect for dialect in (NATIVE, TWILIO)}
)


def subprotocol_to_accept(offered: Sequence[str]) -> str | None:
    """Choose from what a handshake offers; None: accept without a subprotocol (RFC 6455, 4.2.2).

    Nothing but what was offered may be accepted: the client would drop the connection.
    """
    return next((d.subprotocol for d in DIALECTS.values() if d.subprotocol in offered), None)


def tell_apart(subprotocols: Sequence[str], first_message: Message) -> ServerDialect:
    """Give a fresh server's view in a client's dialect, told by what it offered and says first.

    The message is only looked at: give it to `receive` next. MalformedMessage when no dialect
    begins with it.
    """
    accepted = subprotocol_to_accept(subprotocols)
    for dialect in DIALECTS.values():
        if dialect.subprotocol == accepted:
            return dialect.server()
    if isinstance(first_message, bytes):
        raise MalformedMessage(f"the first message is binary: {_ways_to_begin()}")
    first = Fields.parse(first_message)
    for dialect in DIALECTS.values():
        if dialect.opens_with(first):
            return dialect.server()
    raise MalformedMessage(f"no dialect begins with this message: {_ways_to_begin()}")


def _ways_to_begin() -> str:
    known = ", ".join(dialect.subprotocol for dialect in DIALECTS.values())
    return f"offer a subprotocol ({known}), or begin with a connected or a start event"
