"""What the benchmark asks of the load generator, and what it answers: one JSON object each way."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal, Self

import numpy as np

WAITING: Final = "waits-"

Kind = Literal["tones", "clicks", "fetches"]


@dataclass(frozen=True, slots=True)
class Job:
    """One run. `rooms` names, for each caller, the application it calls: one a room.

    "tones": all talk, μ-law 8 kHz. "clicks": callers 0 and 1, 2 and 3 … are pairs, L16 16 kHz.
    "fetches": like "tones", and those whose room's name begins with WAITING come in when it begins.
    """

    kind: Kind
    rooms: tuple[str, ...]
    port: int
    account_sid: str
    auth_token: str = field(repr=False)
    server_pid: int
    warm_up_s: float
    seconds: float
    seed: int

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        values = json.loads(text)
        return cls(**values | {"rooms": tuple(values["rooms"])})


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
    """By the server's own account, since it was started; None when it does not say."""
    skipped_ticks: int | None
    """Likewise, while it was measured."""


@dataclass(frozen=True, slots=True)
class TonesResult:
    """What callers heard who all talk; for each figure the worst of them counts."""

    conditions: Conditions
    frames_per_s: float
    heard_right: float
    departures_ms: Percentiles
    """How far frames arrive behind the even 20 ms of their stream; of all callers together."""


@dataclass(frozen=True, slots=True)
class ClicksResult:
    """Delays in ms of the clicks of each caller, in the order of `Job.rooms`; None: not heard."""

    conditions: Conditions
    delays_ms: tuple[tuple[float | None, ...], ...]


@dataclass(frozen=True, slots=True)
class FetchesResult:
    """What the time was like in which many calls fetched what does them no good."""

    conditions: Conditions


def fetches_from_json(text: str) -> FetchesResult:
    """Read what asdict() and JSON made of a FetchesResult."""
    return FetchesResult(_conditions(json.loads(text)["conditions"]))


def tones_from_json(text: str) -> TonesResult:
    """Read what asdict() and JSON made of a TonesResult."""
    values = json.loads(text)
    return TonesResult(
        conditions=_conditions(values["conditions"]),
        frames_per_s=values["frames_per_s"],
        heard_right=values["heard_right"],
        departures_ms=Percentiles(**values["departures_ms"]),
    )


def clicks_from_json(text: str) -> ClicksResult:
    """Read what asdict() and JSON made of a ClicksResult."""
    values = json.loads(text)
    return ClicksResult(
        conditions=_conditions(values["conditions"]),
        delays_ms=tuple(tuple(delays) for delays in values["delays_ms"]),
    )


def _conditions(values: dict[str, Any]) -> Conditions:
    ticks = values["tick_lateness_ms"]
    return Conditions(
        **values
        | {
            "send_lateness_ms": Percentiles(**values["send_lateness_ms"]),
            "tick_lateness_ms": None if ticks is None else Percentiles(**ticks),
        }
    )
