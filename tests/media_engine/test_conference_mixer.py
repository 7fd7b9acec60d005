"""One meeting: the rules of the <Conference> page, and what each one hears."""

from typing import Any

import numpy as np
import pytest

from media_engine.commands import JoinTerms, SetMuted
from media_engine.conference_mixer import Beeps, ConferenceMixer
from media_engine.events import (
    Audibility,
    AudibilityChanged,
    ConferenceCreated,
    ConferenceEnded,
    ConferenceStarted,
    EndReason,
    Event,
    LeaveReason,
    LegJoined,
    LegLeft,
    LegMuted,
    RecordingStarted,
    RefusalReason,
    RoomKey,
)
from media_engine.mixing import RAMP_MS
from media_engine.pcm import Pcm, Wide
from media_engine.sources import Clip

RATE_HZ = 8000
FRAME = 160
RAMP = 8 * RAMP_MS
ROOM = RoomKey("AC1", "Room 1234")
VOICES = {"a": 1, "b": 10, "c": 100, "d": 1000}
ROWS = {"a": 5, "b": 0, "c": 3, "d": 2}
ENTER, LEAVE = 10_000, 20_000
BEEP_TICKS = 3


class Tape:
    """A recording: the last sample of each frame, silence that was skipped, the end."""

    def __init__(self, recording_id: str) -> None:
        self.path = f"{recording_id}.wav"
        self.heard: list[int | str] = []
        self.loudest = 0

    def write(self, pcm: Pcm) -> None:
        assert pcm.dtype == np.int16
        self.loudest = max(self.loudest, int(pcm.max()))
        self.heard.append(int(pcm[-1]))

    def skip(self, samples: int) -> None:
        self.heard.append(f"skip {samples}")

    def finish(self) -> None:
        self.heard.append("end")


def ladder(start: int, step: int = 1) -> Clip:
    """Sound whose every frame is a step higher, for ever."""
    return Clip(
        np.repeat(np.arange(start, start + 100 * step, step, dtype=np.int16), FRAME), times=0
    )


def beep(level: int) -> Pcm:
    return np.full(BEEP_TICKS * FRAME, level, np.int16)


class Meeting:
    """A meeting whose legs speak constants: the sum that one hears tells whom he hears."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.tapes: list[Tape] = []
        self.heard = np.full((6, FRAME), np.nan, np.float32)
        self.spoken: Wide = np.zeros_like(self.heard)
        for leg_id, voice in VOICES.items():
            self.spoken[ROWS[leg_id]] = voice
        self.mixer = ConferenceMixer(
            "CF1",
            ROOM,
            rate_hz=RATE_HZ,
            beeps=Beeps(beep(ENTER), beep(LEAVE)),
            open_recording=self._record,
            emit=self.events.append,
        )

    def _record(self, conference_id: str, recording_id: str) -> Tape:
        assert conference_id == "CF1"
        self.tapes.append(Tape(recording_id))
        return self.tapes[-1]

    def join(self, leg_id: str, **terms: Any) -> None:
        self.mixer.join(leg_id, ROWS[leg_id], JoinTerms(**{"beep_on_enter": False} | terms))

    def leave(self, leg_id: str, reason: LeaveReason = LeaveReason.LEFT) -> None:
        self.mixer.leave(leg_id, reason)

    def mute(self, leg_id: str, muted: bool) -> None:
        self.mixer.steer(SetMuted("CF1", leg_id, muted))

    def tick(self, ticks: int = 1, skipped: int = 0) -> dict[str, float]:
        """Let time pass; give the last sample that each leg that is in hears."""
        for _ in range(ticks):
            self.mixer.tick(self.spoken, self.heard, skipped)
        return {
            leg_id: float(self.heard[ROWS[leg_id], -1]) for leg_id in VOICES if leg_id in self.mixer
        }

    def said(self, *kinds: type[Event]) -> list[Event]:
        return [event for event in self.events if isinstance(event, kinds)]


def meeting_of(legs: str, **terms: Any) -> Meeting:
    meeting = Meeting()
    for leg_id in legs:
        meeting.join(leg_id, **terms)
    meeting.events.clear()
    return meeting


# --- the start -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("may_start", "starts_with"),
    [
        ((True,), None),
        ((False,), None),
        ((True, True), 2),
        ((True, False), 2),
        ((False, True), 2),
        ((False, False), None),
        ((False, False, False, True), 4),
        ((False, False, True, True), 3),
    ],
)
def test_it_starts_when_two_are_in_and_one_of_them_may_start_it(
    may_start: tuple[bool, ...], starts_with: int | None
) -> None:
    meeting = Meeting()
    for number, (leg_id, start) in enumerate(zip("abcd", may_start, strict=False), 1):
        meeting.join(leg_id, start_on_enter=start)
        assert meeting.mixer.started == (starts_with is not None and number >= starts_with)
    assert len(meeting.said(ConferenceStarted)) == (starts_with is not None)


def test_one_who_may_start_and_left_again_does_not_start_it() -> None:
    meeting = Meeting()
    meeting.join("a", start_on_enter=False)
    meeting.join("b", start_on_enter=False)
    meeting.leave("a")
    meeting.join("c", start_on_enter=False)
    assert not meeting.mixer.started


def test_what_happens_is_told_in_order() -> None:
    meeting = Meeting()
    meeting.join("a", muted=True, recording_id="RE1")
    meeting.join("b", start_on_enter=False, end_on_exit=True)
    meeting.mute("a", False)
    meeting.leave("b", LeaveReason.HUNG_UP)
    assert meeting.events == [
        ConferenceCreated("CF1", ROOM),
        LegJoined("CF1", "a", True, True, False),
        LegJoined("CF1", "b", False, False, True),
        ConferenceStarted("CF1"),
        RecordingStarted("CF1", "RE1", "RE1.wav"),
        AudibilityChanged("CF1", "a", Audibility()),
        LegMuted("CF1", "a", False),
        LegLeft("CF1", "b", LeaveReason.HUNG_UP, bridged=True),
        LegLeft("CF1", "a", LeaveReason.CONFERENCE_ENDED, bridged=True),
        ConferenceEnded("CF1", EndReason.MODERATOR_LEFT, "b"),
    ]


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


# --- the end -------------------------------------------------------------------------------------

LEFT, KICKED = LeaveReason.LEFT, LeaveReason.KICKED


@pytest.mark.parametrize(
    ("moderator", "others", "reason", "expected"),
    [
        (False, "", LEFT, EndReason.LAST_LEFT),
        (False, "", LeaveReason.HUNG_UP, EndReason.LAST_LEFT),
        (False, "", LeaveReason.TIME_LIMIT, EndReason.LAST_LEFT),
        (False, "", KICKED, EndReason.LAST_KICKED),
        (False, "b", LEFT, None),
        (False, "b", KICKED, None),
        (True, "bc", LEFT, EndReason.MODERATOR_LEFT),
        (True, "bc", LeaveReason.HUNG_UP, EndReason.MODERATOR_LEFT),
        (True, "bc", KICKED, EndReason.MODERATOR_KICKED),
        (True, "", LEFT, EndReason.MODERATOR_LEFT),
    ],
)
def test_whose_leaving_ends_it_and_why(
    moderator: bool, others: str, reason: LeaveReason, expected: EndReason | None
) -> None:
    meeting = meeting_of(others)
    meeting.join("a", end_on_exit=moderator)
    meeting.leave("a", reason)
    ended = [] if expected is None else [ConferenceEnded("CF1", expected, "a")]
    assert meeting.said(ConferenceEnded) == ended
    assert meeting.mixer.ended == bool(ended)
    assert len(meeting.mixer) == (0 if ended else len(others))


def test_a_moderator_who_leaves_before_the_start_ends_it_too() -> None:
    meeting = meeting_of("ab", start_on_enter=False, end_on_exit=True)
    meeting.leave("b")
    assert meeting.events == [
        LegLeft("CF1", "b", LEFT, bridged=False),
        LegLeft("CF1", "a", LeaveReason.CONFERENCE_ENDED, bridged=False),
        ConferenceEnded("CF1", EndReason.MODERATOR_LEFT, "b"),
    ]


def test_the_operator_ends_it_for_all_once() -> None:
    meeting = meeting_of("ab")
    meeting.mixer.end()
    meeting.mixer.end()
    assert meeting.events == [
        LegLeft("CF1", "a", LeaveReason.CONFERENCE_ENDED, bridged=True),
        LegLeft("CF1", "b", LeaveReason.CONFERENCE_ENDED, bridged=True),
        ConferenceEnded("CF1", EndReason.ENDED_VIA_API, None),
    ]


def test_one_who_is_not_in_can_not_leave() -> None:
    meeting = meeting_of("ab", end_on_exit=True)
    meeting.leave("c")
    assert meeting.events == []


# --- capacity ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "joiner", "already_in", "refused"),
    [
        (2, 40, 1, False),
        (2, 40, 2, True),
        (40, 2, 2, True),
        (3, 40, 2, False),
        (40, 3, 2, False),
        (1, 40, 1, True),
        (40, 40, 4, False),
    ],
)
def test_the_room_holds_what_the_first_and_the_one_who_knocks_both_allow(
    first: int, joiner: int, already_in: int, refused: bool
) -> None:
    meeting = Meeting()
    meeting.join("a", max_participants=first)
    for leg_id in "bcd"[: already_in - 1]:
        meeting.join(leg_id, max_participants=40)
    refusal = meeting.mixer.refusal(JoinTerms(max_participants=joiner))
    assert refusal is (RefusalReason.FULL if refused else None)


def test_a_place_that_becomes_free_can_be_taken() -> None:
    meeting = meeting_of("ab", max_participants=2)
    terms = JoinTerms()
    assert meeting.mixer.refusal(terms) is RefusalReason.FULL
    meeting.leave("a")
    assert meeting.mixer.refusal(terms) is None


# --- recording -----------------------------------------------------------------------------------


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
