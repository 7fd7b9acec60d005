"""Our facts in Twilio's words, parameter for parameter."""

from typing import Any

import pytest

from conference_app.models import (
    Account,
    CallStatus,
    Conference,
    ConferenceEvent,
    EventKind,
    LeftReason,
    Participant,
    RecordingStatus,
)
from conference_app.services import webhook_params
from conference_app.services.webhook_params import WORDS, Pairs
from tests.builders import (
    NOON,
    build_application,
    build_call,
    build_conference,
    build_participant,
    build_recording,
)

STATES = {
    "Muted": "false",
    "Hold": "false",
    "Coaching": "false",
    "EndConferenceOnExit": "false",
    "StartConferenceOnEnter": "true",
}


@pytest.fixture
def guest(alice: Account) -> Participant:
    return build_participant(build_conference(alice), label="guest")


def told(
    kind: EventKind, conference: Conference, who: Participant | None = None, **details: Any
) -> dict[str, str]:
    if who is not None:
        who.refresh_from_db()
    event = ConferenceEvent(
        conference=conference,
        sequence_number=9,
        kind=kind,
        call=who.call if who else None,
        occurred_at=NOON,
        details=details,
    )
    return _unique(webhook_params.of_event(event, who, 7))


def _unique(pairs: Pairs) -> dict[str, str]:
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def of_every_event(conference: Conference, kind: EventKind) -> dict[str, str]:
    return {
        "ConferenceSid": conference.sid,
        "FriendlyName": "Room 1234",
        "AccountSid": conference.account.sid,
        "SequenceNumber": "7",
        "Timestamp": "Mon, 02 Mar 2026 12:00:00 +0000",
        "StatusCallbackEvent": kind.value,
    }


def of_participant(participant: Participant) -> dict[str, str]:
    return {"CallSid": participant.call.sid, **STATES, "ParticipantLabel": "guest"}


def test_each_kind_of_event_is_turned_on_by_one_of_the_nine_words() -> None:
    assert set(EventKind) - set(WORDS) == {
        EventKind.CONFERENCE_LOCK,  # Twilio knows no locks
        EventKind.CONFERENCE_UNLOCK,
    }
    assert sorted(set(WORDS.values())) == sorted(
        ["start", "end", "join", "leave", "mute", "hold", "modify", "speaker", "announcement"]
    )


def test_the_start_of_a_conference_has_what_every_event_has(guest: Participant) -> None:
    kind = EventKind.CONFERENCE_START
    assert told(kind, guest.conference) == of_every_event(guest.conference, kind)


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (EventKind.PARTICIPANT_JOIN, {}),
        (EventKind.PARTICIPANT_MUTE, {"Muted": "true"}),
        (EventKind.PARTICIPANT_UNMUTE, {"Muted": "false"}),
        (EventKind.PARTICIPANT_HOLD, {"Hold": "true"}),
        (EventKind.PARTICIPANT_UNHOLD, {"Hold": "false"}),
        (EventKind.PARTICIPANT_MODIFY, {}),
        (EventKind.PARTICIPANT_SPEECH_START, {}),
        (EventKind.PARTICIPANT_SPEECH_STOP, {}),
    ],
)
def test_an_event_of_a_participant_has_the_participants_state(
    guest: Participant, kind: EventKind, state: dict[str, str]
) -> None:
    assert told(kind, guest.conference, guest) == {
        **of_every_event(guest.conference, kind),
        **of_participant(guest),
        **state,
    }


def test_what_is_told_is_the_state_that_was_reached_and_not_the_one_wished_for(
    guest: Participant,
) -> None:
    Participant.objects.update(muted=True)
    event = told(EventKind.PARTICIPANT_UNMUTE, guest.conference, guest)
    assert event["Muted"] == "false"


def test_nobody_without_a_label_has_one(guest: Participant) -> None:
    Participant.objects.update(label="")
    assert "ParticipantLabel" not in told(EventKind.PARTICIPANT_JOIN, guest.conference, guest)


@pytest.mark.parametrize(
    ("reason", "status", "why"),
    [
        (LeftReason.HUNG_UP, "completed", "participant_hung_up"),
        (LeftReason.LEFT, "in-progress", "participant_hung_up"),
        (LeftReason.TIME_LIMIT, "in-progress", "participant_hung_up"),
        (LeftReason.KICKED, "in-progress", "participant_updated_via_api"),
        (LeftReason.REDIRECTED, "in-progress", "participant_updated_via_api"),
        (LeftReason.CONFERENCE_ENDED, "in-progress", "conference_ended_via_api"),
        (LeftReason.SERVER_STOPPED, "completed", None),
    ],
)
def test_who_leaves_has_a_reason_and_a_call_status(
    guest: Participant, reason: LeftReason, status: str, why: str | None
) -> None:
    Participant.objects.update(left_at=NOON, reason_left=reason)
    event = told(EventKind.PARTICIPANT_LEAVE, guest.conference, guest)
    expected = {"ParticipantCallStatus": status, "ReasonParticipantLeft": why}
    assert {name: event.get(name) for name in expected} == expected


def test_who_has_to_leave_because_a_moderator_did_is_told_so(guest: Participant) -> None:
    build_participant(guest.conference, end_on_exit=True, left_at=NOON, reason_left="hung-up")
    Participant.objects.filter(pk=guest.pk).update(
        left_at=NOON, reason_left=LeftReason.CONFERENCE_ENDED
    )
    event = told(EventKind.PARTICIPANT_LEAVE, guest.conference, guest)
    assert event["ReasonParticipantLeft"] == "moderator_ended_conference"


def test_the_end_says_why_and_whose_leaving_it_was(guest: Participant) -> None:
    guest.conference.reason_ended = "last-participant-left"
    kind = EventKind.CONFERENCE_END
    assert told(kind, guest.conference, guest) == {
        **of_every_event(guest.conference, kind),
        "CallSidEndingConference": guest.call.sid,
        "ParticipantLabelEndingConference": "guest",
        "ReasonConferenceEnded": "last-participant-left",
        "Reason": "The last participant left.",
    }


def test_after_a_crash_the_end_has_words_but_no_reason_of_twilios(guest: Participant) -> None:
    event = told(EventKind.CONFERENCE_END, guest.conference)
    assert event["Reason"] == "The server stopped."
    assert "ReasonConferenceEnded" not in event


@pytest.mark.parametrize(
    ("kind", "details"),
    [
        (EventKind.ANNOUNCEMENT_END, {"announce_url": "https://example.org/a"}),
        (
            EventKind.ANNOUNCEMENT_FAIL,
            {"announce_url": "https://example.org/a", "reason": "Not audio."},
        ),
    ],
)
def test_an_announcement_says_which_and_why_it_failed(
    guest: Participant, kind: EventKind, details: dict[str, str]
) -> None:
    names = {"announce_url": "AnnounceUrl", "reason": "ReasonAnnouncementFailed"}
    said = {names[key]: value for key, value in details.items()}
    to_all = told(kind, guest.conference, None, **details)
    assert to_all == {**of_every_event(guest.conference, kind), **said}
    assert told(kind, guest.conference, guest, **details) == {**to_all, **of_participant(guest)}


@pytest.mark.usefixtures("media_root")
@pytest.mark.parametrize("status", ["in-progress", "completed", "absent", "failed"])
def test_a_recording_has_the_parameters_of_its_status(
    alice: Account, status: str, settings: Any
) -> None:
    conference = build_conference(alice)
    recording = build_recording(conference, b"RIFF", status=RecordingStatus(status))
    expected = {
        "AccountSid": alice.sid,
        "ConferenceSid": conference.sid,
        "RecordingSid": recording.sid,
        "RecordingUrl": f"{settings.CONFAB_PUBLIC_URL}/2010-04-01/Accounts/{alice.sid}"
        f"/Recordings/{recording.sid}",
        "RecordingStatus": status,
        "RecordingChannels": "1",
        "RecordingStartTime": "Mon, 02 Mar 2026 12:00:00 +0000",
        "RecordingSource": "Conference",
    }
    if status == "completed":
        expected["RecordingDuration"] = "1"
    assert _unique(webhook_params.of_recording(recording)) == expected


@pytest.mark.usefixtures("media_root")
def test_a_recording_of_a_dial_has_its_call_and_its_track(alice: Account) -> None:
    call = build_call(alice)
    recording = build_recording(call, b"RIFF", channels=2, source="DialVerb", track="both")
    params = _unique(webhook_params.of_recording(recording))
    assert "ConferenceSid" not in params
    expected = {
        "CallSid": call.sid,
        "RecordingChannels": "2",
        "RecordingSource": "DialVerb",
        "RecordingTrack": "both",
        "RecordingDuration": "1",
    }
    assert {name: params[name] for name in expected} == expected


@pytest.mark.usefixtures("media_root")
def test_the_event_callback_has_the_recordings_url_length_and_size(alice: Account) -> None:
    conference = build_conference(alice)
    recording = build_recording(conference, b"RIFF")
    end = webhook_params.of_conference_end(conference, recording, NOON)
    assert _unique(end) == {
        "EventName": "conference-record-end",
        "ConferenceSid": conference.sid,
        "RecordingUrl": webhook_params.recording_url(recording),
        "Duration": "1",
        "RecordingFileSize": "4",
        "Timestamp": "Mon, 02 Mar 2026 12:00:00 +0000",
    }


@pytest.mark.usefixtures("media_root")
def test_there_is_no_url_where_there_is_nothing_to_hear(alice: Account) -> None:
    conference = build_conference(alice)
    absent = build_recording(conference, b"", status=RecordingStatus.ABSENT)
    for recording in (absent, None):
        end = webhook_params.of_conference_end(conference, recording, NOON)
        assert "RecordingUrl" not in dict(end)


def test_a_call_has_the_parameters_of_a_voice_request_and_its_duration(alice: Account) -> None:
    application = build_application(alice)
    call = build_call(alice, application=application, status=CallStatus.COMPLETED, ended_at=NOON)
    assert _unique(webhook_params.of_call(call, NOON, 0)) == {
        "CallSid": call.sid,
        "AccountSid": alice.sid,
        "From": "+15550100",
        "To": "reception",
        "Caller": "+15550100",
        "Called": "reception",
        "CallStatus": "completed",
        "ApiVersion": "2010-04-01",
        "Direction": "inbound",
        "ApplicationSid": application.sid,
        "CallDuration": "0",
        "Timestamp": "Mon, 02 Mar 2026 12:00:00 +0000",
        "CallbackSource": "call-progress-events",
        "SequenceNumber": "0",
    }
