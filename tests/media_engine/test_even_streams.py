"""Streams that run evenly take another way, and nobody hears which."""

import itertools
from collections.abc import Mapping, Sequence, Set
from typing import Final

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media_engine.codecs import get_codec
from media_engine.dialects import L16, WireFormat
from media_engine.intake import CALM_TICKS, Intake
from media_engine.jitter import CEILING_FRAMES, JitterCounters
from media_engine.leg import Leg
from media_engine.lines import Flags, Frames, LineKind, LineWriter
from media_engine.margins import BLOCK_TICKS
from media_engine.pcm import Wide
from media_engine.resample import Resampler
from tests.media_engine.leg_playing import NoOutput

WIRE: Final = WireFormat(L16, 8000)
FRAME: Final = 160
ROWS: Final = 8


class Desk:
    """Lines in simulated time: `come` has what has come on each, and is yet to be read."""

    def __init__(self) -> None:
        self.readers: list[Reader] = []

    def reader(self, frame_bytes: int, most_frames: int = 2) -> "Reader":
        self.readers.append(Reader(frame_bytes))
        return self.readers[-1]

    def writer(self, frame_bytes: int) -> LineWriter:
        raise AssertionError("nothing is written here")


class Cable:
    """A line of a leg; what comes is read by the leg's poll or by a Reader."""

    def __init__(self, kind: Desk, leg: Leg) -> None:
        self.kind: LineKind = kind
        self.leg = leg
        self.come: list[bytes] = []

    def poll(self) -> None:
        come, self.come = self.come, []
        for frame in come:
            self.leg.receive(frame)


class Reader:
    """Reads single frames as one, and hands on what else there is."""

    def __init__(self, frame_bytes: int) -> None:
        self._frame_bytes = frame_bytes
        self._others: list[Cable] = []
        self.lines: list[Cable] = []

    def add(self, line: object) -> None:
        assert isinstance(line, Cable)
        self.lines.append(line)

    def remove(self, number: int) -> None:
        last = self.lines.pop()
        if number < len(self.lines):
            self.lines[number] = last

    def read(self) -> tuple[Flags, Frames]:
        whole = np.zeros(len(self.lines), np.bool_)
        frames = np.full((len(self.lines), self._frame_bytes), 0xAA, np.uint8)
        for number, line in enumerate(self.lines):
            if len(line.come) == 1:
                whole[number] = True
                frames[number] = np.frombuffer(line.come.pop(), np.uint8)
        self._others = [line for line in self.lines if line.come]
        return whole, frames

    def skip(self) -> list[int]:
        for line in self.lines:
            line.come.clear()
        return []

    def hand_on(self) -> None:
        for line in self._others:
            line.poll()


class Hall:
    """Legs that are listened to; with `lines` those that run evenly are read together."""

    def __init__(self, *, lines: bool, prefill: int = 2, ceiling: int = CEILING_FRAMES) -> None:
        self._has_lines = lines
        self._terms = (prefill, ceiling)
        self.desk = Desk()
        self.intake = Intake(get_codec(L16), FRAME, Resampler(8000, 8000))
        self.cables: dict[str, Cable] = {}
        self.legs: dict[str, Leg] = {}

    def open(self, name: str, row: int) -> None:
        prefill, ceiling = self._terms
        leg = self.legs[name] = Leg(name, WIRE, NoOutput(), row=row, prefill=prefill)
        leg.jitter.ceiling = ceiling
        cable = self.cables[name] = Cable(self.desk, leg)
        leg.poll = cable.poll
        if self._has_lines:
            leg.line = cable
        leg.listen()
        self.intake.add(leg)

    def say(self, name: str, frames: Sequence[bytes]) -> None:
        self.cables[name].come += frames

    def tick(self) -> Wide:
        spoken = np.zeros((ROWS, FRAME), np.float32)
        failures: list[Exception] = []
        self.intake.tick(spoken, failures)
        assert not failures
        return spoken

    @property
    def evenly(self) -> int:
        """How many are read together."""
        return sum(len(reader.lines) for reader in self.desk.readers)

    def counters(self) -> dict[str, tuple[JitterCounters, int]]:
        """What each leg says of itself, asked in both ways."""
        before = {name: (leg.counters, leg.concealed) for name, leg in self.legs.items()}
        assert before == {n: (leg.jitter.counters, leg.concealed) for n, leg in self.legs.items()}
        return before


def both(*names: str, prefill: int = 2, ceiling: int = CEILING_FRAMES) -> tuple[Hall, Hall]:
    halls = tuple(Hall(lines=lines, prefill=prefill, ceiling=ceiling) for lines in (True, False))
    for row, name in enumerate(names):
        for hall in halls:
            hall.open(name, row)
    return halls[0], halls[1]


def sounds(frames: int, seed: int = 5) -> list[bytes]:
    """Speech-like enough to be concealed and shortened: a tone that wanders, with pauses."""
    rng = np.random.default_rng(seed)
    time = np.arange(frames * FRAME) / 8000
    pitch = 120 + 40 * np.sin(2 * np.pi * 0.7 * time + rng.uniform(0, 6))
    tone = 6000 * np.sin(2 * np.pi * np.cumsum(pitch) / 8000)
    loud = (np.sin(2 * np.pi * 0.4 * time + rng.uniform(0, 6)) > -0.6).astype(float)
    pcm = np.rint(tone * loud + rng.normal(0, 5, len(tone))).astype("<i2")
    return [frame.tobytes() for frame in pcm.reshape(-1, FRAME)]


def hold_together(
    halls: tuple[Hall, Hall],
    arrivals: Mapping[str, Sequence[int]],
    *,
    look_at: Set[int] | None = frozenset(),
) -> int:
    """Let so many frames come before each tick; hold what the halls hear together. Give in how
    many ticks somebody was read with others.

    `look_at`: at which ticks their counters are held together too, besides at the end; None: not
    at all, as sound that is not listened to is counted on one way only.
    """
    ticks = max(map(len, arrivals.values()))
    said = {name: sounds(sum(counts), seed) for seed, (name, counts) in enumerate(arrivals.items())}
    evenly = 0
    for tick in range(ticks):
        for name, counts in arrivals.items():
            count = counts[tick] if tick < len(counts) else 0
            come, said[name] = said[name][:count], said[name][count:]
            for hall in halls:
                hall.say(name, come)
        heard, expected = halls[0].tick(), halls[1].tick()
        assert np.array_equal(heard, expected), f"tick {tick}"
        evenly += halls[0].evenly > 0
        if look_at and tick in look_at:
            assert halls[0].counters() == halls[1].counters()
    if look_at is not None:
        assert halls[0].counters() == halls[1].counters()
    return evenly


def test_an_even_stream_is_read_with_others() -> None:
    ticks = 5 * BLOCK_TICKS
    evenly = hold_together(both("a"), {"a": [2] + [1] * ticks})
    assert ticks - CALM_TICKS <= evenly < ticks


@pytest.mark.parametrize("prefill", [1, 2, 3])
def test_what_is_late_or_comes_at_once_is_played_as_ever(prefill: int) -> None:
    rng = np.random.default_rng(8)
    waits = rng.choice([0, 0, 0, 0, 0, 0, 1, 1, 2, 5], 900)
    arrivals: list[int] = []
    for wait in waits:
        arrivals += [0] * wait + [wait + 1]
    assert hold_together(both("a", prefill=prefill), {"a": arrivals}) > 100


def test_streams_come_and_go_beside_each_other() -> None:
    rng = np.random.default_rng(9)
    arrivals = {}
    for name in "abcdef":
        late = rng.integers(0, 60)
        counts = [0] * late + [2] + [1] * 400
        for _ in range(rng.integers(0, 8)):
            place = int(rng.integers(late + 2, len(counts) - 8))
            gap = int(rng.integers(1, 7))
            counts[place : place + gap + 1] = [0] * gap + [gap + 1]
        arrivals[name] = counts
    assert hold_together(both(*arrivals), arrivals, look_at={100, 101, 250}) > 300


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(st.sampled_from([0, 1, 1, 1, 1, 1, 1, 2, 3]), min_size=60, max_size=260),
        min_size=1,
        max_size=3,
    ),
    st.sampled_from([(1, 5), (2, 8), (2, CEILING_FRAMES)]),
    st.sets(st.integers(20, 200), max_size=3),
)
def test_so_it_is_whatever_comes_when(
    arrivals: list[list[int]], terms: tuple[int, int], looks: set[int]
) -> None:
    named = dict(zip("abc", arrivals, strict=False))
    hold_together(both(*named, prefill=terms[0], ceiling=terms[1]), named, look_at=looks)


def test_what_is_asked_of_a_lent_leg_gives_it_its_frames_back() -> None:
    halls = both("a")
    hold_together(halls, {"a": [3] + [1] * 50})
    assert halls[0].evenly == 0, "its counters were looked at"
    for hall in halls:
        hall.say("a", sounds(1))
        hall.tick()
    leg = halls[0].legs["a"]
    assert halls[0].evenly == 1
    assert leg.delay_ms == halls[1].legs["a"].delay_ms
    assert leg.counters == halls[1].legs["a"].counters
    assert halls[0].evenly == 1, "to look changes nothing"
    assert len(leg.jitter) == len(halls[1].legs["a"].jitter)
    assert halls[0].evenly == 0


@pytest.mark.parametrize("size", [1, FRAME, 3 * FRAME, 7])
def test_sound_of_another_length_is_heard_too(size: int) -> None:
    halls = both("a")
    hold_together(halls, {"a": [2] + [1] * 30})
    rest = b"".join(sounds(6))
    for start in range(0, len(rest), size):
        for hall in halls:
            hall.say("a", [rest[start : start + size]])
        if start % (2 * FRAME) == 0:
            assert np.array_equal(halls[0].tick(), halls[1].tick())
    assert halls[0].counters() == halls[1].counters()


def test_a_part_of_a_frame_stays_in_front_of_what_follows() -> None:
    halls = both("a")
    hold_together(halls, {"a": [2] + [1] * 30})
    rest = b"".join(sounds(40))
    sizes = itertools.cycle([100, 320, 320, 540, 320, 320, 320])
    while rest:
        size = next(sizes)
        for hall in halls:
            hall.say("a", [rest[:size]])
        rest = rest[size:]
        assert np.array_equal(halls[0].tick(), halls[1].tick())
    assert halls[0].counters() == halls[1].counters()


def test_a_leg_whose_line_fails_as_it_wakes_is_listened_to_all_the_same() -> None:
    hall, _ = both("a")
    hall.intake.rest(hall.legs["a"])
    for _ in range(5):
        hall.tick()

    def fail() -> None:
        raise RuntimeError("the line is cut")

    hall.legs["a"].poll = fail
    with pytest.raises(RuntimeError):
        hall.intake.wake(hall.legs["a"])
    hall.intake.remove(hall.legs["a"])
    hall.tick()


def test_a_mark_is_reached_when_the_sound_before_it_is() -> None:
    reached = []
    for hall in both("a"):
        for frame in sounds(40):
            hall.say("a", [frame])
            hall.tick()
        hall.legs["a"].receive_mark("here")
        ticks = 0
        while not hall.legs["a"].jitter.marks_reached():
            hall.tick()
            ticks += 1
        reached.append(ticks)
    assert reached[0] == reached[1] > 0


def test_who_rests_and_wakes_begins_anew() -> None:
    halls = both("a", "b")
    hold_together(halls, {"a": [2] + [1] * 40, "b": [2] + [1] * 40})
    for hall in halls:
        hall.intake.rest(hall.legs["a"])
    hold_together(halls, {"a": [1] * 30, "b": [1] * 30}, look_at=None)
    for hall in halls:
        hall.intake.wake(hall.legs["a"])
    hold_together(halls, {"a": [1] * 30, "b": [1] * 30}, look_at=None)
    for hall in halls:
        hall.intake.remove(hall.legs["a"])
        del hall.legs["a"]
    hold_together(halls, {"b": [1] * 30}, look_at=None)
