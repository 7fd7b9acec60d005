"""One leg's own recording: what of it is in it, from when to when, and at which level."""

from typing import Any

import numpy as np
import pytest

from media_engine.codecs import get_codec
from media_engine.commands import (
    CloseLeg,
    Command,
    EndConference,
    JoinConference,
    JoinTerms,
    Kick,
    LeaveConference,
    LegRecordingTerms,
    PauseLegRecording,
    Play,
    RecordedSides,
    ResumeLegRecording,
    SetMuted,
    StartLegRecording,
    StopLegRecording,
)
from media_engine.conference_mixer import Beeps
from media_engine.dialects import L16, WireFormat
from media_engine.events import (
    ConferenceStarted,
    Event,
    LegClosed,
    RecordingPaused,
    RecordingRefused,
    RecordingStarted,
    RoomKey,
)
from media_engine.leg import Leg
from media_engine.pcm import Pcm
from media_engine.registry import Registry
from media_engine.sources import Clip, Silence

RATE_HZ = 8000
FRAME = 160
WIRE = WireFormat(L16, RATE_HZ)
NO_SOUND = np.zeros(0, np.int16)
MUSIC = 5000
SPOKEN, HEARD = RecordedSides.SPOKEN, RecordedSides.HEARD
TOGETHER, APART = RecordedSides.TOGETHER, RecordedSides.APART


class Deaf:
    """A client that reads nothing of what it is sent."""

    def audio(self, payload: bytes) -> None:
        pass

    def mark(self, name: str) -> None:
        raise AssertionError("no mark was sent")


class Tape:
    """A recording: the last sample of each frame and channel, silence that was skipped, the end."""

    def __init__(self, *names: object) -> None:
        self.names = names
        self.path = f"{names[2]}.wav"
        self.heard: list[Any] = []

    def write(self, pcm: Pcm) -> None:
        assert pcm.dtype == np.int16
        assert len(pcm) == FRAME
        self.heard.append(pcm[-1].tolist())

    def skip(self, samples: int) -> None:
        self.heard.append(f"skip {samples}")

    def finish(self) -> None:
        self.heard.append("end")


class Studio:
    """A registry whose legs say constants."""

    def __init__(self) -> None:
        self.tapes: list[Tape] = []
        self.events: list[Event] = []
        self.legs: dict[str, Leg] = {}
        self.registry = Registry(
            mix_rate_hz=RATE_HZ,
            beeps=Beeps(NO_SOUND, NO_SOUND),
            open_recording=lambda *names: Tape(*names, "the meeting's"),
            open_leg_recording=self._record,
            emit=self.events.append,
        )

    def _record(self, *names: object) -> Tape:
        self.tapes.append(Tape(*names))
        return self.tapes[-1]

    def join(
        self,
        leg_id: str,
        sides: RecordedSides | None = None,
        *,
        waiting: bool = False,
        **terms: Any,
    ) -> None:
        if leg_id not in self.legs:
            self.open(leg_id)
        if sides is not None:
            terms["own_recording"] = LegRecordingTerms(f"RE-{leg_id}", sides, waiting, "a wish")
        joined = JoinTerms(prefill=1, **terms)
        self.apply(JoinConference(leg_id, RoomKey("AC", "R"), "CF1", joined))

    def open(self, leg_id: str) -> None:
        self.legs[leg_id] = self.registry.open_leg(leg_id, WIRE, Deaf(), prefill=1)

    def apply(self, *commands: Command) -> None:
        for command in commands:
            self.registry.apply(command)

    def said(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.events if isinstance(event, kind)]

    def tick(self, ticks: int = 1, skipped: int = 0, **levels: int) -> None:
        for _ in range(ticks):
            for leg_id, level in levels.items():
                said = np.full(FRAME, level, np.int16)
                self.legs[leg_id].receive(get_codec(L16).encode(said))
            self.registry.tick(skipped)


def music() -> Clip:
    return Clip(np.full(FRAME, MUSIC, np.int16), times=0)


def three(sides: RecordedSides) -> Studio:
    """Three in a meeting, of whom "a" is recorded; all say silence of their own accord."""
    studio = Studio()
    studio.join("a", sides)
    studio.join("b")
    studio.join("c")
    studio.tick(a=0, b=0, c=0)
    return studio


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


# --- asked for by itself, wherever the leg is ----------------------------------------------------


def alone(sides: RecordedSides = APART) -> Studio:
    """One leg that hears music and is recorded."""
    studio = Studio()
    studio.open("a")
    studio.apply(Play("a", 1, music()), start("RE1", sides))
    return studio


def start(recording_id: str, sides: RecordedSides = APART) -> StartLegRecording:
    return StartLegRecording("a", LegRecordingTerms(recording_id, sides, context="a wish"))


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
