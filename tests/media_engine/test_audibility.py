"""Who is heard, by whom and how loud, as it changes in a live meeting."""

import pytest

from media_engine.commands import (
    Announce,
    ChangeExit,
    ChangeWait,
    JoinTerms,
    SetCoached,
    SetDeaf,
    SetHeld,
    SetHoldSound,
    SetVolume,
    SetWaitSound,
)
from media_engine.events import Audibility, AudibilityChanged, LegHeld, LegModified, RefusalReason
from tests.media_engine.meeting import (
    CF,
    FRAME,
    LEAVE,
    ROWS,
    endless,
    meeting_of,
    sound,
    steer,
    talk_of,
    tick_without_steps,
)

# --- hold ----------------------------------------------------------------------------------------


def test_who_is_on_hold_neither_hears_nor_is_heard_and_is_not_recorded() -> None:
    meeting = talk_of("abc", recording_id="RE1")
    steer(meeting, SetHeld(CF, "a", True, "music"), SetHoldSound(CF, "a", endless(7)))
    assert meeting.tick() == {"a": 7, "b": 100, "c": 10}
    assert meeting.tapes[0].heard[-1] == 110
    assert meeting.said(LegHeld) == [LegHeld(CF, "a", True, "music")]
    steer(meeting, SetHeld(CF, "a", False))
    assert meeting.tick() == {"a": 110, "b": 101, "c": 11}
    assert meeting.said(LegHeld)[1:] == [LegHeld(CF, "a", False)]


def test_until_its_hold_sound_is_there_one_on_hold_hears_silence() -> None:
    meeting = talk_of("ab")
    steer(meeting, SetHeld(CF, "a", True))
    assert meeting.tick()["a"] == 0
    steer(meeting, SetHoldSound(CF, "a", endless(70)))
    assert tick_without_steps(meeting, a=70)["a"] == 70


def test_a_hold_begins_and_ends_without_a_step_for_anybody() -> None:
    meeting = talk_of("ab")
    steer(meeting, SetHeld(CF, "a", True), SetHoldSound(CF, "a", endless(-1000)))
    tick_without_steps(meeting, a=1010, b=1)
    steer(meeting, SetHeld(CF, "a", False))
    tick_without_steps(meeting, a=1010, b=1)


def test_who_was_put_on_hold_before_the_start_stays_there_at_the_start() -> None:
    meeting = meeting_of("a", wait=endless(3))
    steer(meeting, SetHeld(CF, "a", True), SetHoldSound(CF, "a", endless(7)))
    assert meeting.tick()["a"] == 7
    meeting.join("b", wait=endless(3))
    assert meeting.tick() == {"a": 7, "b": 0}
    assert meeting.heard[ROWS["a"]].tolist() == [7] * FRAME


def test_beeps_and_announcements_to_all_do_not_reach_one_on_hold() -> None:
    meeting = talk_of("abc")
    steer(meeting, SetHeld(CF, "a", True), Announce(CF, None, sound(500)))
    assert meeting.tick() == {"a": 0, "b": 600, "c": 510}
    meeting.leave("c")
    assert meeting.tick() == {"a": 0, "b": LEAVE}


def test_holding_twice_is_told_once_unless_the_sound_is_another() -> None:
    meeting = talk_of("ab")
    steer(meeting, SetHeld(CF, "a", True, "x"), SetHeld(CF, "a", True), SetHeld(CF, "a", True, "y"))
    told = [event for event in meeting.events if isinstance(event, LegHeld)]
    assert [event.context for event in told] == ["x", "y"]
    assert len(meeting.said(AudibilityChanged)) == 1


# --- coaching, volume, deafness ------------------------------------------------------------------


def test_a_coach_is_heard_by_one_alone_and_not_recorded_and_hears_all() -> None:
    meeting = talk_of("abc", recording_id="RE1")
    steer(meeting, SetCoached(CF, "a", "b"))
    assert meeting.tick() == {"a": 110, "b": 101, "c": 10}
    assert meeting.tapes[0].heard[-1] == 110
    assert meeting.said(LegModified) == [LegModified(CF, "a", True, False, "b")]
    meeting.mute("a", True)
    assert meeting.tick()["b"] == 100
    meeting.mute("a", False)
    steer(meeting, SetCoached(CF, "a", None))
    assert meeting.tick() == {"a": 110, "b": 101, "c": 11}


def test_a_coach_changes_over_without_a_step() -> None:
    meeting = talk_of("abcd")
    steer(meeting, SetCoached(CF, "d", "b"))
    tick_without_steps(meeting, a=1000, c=1000)
    assert meeting.heard[ROWS["b"]].tolist() == pytest.approx([1101] * FRAME, abs=0.01)


def test_one_who_comes_as_a_coach_is_heard_by_the_coached_from_his_first_frame_on() -> None:
    meeting = talk_of("ab")
    meeting.join("c", coached="b")
    assert meeting.tick() == {"a": 10, "b": 101, "c": 11}


def test_who_coaches_somebody_that_has_left_is_heard_by_nobody() -> None:
    meeting = talk_of("abc", beep_on_exit=False)
    steer(meeting, SetCoached(CF, "a", "b"))
    meeting.leave("b")
    meeting.tick()
    assert meeting.tick() == {"a": 100, "c": 0}


def test_who_wants_to_coach_somebody_that_is_not_in_is_refused() -> None:
    meeting = talk_of("ab")
    assert meeting.mixer.refusal(JoinTerms(coached="b")) is None
    assert meeting.mixer.refusal(JoinTerms(coached="x")) is RefusalReason.COACHED_IS_NOT_IN
    meeting.join("c", label="guest")
    assert meeting.mixer.refusal(JoinTerms(label="guest")) is RefusalReason.LABEL_IN_USE
    assert meeting.mixer.refusal(JoinTerms(label="other")) is None


def test_a_volume_counts_for_all_ears_and_for_the_recording() -> None:
    meeting = talk_of("abc", recording_id="RE1")
    steer(meeting, SetVolume(CF, "c", 0.5))
    assert meeting.tick() == {"a": 60, "b": 51, "c": 11}
    assert meeting.tapes[0].heard[-1] == 61


def test_a_volume_for_one_listener_counts_in_place_of_the_others() -> None:
    meeting = talk_of("abc", recording_id="RE1")
    steer(meeting, SetVolume(CF, "c", 0.5), SetVolume(CF, "c", 2.0, "a"))
    assert meeting.tick() == {"a": 210, "b": 51, "c": 11}
    meeting.mute("c", True)
    assert meeting.tick()["a"] == 10
    meeting.mute("c", False)
    assert meeting.tick()["a"] == 210
    assert meeting.said(AudibilityChanged)[1] == AudibilityChanged(
        CF, "c", Audibility(volume=0.5, volumes={"a": 2.0})
    )


def test_a_deaf_one_hears_nobody_but_announcements_and_is_heard() -> None:
    meeting = talk_of("ab")
    steer(meeting, SetDeaf(CF, "a", True))
    assert meeting.tick() == {"a": 0, "b": 1}
    steer(meeting, Announce(CF, None, sound(500)))
    assert meeting.tick() == {"a": 500, "b": 501}
    steer(meeting, SetDeaf(CF, "a", False))
    assert meeting.tick() == {"a": 10, "b": 1}


def test_who_is_not_in_is_not_steered() -> None:
    meeting = talk_of("ab")
    steer(
        meeting,
        SetHeld(CF, "x", True),
        SetHoldSound(CF, "x", endless(1)),
        SetDeaf(CF, "x", True),
        SetVolume(CF, "x", 2.0),
        SetVolume(CF, "x", 2.0, "a"),
        SetVolume(CF, "a", 2.0, "x"),
        SetVolume(CF, "a", 2.0, "a"),
        SetCoached(CF, "x", "a"),
        ChangeExit(CF, "x", end_on_exit=True),
        ChangeWait(CF, "a", "too late"),
        SetWaitSound(CF, "a", endless(1)),
        SetHoldSound(CF, "a", endless(1)),
    )
    assert meeting.events == []
    assert meeting.tick() == {"a": 10, "b": 1}
