"""What is said on a media socket, as typed objects.

Sound has no object around it: it is the hot path, and travels as plain `bytes` in the encoding of
the stream.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, TypeAlias

from media_engine.errors import UnsupportedFormat
from media_engine.pcm import RATES_HZ, samples_per_frame

Message: TypeAlias = str | bytes
"""One WebSocket message: text or binary."""

L16: Final = "audio/x-l16"
MULAW: Final = "audio/x-mulaw"
ALAW: Final = "audio/x-alaw"

SPOKEN: Final[Mapping[str, tuple[int, ...]]] = MappingProxyType(
    {L16: RATES_HZ, MULAW: (8000,), ALAW: (8000,)}
)
"""Which encoding is spoken at which rates in Hz. G.711 is defined for 8000 Hz only."""

DIGITS: Final = frozenset("0123456789*#ABCD")
"""The sixteen keys of DTMF (ITU-T Q.23)."""

_NO_PARAMETERS: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class WireFormat:
    """How sound is written on a socket: MIME type, rate in Hz, channels. L16 is little-endian.

    Raises UnsupportedFormat for what is not spoken here; the text names what is.
    """

    encoding: str
    rate_hz: int
    channels: int = 1

    def __post_init__(self) -> None:
        if self.channels == 1 and self.rate_hz in SPOKEN.get(self.encoding, ()):
            return
        spoken = "; ".join(
            f"{encoding} at {', '.join(map(str, rates))} Hz" for encoding, rates in SPOKEN.items()
        )
        raise UnsupportedFormat(
            f"{self.encoding[:64]!r} at {self.rate_hz} Hz with {self.channels} channel(s) "
            f"is not spoken here; spoken are, with 1 channel, {spoken}"
        )

    @property
    def bytes_per_sample(self) -> int:
        return 2 if self.encoding == L16 else 1

    @property
    def bytes_per_frame(self) -> int:
        """The length of 20 ms."""
        return samples_per_frame(self.rate_hz) * self.bytes_per_sample


@dataclass(frozen=True, slots=True)
class Connected:
    """The client's greeting, before `Start`; it carries nothing that we need."""


@dataclass(frozen=True, slots=True)
class Start:
    """The client's call: whom it wants (`to`: an application's SID or name) and how it speaks.

    The SIDs are the client's own words, to be believed only as far as the client is.
    `custom_parameters` are without `to`, `from` and `token` of the dialects that put them there.
    The token is a secret and stays out of `repr`.
    """

    to: str
    from_: str | None
    format: WireFormat
    call_sid: str | None = None
    stream_sid: str | None = None
    account_sid: str | None = None
    token: str | None = field(default=None, repr=False)
    custom_parameters: Mapping[str, str] = field(default_factory=lambda: _NO_PARAMETERS)


@dataclass(frozen=True, slots=True)
class Started:
    """The server's answer to `Start`: the call exists."""

    call_sid: str
    stream_sid: str
    format: WireFormat


@dataclass(frozen=True, slots=True)
class Dtmf:
    """A key was pressed: one of DIGITS."""

    digit: str


@dataclass(frozen=True, slots=True)
class Mark:
    """Asks for an echo once what was sent before it has been played; or is that echo.

    A dialect does not tell the two apart: who sent a mark of this name, and waits for it, knows."""

    name: str


@dataclass(frozen=True, slots=True)
class Clear:
    """Forget the sound that was sent and not yet played; waiting marks come back at once."""


@dataclass(frozen=True, slots=True)
class Stop:
    """The one who says it is done; the socket is about to close."""

    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Error:
    """What the server has against the client; the socket is about to close."""

    code: int
    message: str


@dataclass(frozen=True, slots=True)
class Register:
    """The client takes calls to `identity` from now on, until it closes the socket.

    The token is a secret and stays out of `repr`.
    """

    identity: str
    token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Registered:
    """The server's answer to `Register`: it will ring here."""

    identity: str


@dataclass(frozen=True, slots=True)
class Ring:
    """Somebody calls the identity; `Answer`, `Reject` or `Cancel` follow."""

    call_sid: str
    from_: str
    to: str
    custom_parameters: Mapping[str, str] = field(default_factory=lambda: _NO_PARAMETERS)


@dataclass(frozen=True, slots=True)
class Answer:
    """The client takes a call that rings: from here on the socket is that call's."""

    call_sid: str
    format: WireFormat


@dataclass(frozen=True, slots=True)
class Reject:
    """The client does not take a call that rings; it stays registered."""

    call_sid: str


@dataclass(frozen=True, slots=True)
class Cancel:
    """A call rings no longer, or was answered elsewhere."""

    call_sid: str
    reason: str


ClientMessage: TypeAlias = (
    Connected | Start | Dtmf | Mark | Clear | Stop | Register | Answer | Reject
)
ServerMessage: TypeAlias = Started | Dtmf | Mark | Clear | Stop | Error | Registered | Ring | Cancel
