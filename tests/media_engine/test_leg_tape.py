"""The recording of a leg's stay in a meeting: what of it is in it, from when to when, how loud."""

from typing import Any

import pytest

from media_engine.commands import (
    CloseLeg,
    Command,
    EndConference,
    Kick,
    LeaveConference,
    Play,
    RecordedSides,
    SetMuted,
)
from media_engine.events import ConferenceStarted, RecordingStarted
from media_engine.sources import Silence
from tests.media_engine.studio import (
    APART,
    FRAME,
    HEARD,
    MUSIC,
    SPOKEN,
    TOGETHER,
    Studio,
    music,
    three,
)


@pytest.mark.parametrize(
    ("sides", "expected"),
    [(SPOKEN, 100), (HEARD, 30), (TOGETHER, 130), (APART, [100, 30])],
)
def test_each_side_has_its_exact_level(sides: RecordedSides, expected: Any) -> None:
    studio = three(sides)
    studio.tick(a=100, b=10, c=20)
    (tape,) = studio.tapes
    assert tape.heard[-1] == expected
    assert tape.names == ("CF1", "a", "RE-a", sides.channels)


@pytest.mark.parametrize(
    ("sides", "expected"),
    [(HEARD, 32_767), (TOGETHER, 32_767), (APART, [30_000, 32_767])],
)
def test_a_sum_over_full_scale_is_clipped(sides: RecordedSides, expected: Any) -> None:
    studio = three(sides)
    studio.tick(a=30_000, b=30_000, c=30_000)
    assert studio.tapes[0].heard[-1] == expected


def test_the_sum_of_both_sides_is_clipped_once_at_its_end() -> None:
    studio = three(TOGETHER)
    studio.tick(a=-30_000, b=30_000, c=20_000)
    assert studio.tapes[0].heard[-1] == 20_000


def test_it_begins_when_the_leg_hears_the_meeting_and_has_no_music() -> None:
    studio = Studio()
    studio.join("a", APART, wait=music())
    studio.tick(3, a=1)
    assert studio.tapes == []
    studio.join("b")
    studio.tick(2, a=1, b=2)
    assert studio.tapes[0].heard == [[1, 2], [1, 2]]


def test_while_waiting_it_has_the_music_too() -> None:
    studio = Studio()
    studio.join("a", APART, waiting=True, wait=music())
    studio.tick(2, a=1)
    studio.join("b")
    studio.tick(a=1, b=2)
    assert studio.tapes[0].heard == [[1, MUSIC], [1, MUSIC], [1, 2]]


def test_a_leg_that_comes_to_a_running_meeting_is_recorded_at_once() -> None:
    studio = Studio()
    for leg_id in "abc":
        studio.join(leg_id, APART if leg_id == "c" else None)
    studio.tick(a=1, b=2, c=4)
    assert studio.tapes[0].heard == [[4, 3]]


def test_the_start_is_told_once_with_whose_it_is_and_the_wish() -> None:
    studio = Studio()
    studio.join("a", APART)
    studio.join("b")
    studio.tick(3, a=1, b=1)
    started = RecordingStarted("CF1", "RE-a", "RE-a.wav", "a", "a wish")
    told = [event for event in studio.events if isinstance(event, RecordingStarted)]
    assert told == [started]
    assert studio.events.index(ConferenceStarted("CF1")) < studio.events.index(started)


@pytest.mark.parametrize(
    "command",
    [LeaveConference("a"), Kick("CF1", "a"), CloseLeg("a"), EndConference("CF1")],
    ids=lambda command: type(command).__name__,
)
def test_it_ends_when_the_leg_is_out(command: Command) -> None:
    studio = three(SPOKEN)
    studio.apply(command)
    studio.tick(2)
    assert studio.tapes[0].heard == [0, "end"]


def test_it_ends_when_a_moderator_ends_the_meeting() -> None:
    studio = Studio()
    studio.join("a", SPOKEN)
    studio.join("b", end_on_exit=True)
    studio.tick(a=1)
    studio.apply(CloseLeg("b"))
    studio.tick(a=1)
    assert studio.tapes[0].heard == [1, "end"]


def test_what_is_heard_after_the_meeting_is_not_in_it() -> None:
    studio = three(HEARD)
    studio.apply(LeaveConference("a"))
    studio.apply(Play("a", 1, music()))
    studio.tick(2)
    assert studio.tapes[0].heard == [0, "end"]


def test_one_who_never_heard_the_meeting_has_no_recording() -> None:
    studio = Studio()
    studio.join("a", APART, wait=Silence())
    studio.tick(2, a=1)
    studio.apply(LeaveConference("a"))
    studio.tick(a=1)
    assert studio.tapes == []
    assert not any(isinstance(event, RecordingStarted) for event in studio.events)


def test_each_stay_is_a_recording_of_its_own() -> None:
    studio = three(SPOKEN)
    studio.apply(LeaveConference("a"))
    studio.tick(a=1)
    studio.join("a", SPOKEN)
    studio.tick(a=2)
    assert [tape.heard for tape in studio.tapes] == [[0, "end"], [2]]


def test_ticks_that_were_given_up_are_silence_in_it_but_not_before_it_began() -> None:
    studio = Studio()
    studio.join("a", SPOKEN)
    studio.join("b")
    studio.tick(a=1, skipped=3)
    studio.tick(a=2, skipped=2)
    studio.tick(a=3)
    assert studio.tapes[0].heard == [1, f"skip {2 * FRAME}", 2, 3]


def test_muted_in_the_meeting_is_not_muted_in_ones_own_recording() -> None:
    studio = three(APART)
    studio.apply(SetMuted("CF1", "a", muted=True))
    studio.tick(2, a=100, b=10, c=20)
    assert studio.tapes[0].heard[-1] == [100, 30]


def test_several_legs_of_one_meeting_are_recorded_each_for_itself() -> None:
    studio = Studio()
    studio.join("a", APART)
    studio.join("b", TOGETHER)
    studio.join("c")
    studio.tick(a=1, b=2, c=4)
    assert [tape.heard for tape in studio.tapes] == [[[1, 6]], [7]]


def test_closing_the_house_ends_it() -> None:
    studio = three(SPOKEN)
    studio.registry.close()
    assert studio.tapes[0].heard[-1] == "end"
