"""The recordings of a meeting: from when to when, what is in them, and how they are steered."""

import numpy as np
import pytest

from media_engine.commands import PauseRecording, ResumeRecording, StartRecording, StopRecording
from media_engine.events import RecordingPaused, RecordingRefused, RecordingStarted
from media_engine.pcm import Pcm
from tests.media_engine.meeting import (
    CF,
    FRAME,
    RAMP,
    ROWS,
    Meeting,
    ladder,
    meeting_of,
    steer,
    talk_of,
)


def test_a_recording_begins_when_the_first_two_are_bridged_and_has_no_music() -> None:
    meeting = Meeting()
    meeting.join("a", recording_id="RE1", wait=ladder(5000))
    meeting.tick(10)
    assert meeting.tapes == []
    meeting.join("b", wait=ladder(5000))
    meeting.tick(3)
    meeting.leave("a")
    meeting.leave("b")
    assert meeting.tapes[0].heard == [11, 11, 11, "end"]


def test_the_music_that_fades_out_at_the_start_is_not_in_the_recording() -> None:
    meeting = Meeting()
    meeting.join("a", recording_id="RE1", wait=ladder(20_000))
    meeting.tick()
    meeting.join("b")
    meeting.tick()
    assert meeting.tapes[0].loudest == 11
    assert meeting.heard[ROWS["a"]].max() > 11


@pytest.mark.parametrize("recorders", ["a", "b", "c", "ac", "abc"])
def test_a_meeting_is_recorded_once_by_the_first_who_wants_it(recorders: str) -> None:
    meeting = Meeting()
    for leg_id in "abc":
        meeting.join(leg_id, recording_id=f"RE-{leg_id}" if leg_id in recorders else None)
    name = f"RE-{recorders[0]}"
    assert meeting.said(RecordingStarted) == [RecordingStarted("CF1", name, f"{name}.wav")]
    assert len(meeting.tapes) == 1


def test_a_recording_goes_on_while_one_is_alone_and_ends_with_the_meeting() -> None:
    meeting = meeting_of("ab", recording_id="RE1", beep_on_exit=False)
    meeting.tick()
    meeting.leave("a")
    meeting.tick()
    meeting.mixer.end()
    assert meeting.tapes[0].heard == [11, 10, "end"]


def test_ticks_that_were_given_up_are_silence_in_the_recording() -> None:
    meeting = meeting_of("ab", recording_id="RE1")
    meeting.tick()
    meeting.tick(skipped=3)
    meeting.tick()
    assert meeting.tapes[0].heard == [11, f"skip {3 * FRAME}", 11, 11]


def test_ticks_that_were_given_up_before_a_recording_began_are_not_in_it() -> None:
    meeting = Meeting()
    meeting.join("a", recording_id="RE1")
    meeting.tick()
    meeting.join("b")
    meeting.tick(skipped=3)
    assert meeting.tapes[0].heard == [11]


def test_a_sum_over_full_scale_is_clipped_in_the_recording_only_at_its_end() -> None:
    meeting = meeting_of("abcd", recording_id="RE1")
    meeting.spoken[ROWS["a"]] = 30_000
    meeting.spoken[ROWS["b"]] = 30_000
    assert meeting.tick()["a"] == 31_100
    assert meeting.tapes[0].heard == [32_767]


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
