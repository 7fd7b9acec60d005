"""All legs and meetings of a process: who sits where, what one tick does, what is told."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from media_engine.codecs import get_codec
from media_engine.commands import (
    CloseLeg,
    Command,
    EndConference,
    Interrupt,
    JoinConference,
    JoinTerms,
    Kick,
    LeaveConference,
    LegRecordingTerms,
    Play,
    SetMuted,
)
from media_engine.conference_mixer import Beeps
from media_engine.dialects import L16, MULAW, WireFormat
from media_engine.errors import EngineError
from media_engine.events import (
    Audibility,
    AudibilityChanged,
    ConferenceCreated,
    ConferenceEnded,
    ConferenceStarted,
    EndReason,
    Event,
    JoinRefused,
    LeaveReason,
    LegClosed,
    LegInterrupted,
    LegJoined,
    LegLeft,
    LegMuted,
    PlaybackEnded,
    RefusalReason,
    RoomKey,
)
from media_engine.leg import Leg
from media_engine.pcm import Pcm, Wide, samples_per_frame
from media_engine.registry import Registry
from media_engine.sources import Clip, Queue, Silence

RATE_HZ = 8000
FRAME = 160
MULAW_1000 = get_codec(MULAW).encode(np.full(FRAME, 1000, np.int16))
NO_SOUND = np.zeros(0, np.int16)


class Output:
    """What was sent to one client."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.broken = False

    def audio(self, payload: bytes) -> None:
        if self.broken:
            raise RuntimeError("the socket is gone")
        self.sent.append(payload)

    def mark(self, name: str) -> None:
        raise AssertionError("no mark was sent")

    @property
    def level(self) -> int:
        """The last sample that was sent."""
        return int(np.frombuffer(self.sent[-1], "<i2")[-1])


class BrokenTape:
    """A recording whose every frame fails."""

    path = "broken.wav"

    def write(self, pcm: Pcm) -> None:
        raise RuntimeError("no tape")

    def skip(self, samples: int) -> None:
        raise AssertionError("nothing was skipped")

    def finish(self) -> None:
        pass


class House:
    """A registry whose legs speak linear sound at the mixing rate, without beeps."""

    def __init__(self, rate_hz: int = RATE_HZ) -> None:
        self.events: list[Event] = []
        self.wire = WireFormat(L16, rate_hz)
        self.legs: dict[str, Leg] = {}
        self.outputs: dict[str, Output] = {}
        self.registry = Registry(
            mix_rate_hz=rate_hz,
            beeps=Beeps(NO_SOUND, NO_SOUND),
            open_recording=lambda conference_id, recording_id: BrokenTape(),
            open_leg_recording=lambda *names: BrokenTape(),
            emit=self.events.append,
        )

    def open(self, *leg_ids: str, wire: WireFormat | None = None, prefill: int = 1) -> None:
        for leg_id in leg_ids:
            output = self.outputs[leg_id] = Output()
            self.legs[leg_id] = self.registry.open_leg(
                leg_id, wire or self.wire, output, prefill=prefill
            )

    def join(self, leg_id: str, room: str = "R", conference_id: str = "CF1", **terms: Any) -> None:
        terms = {"prefill": 1} | terms
        self.apply(JoinConference(leg_id, RoomKey("AC", room), conference_id, JoinTerms(**terms)))

    def meet(self, *leg_ids: str, **terms: Any) -> None:
        self.open(*leg_ids)
        for leg_id in leg_ids:
            self.join(leg_id, **terms)
        self.events.clear()

    def apply(self, command: Command) -> None:
        self.registry.apply(command)

    def tick(self, **levels: int) -> dict[str, int]:
        """Let these legs say a constant; give the last sample that each leg was sent."""
        for leg_id, level in levels.items():
            samples = self.legs[leg_id].wire.rate_hz // 50
            self.legs[leg_id].receive(np.full(samples, level, "<i2").tobytes())
        self.registry.tick()
        return {leg_id: output.level for leg_id, output in self.outputs.items() if output.sent}


def clip(level: int, frames: int = 1) -> Clip:
    return Clip(np.full(frames * FRAME, level, np.int16))


# --- legs ----------------------------------------------------------------------------------------


def test_an_interruption_is_told_in_its_authors_words_and_changes_no_sound() -> None:
    house = House()
    house.meet("alice", "bob")
    for leg_id in ("alice", "nobody yet"):
        house.apply(Interrupt(leg_id, "go"))
    assert house.events == [LegInterrupted("alice", "go"), LegInterrupted("nobody yet", "go")]
    assert house.tick(alice=700)["bob"] == 700


def test_a_leg_hears_silence_until_a_command_says_otherwise() -> None:
    house = House()
    house.open("a")
    assert [house.tick(a=500) for _ in range(3)] == [{"a": 0}] * 3
    assert house.events == []


def test_a_leg_that_is_open_can_not_be_opened_again() -> None:
    house = House()
    house.open("a")
    with pytest.raises(EngineError, match="a is open already"):
        house.registry.open_leg("a", house.wire, Output())
    assert house.registry.legs == 1


def test_a_closed_leg_leaves_its_meeting_first_and_is_forgotten() -> None:
    house = House()
    house.meet("a", "b")
    house.apply(CloseLeg("a"))
    assert house.events == [
        LegLeft("CF1", "a", LeaveReason.HUNG_UP, bridged=True),
        LegClosed("a"),
    ]
    sent = len(house.outputs["a"].sent)
    house.registry.tick()
    assert (house.registry.legs, len(house.outputs["a"].sent)) == (1, sent)


def test_a_leg_on_a_row_that_was_used_before_hears_and_says_no_remains() -> None:
    house = House()
    house.meet("a", "b")
    house.tick(a=100, b=200)
    rows = {leg.row for leg in house.legs.values()}
    for leg_id in "ab":
        house.apply(CloseLeg(leg_id))
        del house.outputs[leg_id]
    house.open("c", "d")
    assert {house.legs["c"].row, house.legs["d"].row} == rows
    assert house.tick() == {"c": 0, "d": 0}
    house.join("c")
    house.join("d")
    assert house.tick() == {"c": 0, "d": 0}


def test_more_legs_than_rows_make_the_house_grow_without_a_gap_in_anybodys_sound() -> None:
    house = House()
    house.meet("a", "b", max_participants=200)
    house.tick(a=1000)
    for number in range(100):
        house.open(f"x{number}")
        house.join(f"x{number}", max_participants=200)
        assert house.tick(a=1000)["b"] == 1000
    assert len({leg.row for leg in house.legs.values()}) == 102
    assert house.tick(a=1000) == dict.fromkeys(house.outputs, 1000) | {"a": 0}


def test_rows_are_reused_so_that_coming_and_going_costs_no_memory() -> None:
    house = House()
    for _ in range(500):
        house.open("a", "b")
        house.apply(CloseLeg("a"))
        house.apply(CloseLeg("b"))
    house.open("a")
    assert house.legs["a"].row < 16


def test_legs_of_different_formats_meet() -> None:
    house = House()
    house.open("linear")
    house.open("wide", wire=WireFormat(L16, 48000))
    house.open("phone", wire=WireFormat(MULAW, 8000))
    for leg_id in ("linear", "wide", "phone"):
        house.join(leg_id)
    for _ in range(3):
        house.tick(linear=1000, wide=500)
    assert house.outputs["linear"].level == pytest.approx(500, abs=1)
    assert house.outputs["wide"].level == pytest.approx(1000, abs=1)
    house.apply(CloseLeg("wide"))
    house.tick(linear=1000)


# --- meetings ------------------------------------------------------------------------------------


def test_rooms_are_kept_apart_by_owner_and_name() -> None:
    house = House()
    rooms = [RoomKey("AC1", "R"), RoomKey("AC2", "R"), RoomKey("AC1", "r")]
    house.open(*"abcdef")
    for number, leg_id in enumerate("abcdef"):
        room = rooms[number % 3]
        house.apply(JoinConference(leg_id, room, f"CF{number}", JoinTerms(prefill=1)))
    assert house.registry.meetings == 3
    heard = house.tick(a=1, b=10, c=100, d=2, e=20, f=200)
    assert heard == {"a": 2, "b": 20, "c": 200, "d": 1, "e": 10, "f": 100}


def test_one_who_comes_to_a_live_meeting_joins_it_whatever_name_he_brings() -> None:
    house = House()
    house.open("a", "b")
    house.join("a", conference_id="CF1")
    house.join("b", conference_id="CF2")
    joined = [event for event in house.events if isinstance(event, LegJoined)]
    assert [event.conference_id for event in joined] == ["CF1", "CF1"]


def test_a_leg_in_a_meeting_can_not_join_another_or_the_same_again() -> None:
    house = House()
    house.meet("a", "b")
    house.join("a", room="other", conference_id="CF2")
    house.join("a")
    reason = RefusalReason.ALREADY_IN_A_MEETING
    assert house.events == [
        JoinRefused("a", RoomKey("AC", "other"), reason),
        JoinRefused("a", RoomKey("AC", "R"), reason),
    ]
    assert house.registry.meetings == 1


def test_one_too_many_is_turned_away_and_hears_nothing_of_the_meeting() -> None:
    house = House()
    house.meet("a", "b", max_participants=2)
    house.open("c")
    house.join("c")
    assert house.events == [JoinRefused("c", RoomKey("AC", "R"), RefusalReason.FULL)]
    assert house.tick(a=100, b=10, c=1) == {"a": 10, "b": 100, "c": 0}


def test_after_the_end_all_are_alone_hear_silence_and_may_meet_again() -> None:
    house = House()
    house.meet("a", "b")
    house.tick(a=100, b=10)
    house.apply(EndConference("CF1"))
    assert house.tick(a=100, b=10) == {"a": 0, "b": 0}
    assert house.registry.meetings == 0
    for leg_id in "ab":
        house.join(leg_id, conference_id="CF2")
    assert house.tick(a=100, b=10) == {"a": 10, "b": 100}


def test_when_a_moderator_hangs_up_the_others_calls_go_on() -> None:
    house = House()
    house.meet("a", "b", end_on_exit=True)
    house.apply(CloseLeg("a"))
    assert house.events == [
        LegLeft("CF1", "a", LeaveReason.HUNG_UP, bridged=True),
        LegLeft("CF1", "b", LeaveReason.CONFERENCE_ENDED, bridged=True),
        ConferenceEnded("CF1", EndReason.MODERATOR_LEFT, "a"),
        LegClosed("a"),
    ]
    house.apply(Play("b", 1, clip(7)))
    del house.outputs["a"]
    assert house.tick() == {"b": 7}


def test_the_terms_say_how_much_jitter_is_covered() -> None:
    house = House()
    house.open("a")
    house.join("a", prefill=5, ceiling=7)
    jitter = house.legs["a"].jitter
    assert (jitter.prefill, jitter.ceiling) == (5, 7)


def test_mute_and_kick_reach_the_leg_that_is_meant() -> None:
    house = House()
    house.meet("a", "b", "c")
    house.apply(SetMuted("CF1", "a", True))
    assert house.tick(a=100, b=10, c=1) == {"a": 11, "b": 1, "c": 10}
    house.apply(Kick("CF1", "b"))
    assert house.tick(a=100, b=10, c=1) == {"a": 1, "b": 0, "c": 0}
    assert house.events == [
        AudibilityChanged("CF1", "a", Audibility(muted=True)),
        LegMuted("CF1", "a", True),
        LegLeft("CF1", "b", LeaveReason.KICKED, bridged=True),
    ]


@pytest.mark.parametrize(
    "command",
    [
        JoinConference("gone", RoomKey("AC", "new"), "CF9", JoinTerms()),
        LeaveConference("gone"),
        LeaveConference("alone"),
        Kick("CF1", "gone"),
        Kick("CF1", "alone"),
        Kick("CF9", "a"),
        SetMuted("CF1", "gone", True),
        SetMuted("CF1", "alone", True),
        SetMuted("CF9", "a", True),
        EndConference("CF9"),
        Play("gone", 1, Silence()),
        CloseLeg("gone"),
    ],
)
def test_a_command_for_what_is_not_there_has_no_effect(command: Command) -> None:
    house = House()
    house.meet("a", "b")
    house.open("alone")
    house.apply(command)
    assert house.events == []
    assert house.tick(a=100, b=10, alone=1) == {"a": 10, "b": 100, "alone": 0}


# --- playing to one leg --------------------------------------------------------------------------


def test_what_is_played_is_heard_by_one_leg_and_its_end_is_told() -> None:
    house = House()
    house.open("a", "b")
    house.apply(Play("a", 1, Queue([clip(5), clip(6)])))
    assert [house.tick() for _ in range(2)] == [{"a": 5, "b": 0}, {"a": 6, "b": 0}]
    assert house.events == []
    assert house.tick() == {"a": 0, "b": 0}
    assert house.events == [PlaybackEnded("a", 1, completed=True)]
    assert house.tick() == {"a": 0, "b": 0}


@pytest.mark.parametrize(
    ("command", "then"),
    [
        (Play("a", 2, clip(9)), []),
        (CloseLeg("a"), [LegClosed("a")]),
        (
            JoinConference("a", RoomKey("AC", "R"), "CF1", JoinTerms()),
            [
                ConferenceCreated("CF1", RoomKey("AC", "R")),
                LegJoined("CF1", "a", muted=False, start_on_enter=True, end_on_exit=False),
            ],
        ),
    ],
)
def test_what_is_played_is_replaced_by_what_comes_next(command: Command, then: list[Event]) -> None:
    house = House()
    house.open("a")
    house.apply(Play("a", 1, clip(5, frames=100)))
    house.tick()
    house.apply(command)
    assert house.events == [PlaybackEnded("a", 1, completed=False), *then]


def test_nothing_is_played_to_a_leg_in_a_meeting() -> None:
    house = House()
    house.meet("a", "b")
    house.apply(Play("a", 1, clip(5)))
    assert house.events == [PlaybackEnded("a", 1, completed=False)]
    assert house.tick(b=10)["a"] == 10


def test_what_is_said_while_something_is_played_does_not_wait_for_the_meeting() -> None:
    house = House()
    house.open("a", "b")
    house.join("b")
    house.apply(Play("a", 1, clip(5, frames=100)))
    for level in range(1, 51):
        house.tick(a=level)
    house.join("a")
    assert house.tick(a=51)["b"] == 51


# --- what fails takes nothing from others --------------------------------------------------------


class BrokenSource:
    def read(self, samples: int) -> Wide | None:
        raise RuntimeError("no sound")


def test_a_source_that_fails_is_over_and_nobody_else_notices() -> None:
    house = House()
    house.meet("a", "b")
    house.open("c")
    house.apply(Play("c", 1, BrokenSource()))
    with pytest.raises(ExceptionGroup):
        house.tick(a=100, b=10)
    assert house.events == [PlaybackEnded("c", 1, completed=False)]
    assert house.outputs["a"].level == 10
    assert house.tick(a=100, b=10) == {"a": 10, "b": 100, "c": 0}


def test_waiting_music_that_fails_leaves_its_meeting_silent_and_others_as_they_are() -> None:
    house = House()
    house.meet("a", "b")
    house.open("c")
    house.join("c", room="other", conference_id="CF2", wait=Queue([clip(7), BrokenSource()]))
    assert house.tick(a=100, b=10) == {"a": 10, "b": 100, "c": 7}
    for _ in range(3):
        with pytest.raises(ExceptionGroup):
            house.tick(a=100, b=10)
        assert {leg_id: output.level for leg_id, output in house.outputs.items()} == {
            "a": 10,
            "b": 100,
            "c": 0,
        }


@pytest.mark.parametrize(
    "terms", [{"recording_id": "RE1"}, {"own_recording": LegRecordingTerms("RE1")}]
)
def test_a_recording_that_fails_does_not_silence_its_meeting(terms: dict[str, Any]) -> None:
    house = House()
    house.meet("a", "b", **terms)
    with pytest.raises(ExceptionGroup):
        house.tick(a=100, b=10)
    assert (house.outputs["a"].level, house.outputs["b"].level) == (10, 100)


def test_legs_that_can_not_be_decoded_are_silent_and_those_of_other_formats_are_not() -> None:
    def fail() -> None:
        raise RuntimeError("no payload")

    house = House()
    house.meet("a", "b")
    house.open("phone", wire=WireFormat(MULAW, 8000))
    house.join("phone")
    house.tick(a=100, b=10)
    house.legs["a"].poll = fail
    for _ in range(2):
        house.legs["phone"].receive(MULAW_1000)
        with pytest.raises(ExceptionGroup):
            house.tick(a=100, b=10)
    assert house.outputs["phone"].sent[-1] == b"\xff" * FRAME
    assert house.outputs["a"].level == pytest.approx(1000, rel=0.02)


def test_an_output_that_fails_does_not_keep_the_others_from_hearing() -> None:
    house = House()
    house.meet("a", "b", "c")
    house.outputs["a"].broken = True
    with pytest.raises(ExceptionGroup):
        house.tick(a=100, b=10, c=1)
    assert (house.outputs["b"].level, house.outputs["c"].level) == (101, 110)


# --- shutting down -------------------------------------------------------------------------------


def test_closing_ends_all_meetings_and_forgets_all_legs() -> None:
    house = House()
    house.meet("a", "b")
    house.open("c")
    house.apply(Play("c", 1, Silence()))
    house.registry.close()
    assert house.events == [
        LegLeft("CF1", "a", LeaveReason.CONFERENCE_ENDED, bridged=True),
        LegLeft("CF1", "b", LeaveReason.CONFERENCE_ENDED, bridged=True),
        ConferenceEnded("CF1", EndReason.ENDED_VIA_API, None),
        LegClosed("a"),
        LegClosed("b"),
        PlaybackEnded("c", 1, completed=False),
        LegClosed("c"),
    ]
    assert (house.registry.legs, house.registry.meetings) == (0, 0)
    house.registry.tick()


# --- fidelity ------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate_hz", [8000, 16000, 24000, 48000])
@pytest.mark.parametrize("prefill", [1, 2])
def test_a_tone_passes_for_a_minute_without_a_bit_changed_or_a_sample_lost(
    rate_hz: int, prefill: int
) -> None:
    house = House(rate_hz)
    house.open("a", "b")
    for leg_id in "ab":
        house.join(leg_id, prefill=prefill)
    samples = samples_per_frame(rate_hz)
    time = np.arange(3000 * samples)
    tone = np.rint(32_000 * np.sin(2 * np.pi * 1000 * time / rate_hz)).astype("<i2")
    house.registry.tick()  # the voices come in
    for start in range(0, len(tone), samples):
        house.legs["a"].receive(tone[start : start + samples].tobytes())
        house.registry.tick()
    delay = prefill * samples
    received = np.frombuffer(b"".join(house.outputs["b"].sent), "<i2")
    assert not received[:delay].any()
    assert (received[delay:] == tone[: len(tone) - delay + samples]).all()
    assert not any(np.frombuffer(payload, "<i2").any() for payload in house.outputs["a"].sent)


# --- whatever happens ----------------------------------------------------------------------------


@dataclass
class Meeting:
    """One meeting, as its events tell of it."""

    room: RoomKey
    members: dict[str, bool] = field(default_factory=dict)
    """leg → muted"""
    started: bool = False


@dataclass
class Replay:
    """State from events alone; complains when one does not fit what came before."""

    legs: set[str] = field(default_factory=set)
    meetings: dict[str, Meeting] = field(default_factory=dict)

    def meeting_of(self, leg_id: str) -> str | None:
        return next((name for name, m in self.meetings.items() if leg_id in m.members), None)

    def replay(self, event: Event) -> None:
        match event:
            case ConferenceCreated(conference_id, room):
                assert room not in [meeting.room for meeting in self.meetings.values()]
                self.meetings[conference_id] = Meeting(room)
            case ConferenceStarted(conference_id):
                meeting = self.meetings[conference_id]
                assert len(meeting.members) >= 2 and not meeting.started
                meeting.started = True
            case ConferenceEnded(conference_id):
                assert not self.meetings.pop(conference_id).members
            case JoinRefused(leg_id, _, RefusalReason.ALREADY_IN_A_MEETING):
                assert self.meeting_of(leg_id) is not None
            case LegClosed(leg_id):
                assert self.meeting_of(leg_id) is None
                self.legs.remove(leg_id)
            case LegJoined() | LegLeft() | LegMuted():
                self._replay_member(event)

    def _replay_member(self, event: LegJoined | LegLeft | LegMuted) -> None:
        meeting = self.meetings[event.conference_id]
        match event:
            case LegJoined(_, leg_id, muted):
                assert leg_id in self.legs and self.meeting_of(leg_id) is None
                meeting.members[leg_id] = muted
            case LegLeft(_, leg_id, _, bridged):
                assert bridged == meeting.started
                del meeting.members[leg_id]
            case LegMuted(_, leg_id, muted):
                assert meeting.members[leg_id] != muted
                meeting.members[leg_id] = muted

    def heard_by(self, leg_id: str, levels: dict[str, int]) -> int:
        """The sum of the voices that a leg ought to hear."""
        conference_id = self.meeting_of(leg_id)
        if conference_id is None or not self.meetings[conference_id].started:
            return 0
        members = self.meetings[conference_id].members
        return sum(levels[o] for o, muted in members.items() if o != leg_id and not muted)


LEGS = [f"CA{number}" for number in range(50)]
LEVELS = {leg_id: 7 * number + 200 for number, leg_id in enumerate(LEGS)}
SAID = {leg_id: np.full(FRAME, level, "<i2").tobytes() for leg_id, level in LEVELS.items()}


class Chaos:
    """Random operations on 50 legs and 8 rooms."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.house = House()
        self.replay = Replay()
        self.conferences = 0
        self.steps: list[Callable[[str], None]] = [
            *[self.open] * 3,
            *[self.join] * 8,
            *[self.mute] * 4,
            *[self.tick] * 4,
            lambda leg_id: self.house.apply(LeaveConference(leg_id)),
            lambda leg_id: self.house.apply(Kick(self.some_conference(), leg_id)),
            lambda leg_id: self.house.apply(CloseLeg(leg_id)),
            self.end,
        ]

    def step(self) -> None:
        self.dice.choice(self.steps)(self.dice.choice(LEGS))
        for event in self.house.events:
            self.replay.replay(event)
        self.house.events.clear()
        assert self.house.registry.legs == len(self.replay.legs)
        assert self.house.registry.meetings == len(self.replay.meetings)

    def some_conference(self) -> str:
        return self.dice.choice([*self.replay.meetings, "CF-unknown"])

    def open(self, leg_id: str) -> None:
        if leg_id not in self.replay.legs:
            self.house.open(leg_id)
            self.replay.legs.add(leg_id)

    def join(self, leg_id: str) -> None:
        self.conferences += 1
        self.house.join(
            leg_id,
            room=f"R{self.dice.randrange(8)}",
            conference_id=f"CF{self.conferences}",
            muted=self.dice.random() < 0.2,
            start_on_enter=self.dice.random() < 0.7,
            end_on_exit=self.dice.random() < 0.1,
            max_participants=self.dice.choice([2, 10, 40]),
        )

    def mute(self, leg_id: str) -> None:
        conference_id = self.replay.meeting_of(leg_id) or "CF-unknown"
        self.house.apply(SetMuted(conference_id, leg_id, self.dice.random() < 0.5))

    def end(self, leg_id: str) -> None:
        if self.dice.random() < 0.3:
            self.house.apply(EndConference(self.some_conference()))

    def tick(self, leg_id: str) -> None:
        for speaker in self.replay.legs:
            self.house.legs[speaker].receive(SAID[speaker])
        self.house.registry.tick()
        for listener in self.replay.legs:
            expected = self.replay.heard_by(listener, LEVELS)
            assert self.house.outputs[listener].sent[-1][-2:] == expected.to_bytes(2, "little")


@pytest.mark.parametrize("seed", range(3))
def test_under_random_operations_events_state_and_sound_agree(seed: int) -> None:
    chaos = Chaos(seed)
    for _ in range(10_000):
        chaos.step()
    assert chaos.conferences > 1000
    chaos.house.registry.close()
    assert chaos.house.registry.legs == chaos.house.registry.meetings == 0
