"""A leg's recording that is asked for by itself, wherever the leg is."""

from typing import Any

import numpy as np
import pytest

from media_engine.commands import (
    CloseLeg,
    LeaveConference,
    PauseLegRecording,
    Play,
    RecordedSides,
    ResumeLegRecording,
    StopLegRecording,
)
from media_engine.events import LegClosed, RecordingPaused, RecordingRefused, RecordingStarted
from media_engine.pcm import Pcm
from tests.media_engine.studio import (
    APART,
    FRAME,
    HEARD,
    MUSIC,
    RATE_HZ,
    SPOKEN,
    TOGETHER,
    Studio,
    Tape,
    alone,
    music,
    start,
    three,
)


@pytest.mark.parametrize(
    ("sides", "expected"),
    [(SPOKEN, 100), (HEARD, MUSIC), (TOGETHER, MUSIC + 100), (APART, [100, MUSIC])],
)
def test_a_leg_alone_is_recorded_with_what_is_played_to_it(
    sides: RecordedSides, expected: Any
) -> None:
    studio = alone(sides)
    studio.tick(2, a=100)
    (tape,) = studio.tapes
    assert tape.heard == [expected, expected]
    assert tape.names == ("", "a", "RE1", sides.channels)
    assert studio.said(RecordingStarted) == [
        RecordingStarted("", "RE1", "RE1.wav", "a", "a wish"),
    ]


def test_it_goes_on_into_a_meeting_and_out_of_it_until_the_leg_is_gone() -> None:
    studio = alone()
    studio.tick(a=1)
    studio.join("a", wait=music())
    studio.tick(a=2)
    studio.join("b")
    studio.tick(a=3, b=10)
    studio.apply(LeaveConference("a"))
    studio.tick(a=4, b=10)
    studio.apply(CloseLeg("a"))
    studio.tick(b=10)
    (tape,) = studio.tapes
    assert tape.heard == [[1, MUSIC], [2, MUSIC], [3, 10], [4, 0], "end"]
    assert studio.events[-1] == LegClosed("a")


@pytest.mark.parametrize(
    ("skip", "heard"),
    [
        (False, [[100, 30], [0, 0], f"skip {FRAME}", [100, 30], [100, 30]]),
        (True, [[100, 30], [0, 0], [100, 30], [100, 30]]),
    ],
)
def test_paused_it_is_silent_in_both_channels_or_leaves_the_time_out(
    skip: bool, heard: list[Any]
) -> None:
    studio = three(SPOKEN)
    studio.apply(start("RE1"))
    studio.tick(a=100, b=10, c=20)
    studio.apply(PauseLegRecording("a", "RE1", skip))
    studio.tick(2, a=100, b=10, c=20)
    studio.apply(ResumeLegRecording("a", "RE1"))
    studio.tick(2, a=100, b=10, c=20)
    of_the_stay, asked_for = studio.tapes
    assert asked_for.heard == heard
    assert of_the_stay.heard == [0, 100, 100, 100, 100, 100]
    assert studio.said(RecordingPaused) == [
        RecordingPaused("", "RE1", paused) for paused in (True, False)
    ]


def test_a_pause_fades_each_channel_within_5_ms(monkeypatch: pytest.MonkeyPatch) -> None:
    frames: list[Pcm] = []
    monkeypatch.setattr(Tape, "write", lambda _, pcm: frames.append(pcm))
    studio = alone()
    studio.tick(a=1000)
    studio.apply(PauseLegRecording("a", "RE1"))
    studio.tick(a=1000)
    (_, fading) = frames
    assert fading.shape == (FRAME, 2)
    ramp = RATE_HZ * 5 // 1000
    assert not fading[ramp:].any()
    says, hears = fading[:ramp].T.astype(int)
    assert np.abs(np.diff(says, prepend=1000, append=0)).max() <= 1000 // ramp + 1
    assert np.abs(np.diff(hears, prepend=MUSIC, append=0)).max() <= MUSIC // ramp + 1


def test_one_that_is_paused_before_its_first_frame_has_none_of_it() -> None:
    studio = alone(SPOKEN)
    studio.apply(PauseLegRecording("a", "RE1"))
    studio.tick(a=100)
    assert studio.tapes[0].heard == [f"skip {FRAME}"]


def test_one_follows_another_and_never_two_at_a_time() -> None:
    studio = alone(SPOKEN)
    studio.tick(a=1)
    studio.apply(start("RE2"))
    studio.tick(a=2)
    studio.apply(StopLegRecording("a", "RE1"), start("RE3", SPOKEN))
    studio.tick(a=3)
    assert [tape.heard for tape in studio.tapes] == [[1, 2, "end"], [3]]
    assert studio.said(RecordingRefused) == [RecordingRefused("", "RE2")]


def test_one_who_is_not_there_is_not_recorded() -> None:
    studio = Studio()
    studio.apply(start("RE1"), StopLegRecording("a", "RE1"), PauseLegRecording("a", "RE1"))
    assert (studio.tapes, studio.events) == ([], [RecordingRefused("", "RE1")])


def test_the_recording_of_a_stay_is_steered_by_its_own_name() -> None:
    studio = three(SPOKEN)
    studio.apply(start("RE1", SPOKEN), PauseLegRecording("a", "RE-a", skip=True))
    studio.tick(2, a=1)
    studio.apply(ResumeLegRecording("a", "RE-a"))
    studio.tick(2, a=2)
    studio.apply(StopLegRecording("a", "RE-a"), StopLegRecording("a", "RE9"))
    studio.tick(a=3)
    studio.apply(LeaveConference("a"))
    of_the_stay, asked_for = studio.tapes
    assert of_the_stay.heard == [0, 0, 2, 2, "end"]
    assert asked_for.heard == [1, 1, 2, 2, 3]


def test_ticks_that_were_given_up_are_silence_in_both_channels() -> None:
    studio = alone()
    studio.tick(a=1, skipped=3)
    studio.tick(a=2, skipped=2)
    assert studio.tapes[0].heard == [[1, MUSIC], f"skip {2 * FRAME}", [2, MUSIC]]


def test_who_comes_to_the_row_of_one_who_was_recorded_is_not_recorded() -> None:
    studio = alone(SPOKEN)
    studio.apply(CloseLeg("a"))
    studio.open("b")
    studio.apply(Play("b", 1, music()))
    studio.tick(b=1)
    assert studio.tapes[0].heard == ["end"]
