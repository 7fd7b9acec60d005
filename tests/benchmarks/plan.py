"""What is measured, for how long, and in which rooms."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from tests.benchmarks.busy_day import TEXTS_PER_S
from tests.benchmarks.hostile import ANSWERS
from tests.benchmarks.job import LISTENING, SAYING, STREAM, WAITING, Kind, Transport
from tests.benchmarks.server import MAX_PARTICIPANTS

PAIRS: Final = 5
"""Rooms of two for each kind of jitter buffer; all their callers are there at once."""

FETCHES: Final = 200
"""Calls that wait, each with something else that is fetched from those who mean no good."""

TALKERS: Final = 10

MOST: Final = 1000
"""The largest number of participants that is tried."""

_ROOM: Final = (
    '<Response><Dial><Conference beep="false" waitUrl="{wait}" maxParticipants="{most}"{more}>'
    '{name}</Conference></Dial><Pause length="60"/></Response>'
)

_TEXT: Final = (
    "<Response><Say>You are caller number {number} of this morning, and somebody will be with"
    ' you before you have counted to {number}.</Say><Pause length="60"/></Response>'
)


@dataclass(frozen=True, slots=True)
class Scenario:
    """Callers, all of whom do what `kind` says, over `transport`; `name` is for --only."""

    name: str
    title: str
    kind: Kind
    rooms: tuple[str, ...]
    """The application that each caller calls."""
    transport: Transport = "native"


@dataclass(frozen=True, slots=True)
class Durations:
    """How often, and for how many seconds, after what warm-up. `joins_s`: of a stream of callers;
    `linear_s`: of the runs that are only to show how cost grows, each of which is made once.
    """

    repetitions: int
    tones_s: float
    tones_warm_up_s: float
    clicks_s: float
    clicks_warm_up_s: float
    joins_s: float
    linear_s: float
    linear_warm_up_s: float

    def of(self, scenario: Scenario) -> tuple[float, float]:
        """Give warm-up and measured time."""
        if scenario in LINEAR.values():
            return self.linear_warm_up_s, self.linear_s
        if scenario.kind == "clicks":
            return self.clicks_warm_up_s, self.clicks_s
        if scenario.kind == "fetches":
            return self.tones_warm_up_s, self.clicks_s
        if scenario.kind == "joins":
            return self.tones_warm_up_s, self.joins_s
        return self.tones_warm_up_s, self.tones_s


WHOLE: Final = Durations(
    repetitions=3,
    tones_s=10,
    tones_warm_up_s=2,
    clicks_s=15,
    clicks_warm_up_s=8,
    joins_s=10,
    linear_s=5,
    linear_warm_up_s=1,
)
QUICK: Final = Durations(
    repetitions=1,
    tones_s=4,
    tones_warm_up_s=2,
    clicks_s=6,
    clicks_warm_up_s=4,
    joins_s=4,
    linear_s=3,
    linear_warm_up_s=1,
)


def _rooms_of(callers: int, room_of: int) -> tuple[str, ...]:
    return tuple(f"room-of-{room_of}-{caller // room_of}" for caller in range(callers))


def _in_rooms(callers: int, room_of: int, transport: Transport = "native") -> Scenario:
    rooms = f"rooms of {room_of}" if room_of < callers else "one room"
    over = "" if transport == "native" else f", {transport}"
    title = f"{callers} in {rooms}{over}"
    name = title.replace(", ", "-").replace(" ", "-")
    return Scenario(name, title, "tones", _rooms_of(callers, room_of), transport)


def _linear(callers: int, room_of: int) -> Scenario:
    scenario = _in_rooms(callers, room_of)
    return Scenario(f"linear-{scenario.name}", scenario.title, "tones", scenario.rooms)


def _pairs(buffer: str) -> tuple[str, ...]:
    return tuple(f"{buffer}-{caller // 2}" for caller in range(2 * PAIRS))


CLICKS: Final = Scenario("clicks", "clicks", "clicks", _pairs("default") + _pairs("off"), "wide")

ONE_ROOM: Final = _in_rooms(200, 200)
ROOMS_OF_4: Final = _in_rooms(200, 4)
FULL_HOUSE: Final = _in_rooms(800, 4)
SMALLER_HOUSE: Final = _in_rooms(500, 4)
"""For who can not carry the full one."""

TWILIO: Final = _in_rooms(200, 4, "twilio")
WIDE: Final = _in_rooms(200, 4, "wide")
LECTURE: Final = Scenario(
    "lecture",
    "5 talk, 1000 listen",
    "tones",
    ("hall",) * 5 + (f"{LISTENING}hall",) * 1000,
)

COSTS: Final = (ONE_ROOM, ROOMS_OF_4, FULL_HOUSE, TWILIO, WIDE, LECTURE)

LINEAR_PARTICIPANTS: Final = (10, 100, MOST)
LINEAR_ROOMS_OF: Final = (2, 4, 40, MOST)

LINEAR: Final[Mapping[tuple[int, int], Scenario]] = MappingProxyType(
    {
        (callers, room_of): _linear(callers, min(room_of, callers))
        for callers in LINEAR_PARTICIPANTS
        for room_of in LINEAR_ROOMS_OF
        if room_of < callers or room_of == MOST
    }
)
"""By the number of participants, and how many are in a room: with MOST, all of them."""

HOSTILE: Final = Scenario(
    "hostile",
    f"{FETCHES} fetches",
    "fetches",
    ("room-of-4-0",) * TALKERS + tuple(f"{WAITING}{number}" for number in range(FETCHES)),
)

JOINS: Final = Scenario(
    "joins", "callers come and go", "joins", tuple(f"{STREAM}{number}" for number in range(10))
)

BUSY: Final = Scenario(
    "busy",
    "200 talk, the server does all else",
    "busy",
    ROOMS_OF_4.rooms
    + JOINS.rooms
    + tuple(f"{SAYING}{number}" for number in range(round(TEXTS_PER_S * WHOLE.tones_s) + 1)),
)

BUSY_RECORDING_MINUTES: Final = 120
"""Of which an MP3 is made meanwhile: it is not to end before the measured time does."""

ALL: Final = (CLICKS, *COSTS, HOSTILE, JOINS, BUSY, *LINEAR.values())


def all_rooms(hostile: str) -> dict[str, str]:
    """Give the TwiML of every application that anybody calls, by its name; `hostile`: the address
    of those who mean no good.
    """
    names = {name for scenario in (*ALL, SMALLER_HOUSE) for name in scenario.rooms}
    return {name: _twiml(name, hostile) for name in sorted(names)}


def _twiml(name: str, hostile: str) -> str:
    if name.startswith(SAYING):
        return _TEXT.format(number=name.removeprefix(SAYING))
    wait, more = "", ""
    if name.startswith(WAITING):
        answers = sorted(ANSWERS)
        wait = f"{hostile}/{answers[int(name.removeprefix(WAITING)) % len(answers)]}"
    if name.startswith("off-"):
        more = ' jitterBufferSize="off"'
    if name.startswith(LISTENING):
        more = ' muted="true"'
    # Who can not be given what it is to wait with stays all the same: its frames are counted.
    meeting = name.removeprefix(LISTENING)
    return _ROOM.format(name=meeting, wait=wait, more=more, most=MAX_PARTICIPANTS)
