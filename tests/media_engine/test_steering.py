"""What changes in a live meeting: hold, coaching, volume, announcements, terms, recordings."""

from typing import Any

import numpy as np
import pytest

from media_engine.commands import (
    Announce,
    ChangeExit,
    ChangeWait,
    JoinTerms,
    PauseRecording,
    ResumeRecording,
    SetCoached,
    SetDeaf,
    SetHeld,
    SetHoldSound,
    SetVolume,
    SetWaitSound,
    StartRecording,
    Steering,
    StopRecording,
)
from media_engine.events import (
    AnnouncementEnded,
    AnnouncementFailed,
    Audibility,
    AudibilityChanged,
    ConferenceEnded,
    LegHeld,
    LegModified,
    LegSpeaking,
    RecordingPaused,
    RecordingRefused,
    RecordingStarted,
    RefusalReason,
    WaitChanged,
)
from media_engine.own_sounds import OwnSounds
from media_engine.pcm import Pcm
from media_engine.sources import Clip, Source
from media_engine.speech_watch import HANGOVER_TICKS, ONSET_TICKS
from tests.media_engine.test_conference_mixer import FRAME, LEAVE, RAMP, ROWS, Meeting, meeting_of

CF = "CF1"


def sound(level: int, frames: int = 1, *, times: int = 1) -> Source:
    return Clip(np.full(frames * FRAME, level, np.int16), times=times)


def endless(level: int) -> Source:
    return sound(level, times=0)


def talk_of(legs: str, **terms: Any) -> Meeting:
    """A meeting in which all have come in, and what was told of that is forgotten."""
    meeting = meeting_of(legs, **terms)
    meeting.tick()
    return meeting


def steer(meeting: Meeting, *commands: Steering) -> None:
    for command in commands:
        meeting.mixer.steer(command)


def tick_without_steps(meeting: Meeting, **heights: float) -> dict[str, float]:
    """Let a tick pass in which what some legs hear goes over evenly, by a height, in the ramp."""
    before = {leg_id: meeting.heard[ROWS[leg_id], -1] for leg_id in heights}
    after = meeting.tick()
    for leg_id, height in heights.items():
        frame = np.append(before[leg_id], meeting.heard[ROWS[leg_id]])
        assert abs(np.diff(frame)).max() <= height / RAMP + 0.01
        assert len(set(frame[RAMP + 1 :].tolist())) == 1
    return after


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


# --- announcements -------------------------------------------------------------------------------


def test_an_announcement_to_all_is_over_the_talk_and_in_the_recording() -> None:
    meeting = talk_of("ab", recording_id="RE1")
    steer(meeting, Announce(CF, None, sound(500, 2), "url"))
    assert [meeting.tick() for _ in range(2)] == [{"a": 510, "b": 501}] * 2
    assert meeting.tapes[0].heard[-2:] == [511, 511]
    assert meeting.said(AnnouncementEnded) == []
    assert meeting.tick() == {"a": 10, "b": 1}
    assert meeting.said(AnnouncementEnded) == [AnnouncementEnded(CF, None, "url")]


def test_an_announcement_to_one_is_heard_by_that_one_alone_on_hold_too() -> None:
    meeting = talk_of("ab", recording_id="RE1")
    steer(meeting, Announce(CF, "a", sound(500, 2), "url"))
    assert meeting.tick() == {"a": 510, "b": 1}
    assert meeting.tapes[0].heard[-1] == 11
    steer(meeting, SetHeld(CF, "a", True))
    assert meeting.tick() == {"a": 500, "b": 0}
    meeting.tick()
    assert meeting.said(AnnouncementEnded) == [AnnouncementEnded(CF, "a", "url")]


def test_announcements_to_the_same_ears_follow_one_another() -> None:
    meeting = talk_of("ab")
    steer(meeting, *(Announce(CF, None, sound(level), str(level)) for level in (500, 600)))
    assert [meeting.tick()["b"] for _ in range(3)] == [501, 601, 1]


def test_who_waits_hears_announcements_over_the_music() -> None:
    meeting = meeting_of("a", wait=endless(3))
    steer(meeting, Announce(CF, None, sound(500)))
    assert [meeting.tick()["a"] for _ in range(2)] == [503, 3]


def test_an_announcement_that_nobody_hears_to_its_end_has_failed() -> None:
    meeting = talk_of("ab")
    steer(meeting, Announce(CF, "x", sound(1), "1"), Announce(CF, "a", sound(1), "2"))
    meeting.leave("a")
    steer(meeting, Announce(CF, None, sound(1), "3"))
    meeting.mixer.end()
    failed = [event for event in meeting.events if isinstance(event, AnnouncementFailed)]
    assert [(event.leg_id, event.context) for event in failed] == [
        ("x", "1"),
        ("a", "2"),
        (None, "3"),
    ]
    assert isinstance(meeting.events[-1], ConferenceEnded)


def test_an_announcement_that_can_not_be_read_fails_and_the_talk_goes_on() -> None:
    class Broken:
        def read(self, samples: int) -> None:
            raise OSError("no more")

    meeting = talk_of("ab")
    steer(meeting, Announce(CF, None, Broken(), "1"), Announce(CF, None, sound(500), "2"))
    assert meeting.tick() == {"a": 510, "b": 501}
    assert [type(event) for event in meeting.events] == [AnnouncementFailed]


# --- terms ---------------------------------------------------------------------------------------


def test_what_happens_at_the_exit_can_be_changed() -> None:
    meeting = talk_of("abc")
    steer(meeting, ChangeExit(CF, "a", beep_on_exit=False), ChangeExit(CF, "a", beep_on_exit=False))
    assert meeting.said(LegModified) == [LegModified(CF, "a", False, False, None)]
    meeting.leave("a")
    meeting.tick()
    assert meeting.tick() == {"b": 100, "c": 10}
    steer(meeting, ChangeExit(CF, "b", end_on_exit=True))
    meeting.leave("b")
    assert meeting.mixer.ended


def test_what_one_waits_with_can_be_changed_without_a_step() -> None:
    meeting = meeting_of("a", wait=endless(100))
    meeting.tick()
    steer(meeting, ChangeWait(CF, "a", "url"), SetWaitSound(CF, "a", endless(-100)))
    assert tick_without_steps(meeting, a=200)["a"] == -100
    assert meeting.events == [WaitChanged(CF, "a", "url")]
    steer(meeting, SetWaitSound(CF, "a", None))
    assert meeting.tick()["a"] == 0


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


# --- recordings ----------------------------------------------------------------------------------


def test_a_meeting_is_recorded_several_times_one_after_another() -> None:
    meeting = talk_of("ab")
    steer(meeting, StartRecording(CF, "RE1"))
    meeting.tick(2)
    steer(meeting, StartRecording(CF, "RE2"), StopRecording(CF, "RE2"))
    steer(meeting, StopRecording(CF, "RE1"))
    meeting.tick()
    steer(meeting, StartRecording(CF, "RE3"))
    meeting.tick()
    assert [tape.heard for tape in meeting.tapes] == [[11, 11, "end"], [11]]
    assert meeting.events == [
        RecordingStarted(CF, "RE1", "RE1.wav"),
        RecordingRefused(CF, "RE2"),
        RecordingStarted(CF, "RE3", "RE3.wav"),
    ]


def test_one_that_was_stopped_does_not_begin_again_for_who_comes_with_that_wish() -> None:
    meeting = talk_of("ab", recording_id="RE1")
    steer(meeting, StopRecording(CF, "RE1"))
    meeting.join("c", recording_id="RE2")
    assert len(meeting.tapes) == 1


def test_before_the_start_there_is_nothing_to_record() -> None:
    meeting = meeting_of("a")
    steer(meeting, StartRecording(CF, "RE1"))
    assert meeting.events == [RecordingRefused(CF, "RE1")]


@pytest.mark.parametrize(
    ("skip", "heard"),
    [(False, [11, 0, f"skip {FRAME}", 11, 11]), (True, [11, 0, 11, 11])],
)
def test_a_paused_recording_is_silent_or_leaves_the_time_out(
    skip: bool, heard: list[int | str]
) -> None:
    meeting = talk_of("ab", recording_id="RE1")
    steer(meeting, PauseRecording(CF, "RE1", skip=skip))
    meeting.tick(2)
    steer(meeting, ResumeRecording(CF, "RE1"))
    meeting.tick(2)
    assert meeting.tapes[0].heard == heard
    assert meeting.events == [RecordingPaused(CF, "RE1", True), RecordingPaused(CF, "RE1", False)]


def test_a_pause_begins_and_ends_without_a_step(monkeypatch: pytest.MonkeyPatch) -> None:
    frames: list[Pcm] = []
    meeting = talk_of("ad", recording_id="RE1")
    monkeypatch.setattr(meeting.tapes[0], "write", frames.append)
    for command in (PauseRecording(CF, "RE1"), ResumeRecording(CF, "RE1")):
        steer(meeting, command, command)
        meeting.tick()
    recorded = np.concatenate(frames).astype(int)
    assert (recorded[0] > 900, recorded[FRAME - 1], recorded[-1]) == (True, 0, 1001)
    assert abs(np.diff(recorded)).max() <= 1001 / RAMP + 1


def test_ticks_that_were_given_up_in_a_pause_are_left_out_too() -> None:
    meeting = talk_of("ab", recording_id="RE1")
    steer(meeting, PauseRecording(CF, "RE1", skip=True))
    meeting.tick()
    meeting.tick(skipped=5)
    assert meeting.tapes[0].heard == [11, 0]


# --- who speaks ----------------------------------------------------------------------------------


def speaking(meeting: Meeting) -> list[tuple[str, bool]]:
    return [
        (event.leg_id, event.speaking) for event in meeting.events if isinstance(event, LegSpeaking)
    ]


def test_who_speaks_is_told_after_an_onset_and_a_pause() -> None:
    meeting = meeting_of("ab", watch_speech=True)
    meeting.spoken[ROWS["a"]] = 2000
    meeting.tick(ONSET_TICKS - 1)
    assert speaking(meeting) == []
    meeting.tick()
    assert speaking(meeting) == [("a", True)]
    meeting.spoken[ROWS["a"]] = 1
    meeting.tick(HANGOVER_TICKS - 1)
    meeting.spoken[ROWS["a"]] = 2000
    meeting.tick()
    meeting.spoken[ROWS["a"]] = 1
    meeting.tick(HANGOVER_TICKS - 1)
    assert speaking(meeting) == [("a", True)]
    meeting.tick()
    assert speaking(meeting) == [("a", True), ("a", False)]


def test_who_is_muted_or_on_hold_does_not_speak_and_who_leaves_has_stopped() -> None:
    meeting = meeting_of("abc", watch_speech=True)
    meeting.spoken[:] = 2000
    meeting.mute("a", True)
    steer(meeting, SetHeld(CF, "b", True))
    meeting.tick(ONSET_TICKS)
    assert speaking(meeting) == [("c", True)]
    meeting.leave("a")
    meeting.leave("c")
    assert speaking(meeting) == [("c", True), ("c", False)]


def test_without_a_wish_nobody_is_told_who_speaks() -> None:
    meeting = meeting_of("ab")
    meeting.join("c", watch_speech=True)
    meeting.events.clear()
    meeting.spoken[:] = 2000
    meeting.tick(ONSET_TICKS)
    assert meeting.events == []
