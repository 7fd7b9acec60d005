"""One meeting: the rules of the <Conference> page."""

import pytest

from media_engine.commands import ChangeExit, JoinTerms
from media_engine.events import (
    Audibility,
    AudibilityChanged,
    ConferenceCreated,
    ConferenceEnded,
    ConferenceStarted,
    EndReason,
    LeaveReason,
    LegJoined,
    LegLeft,
    LegModified,
    LegMuted,
    RecordingStarted,
    RefusalReason,
)
from tests.media_engine.meeting import CF, ROOM, Meeting, meeting_of, steer, talk_of

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
