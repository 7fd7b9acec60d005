"""What is measured, for how long, and in which rooms."""

from dataclasses import dataclass
from typing import Final

from tests.benchmarks.hostile import ANSWERS
from tests.benchmarks.job import WAITING, Kind

PAIRS: Final = 5
"""Rooms of two for each kind of jitter buffer; all their callers are there at once."""

FETCHES: Final = 200
"""Calls that wait, each with something else that is fetched from those who mean no good."""

TALKERS: Final = 10

_ROOM: Final = (
    '<Response><Dial><Conference beep="false" waitUrl="{wait}" maxParticipants="1000"{more}>'
    '{name}</Conference></Dial><Pause length="60"/></Response>'
)


@dataclass(frozen=True, slots=True)
class Scenario:
    """Callers in rooms of up to `room_of`, all of whom do what `kind` says."""

    title: str
    kind: Kind
    rooms: tuple[str, ...]
    """The room of each caller."""


@dataclass(frozen=True, slots=True)
class Durations:
    """How often, and for how many seconds, after what warm-up."""

    repetitions: int
    tones_s: float
    tones_warm_up_s: float
    clicks_s: float
    clicks_warm_up_s: float

    def of(self, kind: Kind) -> tuple[float, float]:
        """Give warm-up and measured time."""
        if kind == "tones":
            return self.tones_warm_up_s, self.tones_s
        return self.clicks_warm_up_s, self.clicks_s


WHOLE: Final = Durations(3, tones_s=10, tones_warm_up_s=3, clicks_s=15, clicks_warm_up_s=8)
QUICK: Final = Durations(1, tones_s=4, tones_warm_up_s=2, clicks_s=6, clicks_warm_up_s=4)


def _in_rooms(title: str, callers: int, room_of: int) -> Scenario:
    rooms = tuple(f"room-of-{room_of}-{caller // room_of}" for caller in range(callers))
    return Scenario(title, "tones", rooms)


def _pairs(buffer: str) -> tuple[str, ...]:
    return tuple(f"{buffer}-{caller // 2}" for caller in range(2 * PAIRS))


CLICKS: Final = Scenario("clicks", "clicks", _pairs("default") + _pairs("off"))

COSTS: Final = (
    _in_rooms("50 in rooms of 4", 50, 4),
    _in_rooms("50 in one room", 50, 50),
    _in_rooms("200 in rooms of 4", 200, 4),
    _in_rooms("200 in one room", 200, 200),
)


HOSTILE: Final = Scenario(
    f"{FETCHES} fetches",
    "fetches",
    ("room-of-4-0",) * TALKERS + tuple(f"{WAITING}{number}" for number in range(FETCHES)),
)


def all_rooms(hostile: str) -> dict[str, str]:
    """Give the TwiML of every room of every scenario, by its name; `hostile`: the address of those
    who mean no good.
    """
    names = {name for scenario in (CLICKS, HOSTILE, *COSTS) for name in scenario.rooms}
    return {name: _twiml(name, hostile) for name in sorted(names)}


def _twiml(name: str, hostile: str) -> str:
    wait = ""
    if name.startswith(WAITING):
        answers = sorted(ANSWERS)
        wait = f"{hostile}/{answers[int(name.removeprefix(WAITING)) % len(answers)]}"
    more = ' jitterBufferSize="off"' if name.startswith("off-") else ""
    # Who can not be given what it is to wait with stays all the same: its frames are counted.
    return _ROOM.format(name=name, wait=wait, more=more)
