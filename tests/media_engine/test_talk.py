"""Who speaks in a recorded meeting, as its recording notes it, in samples of its file."""

import pytest

from media_engine.commands import (
    PauseRecording,
    ResumeRecording,
    SetCoached,
    SetHeld,
    SetMuted,
    StartRecording,
    StopRecording,
)
from media_engine.events import LegSpeaking
from media_engine.speech_detector import HANGOVER_TICKS
from tests.media_engine.meeting import FRAME, ROWS, Meeting, meeting_of

CF = "CF1"
ONSET_TICKS = 4
LEAD = 2
"""Ticks of silence: who speaks in the first frame that is watched has that for a floor."""


def recorded(legs: str = "ab", **terms: object) -> Meeting:
    """A meeting from whose start on all is silent, and recorded for LEAD ticks."""
    meeting = meeting_of(legs, recording_id="RE1", **terms)
    meeting.spoken[:] = 0
    meeting.tick(LEAD)
    return meeting


def speak(meeting: Meeting, leg_id: str, ticks: int) -> None:
    meeting.babbling.add(leg_id)
    meeting.tick(ticks)
    fall_silent(meeting, leg_id)


def fall_silent(meeting: Meeting, leg_id: str) -> None:
    meeting.babbling.discard(leg_id)
    meeting.spoken[ROWS[leg_id]] = 0


def noted(meeting: Meeting, tape: int = 0) -> list[tuple[float, str]]:
    """What was noted, and in which tick of the file, LEAD being 0."""
    return [(sample / FRAME - LEAD, words) for sample, words in meeting.tapes[tape].notes]


def test_speech_is_noted_from_where_it_began_to_where_it_ceased() -> None:
    meeting = recorded()
    meeting.tick(10)
    speak(meeting, "a", 30)
    meeting.tick(HANGOVER_TICKS)
    assert noted(meeting) == [(10, "+ a"), (40, "- a")]
    assert not meeting.said(LegSpeaking)


def test_who_leaves_has_ceased_to_speak() -> None:
    meeting = recorded("abc")
    speak(meeting, "b", 20)
    meeting.leave("b")
    speak(meeting, "c", 20)
    assert noted(meeting) == [(0, "+ b"), (20, "- b"), (20, "+ c")]


def test_who_joins_later_is_watched_too() -> None:
    meeting = recorded()
    meeting.tick(5)
    meeting.join("c")
    meeting.spoken[ROWS["c"]] = 0
    meeting.tick(LEAD)
    speak(meeting, "c", 20)
    assert noted(meeting) == [(5 + LEAD, "+ c")]


def test_a_recording_that_begins_later_hears_who_speaks_already() -> None:
    meeting = meeting_of("ab", watch_speech=True)
    meeting.spoken[:] = 0
    meeting.tick(50)
    meeting.babbling.add("a")
    meeting.tick(50)
    meeting.mixer.steer(StartRecording(CF, "RE1"))
    meeting.tick(10)
    meeting.mixer.steer(StopRecording(CF, "RE1"))
    meeting.mixer.steer(StartRecording(CF, "RE2"))
    meeting.tick(10)
    fall_silent(meeting, "a")
    meeting.tick(HANGOVER_TICKS)
    # They are told after the first frame that they have.
    assert noted(meeting) == [(1 - LEAD, "+ a")]
    assert noted(meeting, 1) == [(1 - LEAD, "+ a"), (10 - LEAD, "- a")]
    assert len(meeting.said(LegSpeaking)) == 2


def test_after_a_recording_nobody_is_watched_and_nothing_is_left_of_it() -> None:
    meeting = recorded()
    speak(meeting, "a", 20)
    meeting.mixer.steer(StopRecording(CF, "RE1"))
    meeting.tick(100)
    meeting.mixer.steer(StartRecording(CF, "RE2"))
    meeting.tick(LEAD)
    speak(meeting, "b", 20)
    assert noted(meeting, 1) == [(0, "+ b")]


@pytest.mark.parametrize("skip", [False, True])
def test_what_is_said_in_a_pause_is_not_noted(skip: bool) -> None:
    meeting = recorded()
    meeting.babbling.add("a")
    meeting.tick(10)
    meeting.mixer.steer(PauseRecording(CF, "RE1", skip=skip))
    meeting.tick(1 + 20, skipped=0)
    meeting.tick(skipped=4)
    speak(meeting, "b", 20)
    meeting.babbling.add("a")
    meeting.mixer.steer(ResumeRecording(CF, "RE1"))
    meeting.tick(10)
    left_out = 20 + 1 + 4 + 20
    # The fade at the beginning of the pause is in the file.
    back = 11 if skip else 11 + left_out
    gap = [(11, f"~ {left_out * FRAME}")] if skip else []
    assert noted(meeting) == [
        (0, "+ a"),
        (10, "- a"),
        *gap,
        (back, "+ a"),
        (back, "+ b"),
    ]


def test_a_file_that_ends_in_a_pause_tells_what_is_missing() -> None:
    meeting = recorded()
    meeting.tick(10)
    meeting.mixer.steer(PauseRecording(CF, "RE1", skip=True))
    meeting.tick(21)
    meeting.mixer.end()
    assert noted(meeting) == [(11, f"~ {20 * FRAME}")]


def test_ticks_that_were_given_up_are_in_the_file() -> None:
    meeting = recorded()
    meeting.tick(10)
    meeting.tick(skipped=5)
    speak(meeting, "a", 10)
    assert noted(meeting) == [(16, "+ a")]


def test_whom_the_recording_does_not_hear_it_does_not_note() -> None:
    meeting = recorded("abc")
    meeting.mixer.steer(SetCoached(CF, "a", "b"))
    meeting.mixer.steer(SetMuted(CF, "b", True))
    meeting.babbling.update("abc")
    meeting.tick(20)
    assert noted(meeting) == [(0, "+ c")]


def test_a_click_is_no_speech() -> None:
    meeting = recorded()
    speak(meeting, "a", ONSET_TICKS - 1)
    meeting.tick(100)
    assert noted(meeting) == []


# --- events --------------------------------------------------------------------------------------


def watched(legs: str = "ab") -> Meeting:
    """A meeting of silence in which events tell who speaks."""
    meeting = meeting_of(legs, watch_speech=True)
    meeting.spoken[:] = 0
    meeting.tick(LEAD)
    return meeting


def told(meeting: Meeting) -> list[tuple[str, bool]]:
    return [
        (event.leg_id, event.speaking) for event in meeting.events if isinstance(event, LegSpeaking)
    ]


def test_who_speaks_is_told_after_an_onset_and_a_pause() -> None:
    meeting = watched()
    speak(meeting, "a", ONSET_TICKS - 1)
    assert told(meeting) == []
    speak(meeting, "a", ONSET_TICKS)
    assert told(meeting) == [("a", True)]
    meeting.tick(HANGOVER_TICKS - 1)
    speak(meeting, "a", 10)
    meeting.tick(HANGOVER_TICKS - 1)
    assert told(meeting) == [("a", True)]
    meeting.tick()
    assert told(meeting) == [("a", True), ("a", False)]


def test_the_active_speaker_keeps_the_floor_until_another_speaks_and_he_does_not() -> None:
    meeting = watched("abc")
    for silent in ("a", "b"):
        meeting.babbling.update("abc")
        meeting.tick(2 * ONSET_TICKS)
        fall_silent(meeting, silent)
        meeting.tick(HANGOVER_TICKS)
    assert active(meeting)[0] == ("a", True, "a")
    assert {event[2] for event in active(meeting)[:3]} == {"a"}
    assert active(meeting)[3] == ("a", False, "b")


def test_the_floor_is_the_last_speakers_until_he_leaves() -> None:
    meeting = watched("abc")
    speak(meeting, "a", 2 * ONSET_TICKS)
    meeting.tick(HANGOVER_TICKS)
    speak(meeting, "b", 2 * ONSET_TICKS)
    meeting.tick(HANGOVER_TICKS)
    assert active(meeting) == [
        ("a", True, "a"),
        ("a", False, "a"),
        ("b", True, "b"),
        ("b", False, "b"),
    ]
    meeting.leave("b")
    meeting.tick()
    speak(meeting, "a", 2 * ONSET_TICKS)
    meeting.leave("a")
    assert active(meeting)[4:] == [("a", True, "a"), ("a", False, "a")]


def active(meeting: Meeting) -> list[tuple[str, bool, str | None]]:
    speech = [event for event in meeting.events if isinstance(event, LegSpeaking)]
    return [(event.leg_id, event.speaking, event.active) for event in speech]


def test_who_is_muted_or_on_hold_does_not_speak_and_who_leaves_has_stopped() -> None:
    meeting = watched("abc")
    meeting.mute("a", True)
    meeting.mixer.steer(SetHeld(CF, "b", True))
    meeting.babbling.update("abc")
    meeting.tick(2 * ONSET_TICKS)
    assert told(meeting) == [("c", True)]
    meeting.leave("a")
    meeting.leave("c")
    assert told(meeting) == [("c", True), ("c", False)]


def test_who_is_muted_in_mid_speech_has_stopped_and_unmuted_speaks_again() -> None:
    meeting = watched()
    meeting.babbling.add("a")
    meeting.tick(20)
    for muted in (True, False):
        meeting.mute("a", muted)
        meeting.tick()
    assert told(meeting) == [("a", True), ("a", False), ("a", True)]


def test_who_spoke_before_the_start_is_told_of_at_the_start() -> None:
    meeting = meeting_of("a", watch_speech=True)
    meeting.spoken[:] = 0
    meeting.tick(LEAD)
    meeting.babbling.add("a")
    meeting.tick(20)
    assert told(meeting) == []
    meeting.join("b")
    meeting.tick()
    assert told(meeting) == [("a", True)]


def test_without_a_wish_nobody_is_told_who_speaks() -> None:
    meeting = meeting_of("ab")
    meeting.join("c", watch_speech=True)
    meeting.spoken[:] = 0
    meeting.tick(LEAD)
    meeting.babbling.update("abc")
    meeting.tick(20)
    assert told(meeting) == []
