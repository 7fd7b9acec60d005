"""Who is told of what."""

from datetime import timedelta
from typing import Any

import pytest

from conference_app.models import (
    Account,
    CallStatus,
    Conference,
    ConferenceEvent,
    ConferenceStatus,
    EventKind,
    Participant,
    Recording,
    RecordingStatus,
    WebhookDelivery,
)
from conference_app.services import calls, event_log, webhooks
from conference_app.services.join_context import JoinContext
from conference_app.services.recovery import close_what_a_crash_left
from media_engine.events import ConferenceCreated, ConferenceStarted, LegJoined, RoomKey
from tests.builders import (
    NOON,
    build_application,
    build_call,
    build_conference,
    build_event,
    build_participant,
    build_recording,
    end_of,
)

CF = "CF" + "1" * 32
STATUS = "https://example.org/status"
ENDED = "https://example.org/ended"
RECORDED = "https://example.org/recorded"
ALL_WORDS = ["start", "end", "join", "leave", "mute", "hold", "modify", "speaker", "announcement"]


def build_told(account: Account, **columns: Any) -> Conference:
    """A conference with somebody to tell."""
    columns.setdefault("status_callback_events", ALL_WORDS)
    return build_conference(account, status_callback=STATUS, **columns)


def told(name: str, url: str | None = None) -> list[str]:
    """The values of a parameter in all that is to be sent, in order."""
    rows = WebhookDelivery.objects.filter(**({"url": url} if url else {})).order_by("id")
    return [dict(row.params).get(name, "") for row in rows]


def test_only_what_was_asked_for_is_told_and_numbered_without_a_gap(alice: Account) -> None:
    conference = build_told(alice, status_callback_events=["start", "leave"])
    person = build_participant(conference)
    for kind in (EventKind.PARTICIPANT_JOIN, EventKind.CONFERENCE_START):
        build_event(conference, kind, stay=person)
    build_event(conference, EventKind.PARTICIPANT_LEAVE, stay=person)
    assert told("StatusCallbackEvent") == ["conference-start", "participant-leave"]
    assert told("SequenceNumber") == ["1", "2"]


def test_what_happens_at_once_is_numbered_without_a_gap_for_each_conference(
    alice: Account,
) -> None:
    meetings = [build_told(alice, name=name) for name in ("one", "two")]
    joined = [
        (LegJoined(meeting.sid, build_call(alice).sid, False, True, False), NOON)
        for _ in range(3)
        for meeting in meetings
    ]
    Conference.objects.update(status_callback=STATUS)
    for meeting in meetings:
        build_event(meeting, EventKind.CONFERENCE_START)
    event_log.record(joined[:4])
    event_log.record(joined[4:])
    numbers = list(zip(told("ConferenceSid"), told("SequenceNumber"), strict=True))
    for meeting in meetings:
        assert [number for sid, number in numbers if sid == meeting.sid] == list("1234")


def test_each_conference_has_its_own_numbers(alice: Account) -> None:
    for name in ("one", "two"):
        build_event(build_told(alice, name=name), EventKind.CONFERENCE_START)
    assert told("SequenceNumber") == ["1", "1"]


def test_who_named_no_url_is_told_nothing(alice: Account) -> None:
    conference = build_conference(alice, status_callback_events=ALL_WORDS)
    build_event(conference, EventKind.CONFERENCE_START)
    end_of(conference)
    assert not WebhookDelivery.objects.exists()


def test_the_method_is_the_one_that_was_asked_for(alice: Account) -> None:
    conference = build_told(alice, status_callback_method="GET")
    build_event(conference, EventKind.CONFERENCE_START)
    assert WebhookDelivery.objects.get().method == "GET"


def test_the_first_to_join_says_who_is_told_and_is_told_of(alice: Account) -> None:
    event_log.record([(ConferenceCreated(CF, RoomKey(alice.sid, "lobby")), NOON)])
    for number, url in enumerate((STATUS, "https://example.org/other")):
        context = JoinContext(
            label=f"guest {number}", status_callback=url, status_callback_events=("join",)
        )
        joined = LegJoined(CF, build_call(alice).sid, False, True, False, context.to_json())
        for _ in range(2):
            event_log.record([(joined, NOON + timedelta(seconds=number))])
    assert told("ParticipantLabel", STATUS) == ["guest 0", "guest 1"]
    assert WebhookDelivery.objects.count() == 2


def test_a_fact_that_is_not_written_is_not_told(
    alice: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    conference = build_told(alice, sid=CF, status=ConferenceStatus.INIT)
    tell = webhooks.conference_event

    def tell_and_fail(event: ConferenceEvent, stay: Participant | None) -> None:
        tell(event, stay)
        raise RuntimeError("no room")

    monkeypatch.setattr(webhooks, "conference_event", tell_and_fail)
    with pytest.raises(RuntimeError):
        event_log.record([(ConferenceStarted(CF), NOON)])
    conference.refresh_from_db()
    assert (conference.status, conference.callbacks_numbered) == (ConferenceStatus.INIT, 0)
    assert not WebhookDelivery.objects.exists()


# --- The end of a conference, and recordings ------------------------------------------------------


@pytest.mark.usefixtures("media_root")
@pytest.mark.parametrize("finished_first", [True, False])
def test_the_event_callback_waits_for_the_end_and_for_the_recording(
    alice: Account, finished_first: bool
) -> None:
    conference = build_conference(alice, event_callback_url=ENDED)
    recording = build_recording(conference, b"RIFF", status=RecordingStatus.PROCESSING)
    if finished_first:
        finish(recording)
    else:
        end_of(conference)
    assert not WebhookDelivery.objects.exists()
    if finished_first:
        end_of(conference)
    else:
        finish(recording)
    assert told("EventName", ENDED) == ["conference-record-end"]
    assert told("RecordingUrl")[0].endswith(recording.sid)


def finish(recording: Recording, status: RecordingStatus = RecordingStatus.COMPLETED) -> None:
    recording.status = status
    recording.save()
    webhooks.recording_finished(recording)


def test_a_conference_without_a_recording_tells_of_its_end_without_a_url(alice: Account) -> None:
    conference = build_conference(alice, event_callback_url=ENDED)
    end_of(conference)
    assert (told("EventName"), told("RecordingUrl")) == (["conference-end"], [""])


@pytest.mark.usefixtures("media_root")
def test_with_a_recording_callback_the_event_callback_is_silent(alice: Account) -> None:
    conference = build_conference(
        alice,
        event_callback_url=ENDED,
        recording_status_callback=RECORDED,
        recording_status_callback_events=["completed"],
    )
    recording = build_recording(conference, b"RIFF", status=RecordingStatus.PROCESSING)
    end_of(conference)
    finish(recording)
    assert (told("EventName", ENDED), told("RecordingStatus", RECORDED)) == ([], ["completed"])


@pytest.mark.usefixtures("media_root")
@pytest.mark.parametrize(
    ("asked_for", "expected"),
    [
        (["completed"], ["completed", "failed"]),
        (["in-progress"], ["in-progress"] * 3),
        (["absent"], ["absent"]),
        ([], []),
    ],
)
def test_a_recording_is_told_of_by_the_words_asked_for(
    alice: Account, asked_for: list[str], expected: list[str]
) -> None:
    conference = build_conference(
        alice, recording_status_callback=RECORDED, recording_status_callback_events=asked_for
    )
    for status in (RecordingStatus.COMPLETED, RecordingStatus.ABSENT, RecordingStatus.FAILED):
        recording = build_recording(conference, b"RIFF", status=RecordingStatus.IN_PROGRESS)
        webhooks.recording_started(recording)
        finish(recording, status)
    assert told("RecordingStatus") == expected


@pytest.mark.usefixtures("media_root")
@pytest.mark.parametrize(
    ("asked_for", "expected"),
    [(["completed"], ["completed", "failed"]), (["in-progress"], ["in-progress"] * 3), ([], [])],
)
def test_a_recording_of_a_dial_is_told_of_as_the_dial_says(
    alice: Account, asked_for: list[str], expected: list[str]
) -> None:
    call = build_call(alice)
    for status in (RecordingStatus.COMPLETED, RecordingStatus.ABSENT, RecordingStatus.FAILED):
        recording = build_recording(
            call,
            b"RIFF",
            status=RecordingStatus.IN_PROGRESS,
            status_callback=RECORDED,
            status_callback_events=asked_for,
        )
        webhooks.recording_started(recording)
        finish(recording, status)
    assert told("RecordingStatus", RECORDED) == expected
    assert told("CallSid", RECORDED) == [call.sid] * len(expected)


@pytest.mark.usefixtures("media_root")
def test_a_recording_of_a_dial_is_no_affair_of_the_conferences(alice: Account) -> None:
    conference = build_conference(alice, event_callback_url=ENDED)
    participant = build_participant(conference)
    finish(build_recording(participant.call, b"RIFF"))
    end_of(conference)
    assert (told("EventName"), told("RecordingUrl")) == (["conference-end"], [""])


# --- Calls ----------------------------------------------------------------------------------------


def test_the_end_of_a_call_is_told_to_its_application_once(alice: Account) -> None:
    application = build_application(alice, status_callback="/told")
    call = build_call(alice, application=application)
    calls.end(call=call, outcome=calls.Outcome(status=CallStatus.BUSY))
    calls.end(call=call, outcome=calls.Outcome())
    assert told("CallStatus") == ["busy"]
    assert WebhookDelivery.objects.get().url.startswith("http://127.0.0.1:")


def test_an_application_that_named_no_url_is_told_nothing(alice: Account) -> None:
    for application in (build_application(alice), None):
        call = build_call(alice, application=application)
        calls.end(call=call, outcome=calls.Outcome())
    assert not WebhookDelivery.objects.exists()


def test_calls_that_a_crash_cut_off_are_told_of_at_the_next_start(alice: Account) -> None:
    application = build_application(alice, status_callback="https://example.org/told")
    build_call(alice, application=application)
    # Its leg was closed, and then the process died.
    build_call(alice, application=application, status=CallStatus.COMPLETED, ended_at=NOON)
    for _ in range(2):
        close_what_a_crash_left(NOON + timedelta(minutes=1))
    assert told("CallDuration") == ["60", "0"]


def test_a_calls_own_callback_counts_before_its_applications(alice: Account) -> None:
    application = build_application(alice, status_callback="https://example.org/told")
    own = {"status_callback": "/own", "status_callback_method": "GET"}
    for columns in ({"application": application}, {"application": None}):
        calls.end(call=build_call(alice, **columns, **own), outcome=calls.Outcome())
    rows = WebhookDelivery.objects.all()
    assert [(row.url, row.method) for row in rows] == [("http://127.0.0.1:8000/own", "GET")] * 2


def test_a_callback_is_told_of_a_call_that_a_crash_cut_off(alice: Account) -> None:
    build_call(alice, status_callback="https://example.org/own")
    close_what_a_crash_left(NOON + timedelta(minutes=1))
    assert told("CallDuration") == ["60"]
