"""What the engine tells becomes rows: in order, and the same when it comes twice."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from conference_app.models import (
    Account,
    Call,
    CallStatus,
    Conference,
    ConferenceStatus,
    EventKind,
    LeftReason,
    Participant,
    Recording,
    RecordingStatus,
    WebhookDelivery,
)
from conference_app.services import event_log, finishing_worker
from conference_app.services.recording_wish import RecordingWish
from media_engine.events import (
    ConferenceCreated,
    ConferenceEnded,
    ConferenceStarted,
    DigitPressed,
    EndReason,
    Event,
    JoinRefused,
    LeaveReason,
    LegClosed,
    LegJoined,
    LegLeft,
    LegMuted,
    PlaybackEnded,
    RecordingFinished,
    RecordingStarted,
    RefusalReason,
    RoomKey,
)
from tests.builders import NOON, build_call, build_conference

CF = "CF" + "1" * 32
RE = "RE" + "1" * 32


@pytest.fixture
def first(alice: Account) -> Call:
    return build_call(alice, "first")


@pytest.fixture
def second(alice: Account) -> Call:
    return build_call(alice, "second")


def joined(call: Call, *, muted: bool = False) -> LegJoined:
    return LegJoined(CF, call.sid, muted, start_on_enter=True, end_on_exit=False)


def left(call: Call, reason: LeaveReason = LeaveReason.HUNG_UP) -> LegLeft:
    return LegLeft(CF, call.sid, reason)


def a_meeting(account: Account, first: Call, second: Call) -> list[Event]:
    return [
        ConferenceCreated(CF, RoomKey(account.sid, "Room 1234")),
        joined(first),
        joined(second),
        ConferenceStarted(CF),
        LegMuted(CF, second.sid, True),
        LegMuted(CF, second.sid, False),
        left(first),
        LegClosed(first.sid),
        left(second, LeaveReason.KICKED),
        ConferenceEnded(CF, EndReason.LAST_KICKED, second.sid),
    ]


def record_all(events: Iterable[Event], *, times: int = 1) -> None:
    """Each event a second after the one before, told `times` times at once."""
    for seconds, event in enumerate(events):
        for _ in range(times):
            event_log.record([(event, NOON + timedelta(seconds=seconds))])


def timeline() -> list[tuple[int, str, str]]:
    events = Conference.objects.get(sid=CF).events.select_related("call")
    return [(e.sequence_number, e.kind, e.call.caller if e.call else "") for e in events]


THE_TIMELINE = [
    (1, EventKind.PARTICIPANT_JOIN, "first"),
    (2, EventKind.PARTICIPANT_JOIN, "second"),
    (3, EventKind.CONFERENCE_START, ""),
    (4, EventKind.PARTICIPANT_MUTE, "second"),
    (5, EventKind.PARTICIPANT_UNMUTE, "second"),
    (6, EventKind.PARTICIPANT_LEAVE, "first"),
    (7, EventKind.PARTICIPANT_LEAVE, "second"),
    (8, EventKind.CONFERENCE_END, "second"),
]


def test_a_meeting_is_written_down_from_first_to_last(
    alice: Account, first: Call, second: Call
) -> None:
    record_all(a_meeting(alice, first, second))
    conference = Conference.objects.get(sid=CF)
    assert (conference.status, conference.room.name) == (ConferenceStatus.COMPLETED, "Room 1234")
    assert conference.started_at == NOON + timedelta(seconds=3)
    assert conference.ended_at == NOON + timedelta(seconds=9)
    assert conference.reason_ended == "last-participant-kicked"
    assert conference.call_sid_ending == second.sid
    reasons = Participant.objects.order_by("id").values_list("reason_left", flat=True)
    assert list(reasons) == [LeftReason.HUNG_UP, LeftReason.KICKED]
    assert timeline() == THE_TIMELINE


def test_events_that_come_twice_are_written_once(alice: Account, first: Call, second: Call) -> None:
    record_all(a_meeting(alice, first, second), times=2)
    assert timeline() == THE_TIMELINE
    assert Participant.objects.count() == 2


def at_once(events: Iterable[Event]) -> list[tuple[Event, datetime]]:
    """Each event a second after the one before, to be written together."""
    return [(event, NOON + timedelta(seconds=number)) for number, event in enumerate(events)]


def test_a_meeting_that_comes_all_at_once_is_written_as_if_it_came_bit_by_bit(
    alice: Account, first: Call, second: Call
) -> None:
    events = at_once(a_meeting(alice, first, second))
    for _ in range(2):
        event_log.record([told for told in events for _ in range(2)])
    assert timeline() == THE_TIMELINE
    stays = Participant.objects.order_by("id").values_list("joined_at", "left_at", "reason_left")
    assert list(stays) == [
        (NOON + timedelta(seconds=1), NOON + timedelta(seconds=6), LeftReason.HUNG_UP),
        (NOON + timedelta(seconds=2), NOON + timedelta(seconds=8), LeftReason.KICKED),
    ]
    first.refresh_from_db()
    assert first.ended_at == NOON + timedelta(seconds=7)


def test_what_comes_together_is_written_together_or_not_at_all(
    alice: Account, first: Call, second: Call
) -> None:
    can_not_be_read = LegJoined(CF, second.sid, False, True, False, context="{")
    created = ConferenceCreated(CF, RoomKey(alice.sid, "lobby"))
    with pytest.raises(ValueError, match="Expecting"):
        event_log.record(at_once([created, joined(first), can_not_be_read]))
    assert not Conference.objects.exists()
    assert not Participant.objects.exists()


def test_somebody_who_comes_again_at_once_has_two_stays(alice: Account, first: Call) -> None:
    created = ConferenceCreated(CF, RoomKey(alice.sid, "lobby"))
    event_log.record(at_once([created, joined(first), left(first), joined(first)]))
    assert [stay.is_in for stay in Participant.objects.order_by("id")] == [False, True]
    assert [number for number, _, _ in timeline()] == [1, 2, 3]


def test_many_who_come_at_once_cost_a_query_each(
    alice: Account, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    calls = [build_call(alice, str(number)) for number in range(20)]
    record_all([ConferenceCreated(CF, RoomKey(alice.sid, "lobby")), joined(calls[0])])
    with django_assert_max_num_queries(10 + len(calls)):
        event_log.record(at_once(map(joined, calls)))
    assert len(timeline()) == len(calls)


def test_a_meeting_told_again_from_the_start_changes_nothing(
    alice: Account, first: Call, second: Call
) -> None:
    record_all(a_meeting(alice, first, second))
    before = (timeline(), list(Participant.objects.values()), list(Conference.objects.values()))
    record_all(a_meeting(alice, first, second))
    after = (timeline(), list(Participant.objects.values()), list(Conference.objects.values()))
    assert before == after


def test_old_facts_told_again_change_nothing_in_a_live_meeting(
    alice: Account, first: Call, second: Call, caplog: pytest.LogCaptureFixture
) -> None:
    meeting = a_meeting(alice, first, second)[:-2]  # the second is still in
    record_all(meeting)
    expected = timeline()
    record_all(meeting)
    assert timeline() == expected
    assert [stay.is_in for stay in Participant.objects.order_by("id")] == [False, True]
    assert not Participant.objects.get(call=second).muted
    assert not caplog.messages


def test_who_comes_again_has_another_stay(alice: Account, first: Call) -> None:
    created = ConferenceCreated(CF, RoomKey(alice.sid, "lobby"))
    record_all([created, joined(first), left(first), joined(first)], times=2)
    stays = Participant.objects.order_by("id")
    assert [stay.is_in for stay in stays] == [False, True]


def test_a_clock_that_was_put_back_keeps_nobody_in(alice: Account, first: Call) -> None:
    event_log.record([(ConferenceCreated(CF, RoomKey(alice.sid, "lobby")), NOON)])
    event_log.record([(joined(first), NOON)])
    event_log.record([(left(first), NOON - timedelta(hours=1))])
    assert not Participant.objects.get().is_in


def test_a_mute_that_was_wished_for_is_told_once(alice: Account, first: Call) -> None:
    record_all([ConferenceCreated(CF, RoomKey(alice.sid, "lobby")), joined(first)])
    Participant.objects.update(muted=True)  # what the service wrote before the engine obeyed
    record_all([LegMuted(CF, first.sid, True), LegMuted(CF, first.sid, True)])
    assert [kind for _, kind, _ in timeline()] == ["participant-join", "participant-mute"]


def test_who_joins_muted_is_first_told_of_when_unmuted(alice: Account, first: Call) -> None:
    record_all([ConferenceCreated(CF, RoomKey(alice.sid, "lobby")), joined(first, muted=True)])
    record_all([LegMuted(CF, first.sid, True), LegMuted(CF, first.sid, False)])
    assert [kind for _, kind, _ in timeline()] == ["participant-join", "participant-unmute"]
    assert not Participant.objects.get().muted


def test_the_second_meeting_in_a_room_is_another_conference(alice: Account, first: Call) -> None:
    room = RoomKey(alice.sid, "lobby")
    other = "CF" + "2" * 32
    ended = ConferenceEnded(CF, EndReason.LAST_LEFT, first.sid)
    record_all([ConferenceCreated(CF, room), ended, ConferenceCreated(other, room)])
    rooms = set(Conference.objects.values_list("room__name", flat=True))
    assert (Conference.objects.count(), rooms) == (2, {"lobby"})


def test_a_missed_end_does_not_keep_the_room_from_its_next_meeting(
    alice: Account, first: Call, caplog: pytest.LogCaptureFixture
) -> None:
    room = RoomKey(alice.sid, "lobby")
    record_all([ConferenceCreated(CF, room), joined(first)])
    record_all([ConferenceCreated("CF" + "2" * 32, room)])
    assert Conference.objects.get(sid=CF).is_over
    assert not Participant.objects.get().is_in
    assert "still open" in caplog.text


def test_a_meeting_that_ends_leaves_nobody_in(alice: Account, first: Call) -> None:
    created = ConferenceCreated(CF, RoomKey(alice.sid, "lobby"))
    record_all([created, joined(first), ConferenceEnded(CF, EndReason.ENDED_VIA_API, None)])
    stay = Participant.objects.get()
    assert (stay.is_in, stay.reason_left) == (False, LeftReason.CONFERENCE_ENDED)


@pytest.mark.parametrize("reason", list(LeaveReason))
def test_every_reason_for_leaving_has_a_word(
    alice: Account, first: Call, reason: LeaveReason
) -> None:
    created = ConferenceCreated(CF, RoomKey(alice.sid, "lobby"))
    record_all([created, joined(first), left(first, reason)])
    assert Participant.objects.get().reason_left == reason.value


@pytest.mark.parametrize(
    ("reason", "code"), [(RefusalReason.FULL, 16020), (RefusalReason.ALREADY_IN_A_MEETING, 16030)]
)
def test_who_is_turned_away_has_it_on_the_call(
    alice: Account, first: Call, reason: RefusalReason, code: int
) -> None:
    event_log.record([(JoinRefused(first.sid, RoomKey(alice.sid, "lobby"), reason), NOON)])
    first.refresh_from_db()
    assert first.error_code == code
    assert first.error_message


def test_a_closed_leg_ends_a_call_that_has_not_ended(first: Call, second: Call) -> None:
    second.status, second.ended_at = CallStatus.BUSY, NOON
    second.save()
    for call in (first, second):
        event_log.record([(LegClosed(call.sid), NOON + timedelta(seconds=1))])
        call.refresh_from_db()
    assert (first.status, first.ended_at) == (CallStatus.COMPLETED, NOON + timedelta(seconds=1))
    assert (second.status, second.ended_at) == (CallStatus.BUSY, NOON)


def _recorded(path: Path, *, samples: int, error: str | None = None) -> list[Event]:
    return [
        RecordingStarted(CF, RE, str(path)),
        RecordingFinished(CF, RE, str(path), samples, 16000, error),
    ]


def test_a_recording_is_a_row_that_waits_to_be_finished(alice: Account, media_root: Path) -> None:
    build_conference(alice, sid=CF, trim_recordings=False)
    started, finished = _recorded(media_root / "x.wav", samples=32000)
    event_log.record([(started, NOON)])
    assert Recording.objects.get().status == RecordingStatus.IN_PROGRESS
    record_all([started, finished], times=2)
    recording = Recording.objects.get()
    assert (recording.status, recording.account) == (RecordingStatus.PROCESSING, alice)
    assert (recording.started_at, recording.trim, recording.error) == (NOON, False, "")


def test_a_recording_of_a_dial_is_a_row_of_its_call_with_the_dials_wishes(first: Call) -> None:
    wish = RecordingWish(
        channels=2,
        trim=True,
        status_callback="https://example.org/recorded",
        status_callback_method="GET",
        status_callback_events=("in-progress",),
    )
    started = RecordingStarted(CF, RE, "/x.wav", first.sid, wish.to_json())
    finished = RecordingFinished(CF, RE, "/x.wav", 32000, 16000, "disk full", first.sid)
    event_log.record([(started, NOON)])
    assert Recording.objects.get().status == RecordingStatus.IN_PROGRESS
    record_all([started, finished], times=2)
    row = Recording.objects.get()
    assert (row.call, row.conference, row.account) == (first, None, first.account)
    assert (row.status, row.started_at) == (RecordingStatus.PROCESSING, NOON)
    assert (row.source, row.channels, row.track) == ("DialVerb", 2, "both")
    assert (row.trim, row.error) == (True, "disk full")
    delivery = WebhookDelivery.objects.get()
    assert (delivery.call, delivery.conference, delivery.method) == (first, None, "GET")
    assert dict(delivery.params)["RecordingStatus"] == "in-progress"


def test_what_the_engine_could_not_write_is_on_the_row(alice: Account, media_root: Path) -> None:
    build_conference(alice, sid=CF)
    record_all(_recorded(media_root / "x.wav", samples=16000, error="OSError: disk full"))
    recording = Recording.objects.get()
    assert recording.status == RecordingStatus.PROCESSING
    assert recording.error == "OSError: disk full"


def test_the_worker_is_woken_once_the_row_can_be_read(
    alice: Account, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    woken: list[int] = []
    monkeypatch.setattr(finishing_worker, "wake", lambda: woken.append(1))
    build_conference(alice, sid=CF)
    with django_capture_on_commit_callbacks() as callbacks:
        record_all(_recorded(Path("x.wav"), samples=16000))
        assert not woken
    for callback in callbacks:
        callback()
    assert woken


@pytest.mark.django_db
@pytest.mark.parametrize(
    "event",
    [
        ConferenceCreated(CF, RoomKey("AC" + "0" * 32, "lobby")),
        ConferenceStarted(CF),
        ConferenceEnded(CF, EndReason.LAST_LEFT, None),
        LegJoined(CF, "CA1", False, start_on_enter=True, end_on_exit=False),
        LegLeft(CF, "CA1", LeaveReason.LEFT),
        LegMuted(CF, "CA1", True),
        JoinRefused("CA1", RoomKey("AC1", "lobby"), RefusalReason.FULL),
        LegClosed("CA1"),
        RecordingStarted(CF, RE, "/x.wav"),
        RecordingFinished(CF, RE, "/x.wav", 0, 16000, None),
        RecordingStarted(CF, RE, "/x.wav", "CA1"),
        RecordingFinished(CF, RE, "/x.wav", 0, 16000, None, "CA1"),
    ],
    ids=lambda event: type(event).__name__,
)
def test_what_is_not_in_the_books_is_logged_and_not_raised(
    event: Event, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        event_log.record([(event, NOON)])
    assert caplog.messages


def test_who_is_not_in_is_logged(
    alice: Account, first: Call, caplog: pytest.LogCaptureFixture
) -> None:
    build_conference(alice, sid=CF)
    record_all([left(first), LegMuted(CF, first.sid, True)])
    assert len(caplog.messages) == 2
    assert timeline() == []


def test_nobody_joins_what_is_over(
    alice: Account, first: Call, caplog: pytest.LogCaptureFixture
) -> None:
    build_conference(alice, sid=CF, status=ConferenceStatus.COMPLETED)
    event_log.record([(joined(first), NOON)])
    assert not Participant.objects.exists()
    assert "is over" in caplog.text


@pytest.mark.django_db
@pytest.mark.parametrize("event", [DigitPressed("CA1", "5"), PlaybackEnded("CA1", 1, True)])
def test_pressed_keys_and_sounds_are_not_written_down(
    event: Event, caplog: pytest.LogCaptureFixture
) -> None:
    event_log.record([(event, NOON)])
    assert not caplog.messages


def test_the_moment_of_a_stay_is_the_events(alice: Account, first: Call) -> None:
    moment: datetime = NOON + timedelta(days=1)
    conference = build_conference(alice, sid=CF)
    event_log.record([(joined(first), moment)])
    assert conference.participants.get().joined_at == moment
