"""What each one in a meeting hears: who waits, who talks, and the beeps."""

import numpy as np
import pytest

from media_engine.commands import Announce, ChangeWait, SetHeld, SetWaitSound
from media_engine.events import LegMuted, WaitChanged
from media_engine.own_sounds import OwnSounds
from media_engine.sources import Clip
from tests.media_engine.meeting import (
    BEEP_TICKS,
    CF,
    ENTER,
    FRAME,
    LEAVE,
    RAMP,
    ROWS,
    Meeting,
    endless,
    ladder,
    meeting_of,
    sound,
    steer,
    talk_of,
    tick_without_steps,
)

# --- waiting -------------------------------------------------------------------------------------


def test_until_the_start_each_one_hears_his_own_music_from_its_beginning_and_nobody_else() -> None:
    meeting = Meeting()
    meeting.join("a", start_on_enter=False, wait=ladder(100))
    assert [meeting.tick()["a"] for _ in range(3)] == [100, 101, 102]
    meeting.join("b", start_on_enter=False, wait=ladder(100))
    meeting.join("c", start_on_enter=False)
    assert meeting.tick() == {"a": 103, "b": 100, "c": 0}
    assert meeting.tick() == {"a": 104, "b": 101, "c": 0}


def test_when_the_music_ends_before_the_start_there_is_silence() -> None:
    meeting = Meeting()
    meeting.join("a", wait=Clip(np.full(FRAME, 100, np.int16)))
    assert [meeting.tick()["a"] for _ in range(3)] == [100, 0, 0]


def test_the_music_stops_at_the_start_for_good() -> None:
    meeting = Meeting()
    meeting.join("a", wait=ladder(100))
    meeting.tick(5)
    meeting.join("b", wait=ladder(100))
    assert meeting.tick() == {"a": 10, "b": 1}
    meeting.leave("b")
    assert meeting.tick(BEEP_TICKS + 2) == {"a": 0}


def test_the_left_over_single_participant_hears_silence_and_the_meeting_goes_on() -> None:
    meeting = meeting_of("ab", beep_on_exit=False, wait=ladder(100))
    meeting.tick()
    meeting.leave("a")
    assert meeting.tick() == {"b": 0}
    assert (meeting.mixer.started, meeting.mixer.ended) == (True, False)
    meeting.join("c")
    assert meeting.tick() == {"b": 100, "c": 10}


def test_the_music_goes_over_into_the_meeting_without_a_step() -> None:
    meeting = Meeting()
    meeting.join("a", wait=Clip(np.full(FRAME, 8000, np.int16), times=0))
    meeting.tick()
    meeting.join("b")
    meeting.tick()
    heard = meeting.heard[ROWS["a"]]
    assert abs(np.diff(heard, prepend=8000)).max() < 8000 / RAMP + 1
    assert (heard[RAMP:] == 10).all()


def test_one_who_comes_to_a_running_meeting_hears_it_come_in_without_a_step_or_his_music() -> None:
    meeting = meeting_of("ad")
    meeting.tick()
    meeting.join("b", wait=ladder(30_000))
    meeting.tick()
    heard = meeting.heard[ROWS["b"]]
    assert abs(np.diff(heard, prepend=0)).max() < 1001 / RAMP + 1
    assert (heard[RAMP:] == 1001).all()


def test_what_one_waits_with_can_be_changed_without_a_step() -> None:
    meeting = meeting_of("a", wait=endless(100))
    meeting.tick()
    steer(meeting, ChangeWait(CF, "a", "url"), SetWaitSound(CF, "a", endless(-100)))
    assert tick_without_steps(meeting, a=200)["a"] == -100
    assert meeting.events == [WaitChanged(CF, "a", "url")]
    steer(meeting, SetWaitSound(CF, "a", None))
    assert meeting.tick()["a"] == 0


# --- who hears whom ------------------------------------------------------------------------------


def test_in_the_meeting_each_one_hears_all_others_and_not_himself() -> None:
    assert meeting_of("abc").tick() == {"a": 110, "b": 101, "c": 11}


def test_one_who_left_is_heard_by_nobody_and_hears_nobody() -> None:
    meeting = meeting_of("abcd", beep_on_exit=False)
    meeting.tick()
    meeting.leave("b")
    meeting.heard[ROWS["b"]] = -1
    assert meeting.tick() == {"a": 1100, "c": 1001, "d": 101}
    assert (meeting.heard[ROWS["b"]] == -1).all()


def test_one_who_joined_muted_hears_and_is_not_heard_until_he_is_let_speak() -> None:
    meeting = Meeting()
    meeting.join("a", muted=True)
    meeting.join("b")
    meeting.join("c")
    assert meeting.tick() == {"a": 110, "b": 100, "c": 10}
    meeting.mute("a", False)
    assert meeting.tick() == {"a": 110, "b": 101, "c": 11}


def test_muting_counts_from_the_next_tick_on_for_all_ears_and_for_the_recording() -> None:
    meeting = Meeting()
    for leg_id in "abc":
        meeting.join(leg_id, recording_id="RE1")
    meeting.tick()
    meeting.mute("c", True)
    assert meeting.tick() == {"a": 10, "b": 1, "c": 11}
    meeting.mute("c", False)
    assert meeting.tick() == {"a": 110, "b": 101, "c": 11}
    assert meeting.tapes[0].heard == [111, 11, 111]


def test_muting_before_the_start_counts_at_the_start() -> None:
    meeting = Meeting()
    meeting.join("a")
    meeting.mute("a", True)
    meeting.join("b")
    assert meeting.tick() == {"a": 10, "b": 0}


def test_muting_says_so_once_and_changes_nothing_the_second_time() -> None:
    meeting = meeting_of("ab")
    for muted in (False, True, True, False):
        meeting.mute("a", muted)
    meeting.mute("nobody", True)
    assert meeting.said(LegMuted) == [LegMuted("CF1", "a", True), LegMuted("CF1", "a", False)]
    assert len(meeting.events) == 4


@pytest.mark.parametrize(
    ("gone", "heard"),
    [
        ("a", {"b": 1000, "c": 1010, "d": 10}),
        ("b", {"a": 1000, "c": 1001, "d": 1}),
        ("d", {"a": 10, "b": 1, "c": 11}),
    ],
)
def test_mute_stays_with_its_leg_when_another_leaves(gone: str, heard: dict[str, float]) -> None:
    meeting = meeting_of("abcd", beep_on_exit=False)
    meeting.mute("c", True)
    meeting.leave(gone)
    assert meeting.tick() == heard


# --- beeps ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("beeps", [True, False])
def test_who_enters_is_told_of_by_a_beep_to_all_if_his_terms_say_so(beeps: bool) -> None:
    meeting = meeting_of("ab")
    meeting.tick()
    meeting.join("c", beep_on_enter=beeps)
    extra = ENTER if beeps else 0
    for _ in range(BEEP_TICKS):
        assert meeting.tick() == {"a": 110 + extra, "b": 101 + extra, "c": 11 + extra}
    assert meeting.tick() == {"a": 110, "b": 101, "c": 11}


@pytest.mark.parametrize("beeps", [True, False])
def test_who_leaves_is_told_of_by_a_beep_to_those_who_stay_if_his_terms_say_so(beeps: bool) -> None:
    meeting = meeting_of("ab", beep_on_exit=False)
    meeting.join("c", beep_on_exit=beeps)
    meeting.tick()
    meeting.leave("c")
    extra = LEAVE if beeps else 0
    assert meeting.tick(BEEP_TICKS) == {"a": 10 + extra, "b": 1 + extra}
    assert meeting.tick() == {"a": 10, "b": 1}


def test_at_the_start_only_the_beep_of_the_one_who_completes_it_is_heard() -> None:
    meeting = Meeting()
    meeting.join("a", beep_on_enter=True)
    meeting.tick()
    meeting.join("b", beep_on_enter=False)
    assert meeting.tick() == {"a": 10, "b": 1}


def test_nobody_hears_a_beep_before_the_start() -> None:
    meeting = Meeting()
    for leg_id in "abc":
        meeting.join(leg_id, start_on_enter=False, beep_on_enter=True)
    meeting.leave("b")
    assert meeting.tick() == {"a": 0, "c": 0}
    meeting.join("d")
    assert meeting.tick() == {"a": 1100, "c": 1001, "d": 101}


def test_muted_legs_hear_beeps_and_the_recording_has_them() -> None:
    meeting = Meeting()
    meeting.join("a", muted=True, recording_id="RE1")
    meeting.join("b", beep_on_enter=True)
    assert meeting.tick() == {"a": 10 + ENTER, "b": ENTER}
    assert meeting.tapes[0].heard == [10 + ENTER]


def test_many_who_come_at_once_are_told_of_by_two_beeps() -> None:
    meeting = meeting_of("ab")
    for _ in range(30):
        meeting.join("c", beep_on_enter=True)
        meeting.leave("c")
    heard = [meeting.tick()["a"] for _ in range(10 * BEEP_TICKS)]
    assert heard.count(10 + ENTER) + heard.count(10 + LEAVE) == 2 * BEEP_TICKS
    assert heard[-1] == 10


def test_when_all_is_as_it_was_a_tick_does_no_more_than_mix(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    meeting = talk_of("ab")
    steer(
        meeting, SetHeld(CF, "a", True), Announce(CF, None, sound(5)), Announce(CF, "b", sound(5))
    )
    meeting.tick()
    steer(meeting, SetHeld(CF, "a", False))
    meeting.tick()
    monkeypatch.delattr(OwnSounds, "put_over")
    assert meeting.tick() == {"a": 10, "b": 1}
