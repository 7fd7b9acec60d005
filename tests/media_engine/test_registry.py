"""All legs and meetings of a process: who sits where, and what is told of it."""

import pytest

from media_engine.commands import (
    CloseLeg,
    Command,
    EndConference,
    Interrupt,
    JoinConference,
    JoinTerms,
    Kick,
    LeaveConference,
    Play,
    SetLocked,
    SetMuted,
)
from media_engine.dialects import L16, MULAW, WireFormat
from media_engine.errors import EngineError
from media_engine.events import (
    Audibility,
    AudibilityChanged,
    ConferenceEnded,
    ConferenceLocked,
    EndReason,
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
from media_engine.sources import Silence
from tests.media_engine.house import House, Output, clip

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


def test_a_locked_meeting_turns_newcomers_away_until_it_is_unlocked() -> None:
    house = House()
    house.meet("a", "b")
    house.open("c")
    for locked in (True, True, False):
        house.apply(SetLocked("CF1", locked))
        house.join("c")
    assert house.events[:3] == [
        ConferenceLocked("CF1", True),
        JoinRefused("c", RoomKey("AC", "R"), RefusalReason.LOCKED),
        JoinRefused("c", RoomKey("AC", "R"), RefusalReason.LOCKED),
    ]
    assert house.events[3] == ConferenceLocked("CF1", False)
    assert house.tick(a=100, b=10, c=1) == {"a": 11, "b": 101, "c": 110}


def test_a_lock_ends_with_its_meeting() -> None:
    house = House()
    house.meet("a", "b")
    house.apply(SetLocked("CF1", True))
    house.apply(EndConference("CF1"))
    for leg_id in "ab":
        house.join(leg_id, conference_id="CF2")
    assert house.tick(a=100, b=10) == {"a": 10, "b": 100}


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
