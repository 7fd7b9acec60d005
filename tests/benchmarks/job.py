"""What the benchmark asks of the load generator, and what it answers: one JSON object each way."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, is_dataclass
from types import MappingProxyType, NoneType
from typing import Any, Final, Literal, Self, TypeVar, cast, get_args, get_origin, get_type_hints

import numpy as np

from media_engine.dialects import L16, MULAW, WireFormat

WAITING: Final = "waits-"
"""Begins the name of an application whose callers wait with something that is fetched."""

LISTENING: Final = "listens-"
"""Begins the name of an application whose callers come in muted; the rest names the meeting."""

STREAM: Final = "joins-"
"""Begins the names of the rooms into which callers come one after the other."""

SAYING: Final = "says-"
"""Begins the name of an application that speaks a text of its own."""

Kind = Literal["tones", "clicks", "fetches", "joins", "busy"]

Transport = Literal["native", "wide", "twilio", "floor", "rtp"]
"""How callers speak. "native": binary frames over WebSockets. "wide": likewise, 16 kHz. "twilio":
Twilio Media Streams. "floor": bare frames for floor.c. "rtp": UDP packets for Janus.
"""

_TELEPHONE: Final = WireFormat(MULAW, 8000)

WIRES: Final[Mapping[Transport, WireFormat]] = MappingProxyType(
    {
        "native": _TELEPHONE,
        "wide": WireFormat(L16, 16_000),
        "twilio": _TELEPHONE,
        "floor": WireFormat(L16, 8000),
        "rtp": _TELEPHONE,
    }
)

_Read = TypeVar("_Read")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server is, and what it asks of callers.

    `control`: the path of the socket by which Janus is told; of a server of ours the directory of
    its data. `says_health`: it answers /healthz.
    """

    port: int = 0
    account_sid: str = ""
    auth_token: str = field(default="", repr=False)
    admin_password: str = field(default="", repr=False)
    control: str = ""
    says_health: bool = True


@dataclass(frozen=True, slots=True)
class Job:
    """One run. `rooms` names, for each caller, the application it calls: one a room.

    "tones": all talk. "clicks": callers 0 and 1, 2 and 3 … are pairs, L16 16 kHz.
    "fetches": like "tones", and those whose room's name begins with WAITING come in when it begins.
    "joins": one talks in each room, and others come in one after the other for a short time.
    "busy": both, beside all else that a server does.
    """

    kind: Kind
    rooms: tuple[str, ...]
    address: Address
    server_pid: int
    warm_up_s: float
    seconds: float
    seed: int
    transport: Transport = "native"

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        return read(cls, text)

    @property
    def wire(self) -> WireFormat:
        """What sound is on the wire."""
        return WIRES[self.transport]


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Of many times, in ms."""

    p50: float
    p99: float
    max: float

    @classmethod
    def of(cls, seconds: Any) -> Self:
        """Take them of seconds, an array or a list; all 0 of none."""
        if not len(seconds):
            return cls(0.0, 0.0, 0.0)
        p50, p99, most = np.percentile(seconds, (50, 99, 100)) * 1000
        return cls(float(p50), float(p99), float(most))


@dataclass(frozen=True, slots=True)
class Conditions:
    """How the run went, apart from what it measures. CPU is in cores: 1 is all of one."""

    server_cpu: float
    generator_cpu: float
    other_cpu: float
    """Everything else on the machine, stolen time included."""
    send_lateness_ms: Percentiles
    """How late the generator sent its own frames."""
    tick_lateness_ms: Percentiles | None
    """By the server's own account, while it was measured; None when it does not say."""
    skipped_ticks: int | None
    """Likewise."""


@dataclass(frozen=True, slots=True)
class TonesResult:
    """What callers heard who all talk; for each figure the worst of them counts."""

    conditions: Conditions
    frames_per_s: float
    heard_right: float
    departures_ms: Percentiles
    """How far frames arrive behind the even 20 ms of their stream; of all callers together."""
    grown_bytes: int
    """How much more memory the server holds than before the first caller."""
    lost: float = 0.0
    """The share of the server's packets that never arrived, where they can get lost."""


@dataclass(frozen=True, slots=True)
class ClicksResult:
    """Delays in ms of the clicks of each caller, in the order of `Job.rooms`; None: not heard."""

    conditions: Conditions
    delays_ms: tuple[tuple[float | None, ...], ...]


@dataclass(frozen=True, slots=True)
class FetchesResult:
    """What those heard who talk, while many calls fetched what does them no good."""

    tones: TonesResult


@dataclass(frozen=True, slots=True)
class Joins:
    """Callers who came in one after the other."""

    called: int
    heard: int
    """How many of them heard who talked in their room."""
    per_s: float
    """From the first call to the last first sound."""
    first_sound_ms: Percentiles
    """From the first packet of the connection to the frame that is the talker's voice."""


@dataclass(frozen=True, slots=True)
class JoinsResult:
    """What became of callers who came in while a few talked."""

    conditions: Conditions
    joins: Joins


@dataclass(frozen=True, slots=True)
class BusyResult:
    """What callers heard who all talk, while the server did all else that it does."""

    tones: TonesResult
    joins: Joins
    pages: int
    """Pages of the control room that were asked for and came whole."""
    told: int
    """Messages to the page of a live meeting."""
    slowest_page_ms: float
    texts: int
    """Callers who were read a text of their own."""
    mp3_bytes: int
    """By how much the MP3 file grew."""


Result = TonesResult | ClicksResult | FetchesResult | JoinsResult | BusyResult

RESULTS: Final[Mapping[Kind, type[Result]]] = MappingProxyType(
    {
        "tones": TonesResult,
        "clicks": ClicksResult,
        "fetches": FetchesResult,
        "joins": JoinsResult,
        "busy": BusyResult,
    }
)


def read(kind: type[_Read], text: str) -> _Read:
    """Read what asdict() and JSON made of a data class."""
    return cast("_Read", _shaped(kind, json.loads(text)))


def _shaped(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if get_origin(kind) is tuple:
        return tuple(_shaped(get_args(kind)[0], item) for item in value)
    if NoneType in get_args(kind):
        return _shaped(next(other for other in get_args(kind) if other is not NoneType), value)
    if not is_dataclass(kind):
        return value
    hints = get_type_hints(kind)
    return kind(**{name: _shaped(hints[name], item) for name, item in value.items()})  # type: ignore[operator]
