"""The parameters of callbacks, as twilio.com/docs/voice/twiml/conference lists them: our facts in
Twilio's words.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Final, TypeAlias

from django.conf import settings

from conference_app.models import (
    Call,
    Conference,
    ConferenceEvent,
    EventKind,
    LeftReason,
    Participant,
    Recording,
    RecordingStatus,
)
from conference_app.services import http_door

Pairs: TypeAlias = list[tuple[str, str]]

WORDS: Final[Mapping[str, str]] = {
    EventKind.CONFERENCE_START: "start",
    EventKind.CONFERENCE_END: "end",
    EventKind.PARTICIPANT_JOIN: "join",
    EventKind.PARTICIPANT_LEAVE: "leave",
    EventKind.PARTICIPANT_MUTE: "mute",
    EventKind.PARTICIPANT_UNMUTE: "mute",
    EventKind.PARTICIPANT_HOLD: "hold",
    EventKind.PARTICIPANT_UNHOLD: "hold",
    EventKind.PARTICIPANT_MODIFY: "modify",
    EventKind.PARTICIPANT_SPEECH_START: "speaker",
    EventKind.PARTICIPANT_SPEECH_STOP: "speaker",
    EventKind.ANNOUNCEMENT_END: "announcement",
    EventKind.ANNOUNCEMENT_FAIL: "announcement",
}
"""The word in statusCallbackEvent that turns each event on; the others are not told."""

# The row has what was wished for, which may be ahead of what is told.
_STATE_TOLD: Final[Mapping[str, tuple[str, bool]]] = {
    EventKind.PARTICIPANT_MUTE: ("Muted", True),
    EventKind.PARTICIPANT_UNMUTE: ("Muted", False),
    EventKind.PARTICIPANT_HOLD: ("Hold", True),
    EventKind.PARTICIPANT_UNHOLD: ("Hold", False),
}

# Twilio has no words for a time limit and for hangupOnStar: the caller's side ended it there too.
_WHY_LEFT: Final[Mapping[str, str]] = {
    LeftReason.HUNG_UP: "participant_hung_up",
    LeftReason.LEFT: "participant_hung_up",
    LeftReason.TIME_LIMIT: "participant_hung_up",
    LeftReason.KICKED: "participant_updated_via_api",
    LeftReason.REDIRECTED: "participant_updated_via_api",
}

_WHY_ENDED: Final[Mapping[str, str]] = {
    "conference-ended-via-api": "The conference was ended via API.",
    "last-participant-left": "The last participant left.",
    "last-participant-kicked": "The last participant was removed.",
    "participant-with-end-conference-on-exit-left": (
        "A participant with endConferenceOnExit left."
    ),
    "participant-with-end-conference-on-exit-kicked": (
        "A participant with endConferenceOnExit was removed."
    ),
}


def of_event(event: ConferenceEvent, stay: Participant | None, number: int) -> Pairs:
    """Give those of statusCallback; `stay`: whom the event is about; `number`: the
    SequenceNumber.
    """
    conference = event.conference
    params = [
        ("ConferenceSid", conference.sid),
        ("FriendlyName", conference.friendly_name),
        ("AccountSid", conference.account.sid),
        ("SequenceNumber", str(number)),
        ("Timestamp", _moment(event.occurred_at)),
        ("StatusCallbackEvent", event.kind),
    ]
    if event.kind == EventKind.CONFERENCE_END:
        return params + _end_params(conference, _who_ended(event))
    if stay is not None:
        params += _participant_params(event, stay)
    if event.kind == EventKind.PARTICIPANT_LEAVE and stay is not None:
        params += _leave_params(stay)
    told = (("AnnounceUrl", "announce_url"), ("ReasonAnnouncementFailed", "reason"))
    if WORDS[event.kind] == "announcement":
        params += [(name, str(event.details[key])) for name, key in told if key in event.details]
    return params


def of_recording(recording: Recording) -> Pairs:
    """Give those of recordingStatusCallback, of a conference's or of a call's."""
    is_complete = recording.status == RecordingStatus.COMPLETED
    of_a_call = recording.call is not None
    return [
        ("AccountSid", recording.account.sid),
        ("CallSid" if of_a_call else "ConferenceSid", recording.about.sid),
        ("RecordingSid", recording.sid),
        ("RecordingUrl", recording_url(recording)),
        ("RecordingStatus", recording.status),
        *([("RecordingDuration", _seconds(recording))] if is_complete else []),
        ("RecordingChannels", str(recording.channels)),
        ("RecordingStartTime", _moment(recording.started_at)),
        ("RecordingSource", recording.source),
        *([("RecordingTrack", recording.track)] if of_a_call else []),
    ]


def of_conference_end(
    conference: Conference, recording: Recording | None, happened_at: datetime
) -> Pairs:
    """Give those of eventCallbackUrl; with a RecordingUrl when there is something to hear."""
    params = [
        ("EventName", "conference-record-end" if recording else "conference-end"),
        ("ConferenceSid", conference.sid),
    ]
    if recording is not None and recording.is_playable:
        params += [
            ("RecordingUrl", recording_url(recording)),
            ("Duration", _seconds(recording)),
            ("RecordingFileSize", str(recording.size_bytes)),
        ]
    return [*params, ("Timestamp", _moment(happened_at))]


def of_call(call: Call, ended_at: datetime, number: int) -> Pairs:
    """Give those of a call's status callback at its end; `number` is the SequenceNumber."""
    seconds = (ended_at - (call.started_at or ended_at)).total_seconds()
    duration = ("CallDuration", str(max(0, round(seconds))))
    return [*of_call_progress(call, call.status, number, ended_at), duration]


def of_call_progress(call: Call, status: str, number: int, happened_at: datetime) -> Pairs:
    """Give those of a call's status callback; `status` is the CallStatus that is told."""
    standard = dict(http_door.standard_params(call)) | {"CallStatus": status}
    return [
        *standard.items(),
        ("Timestamp", _moment(happened_at)),
        ("CallbackSource", "call-progress-events"),
        ("SequenceNumber", str(number)),
    ]


def recording_url(recording: Recording) -> str:
    """Give the address of a recording; with .wav or .mp3 appended it is that of its sound."""
    return recording_url_of(recording.account.sid, recording.sid)


def recording_url_of(account_sid: str, sid: str) -> str:
    """Give the address that a recording has, or will have once it is finished."""
    account = f"/{http_door.API_VERSION}/Accounts/{account_sid}"
    return f"{settings.CONFAB_PUBLIC_URL}{account}/Recordings/{sid}"


def _who_ended(event: ConferenceEvent) -> Participant | None:
    """Give the last stay of the call whose leaving ended a conference."""
    if event.call is None:
        return None
    stays = Participant.objects.filter(conference=event.conference, call=event.call)
    return stays.select_related("call").order_by("-id").first()


def _participant_params(event: ConferenceEvent, participant: Participant) -> Pairs:
    states = {
        "Muted": participant.muted,
        "Hold": participant.hold,
        "Coaching": participant.coaching,
        "EndConferenceOnExit": participant.end_on_exit,
        "StartConferenceOnEnter": participant.start_on_enter,
    }
    states.update([_STATE_TOLD[event.kind]] if event.kind in _STATE_TOLD else [])
    return [
        ("CallSid", participant.call.sid),
        *((name, "true" if value else "false") for name, value in states.items()),
        *_label("ParticipantLabel", participant),
    ]


def _leave_params(participant: Participant) -> Pairs:
    reason = participant.reason_left
    is_gone = reason in (LeftReason.HUNG_UP, LeftReason.SERVER_STOPPED)
    status = "completed" if is_gone else participant.call.status
    why = _why_all_left(participant) if reason == LeftReason.CONFERENCE_ENDED else None
    why = why or _WHY_LEFT.get(reason)
    return [
        ("ParticipantCallStatus", status),
        # Twilio has no word for a server that stopped.
        *([("ReasonParticipantLeft", why)] if why else []),
    ]


def _why_all_left(participant: Participant) -> str:
    """Tell whether a moderator's leaving ended the conference: those are out before the others."""
    moderators = Participant.objects.filter(
        conference=participant.conference_id, end_on_exit=True, left_at__isnull=False
    )
    by_moderator = moderators.exclude(reason_left=LeftReason.CONFERENCE_ENDED).exists()
    return "moderator_ended_conference" if by_moderator else "conference_ended_via_api"


def _end_params(conference: Conference, ending: Participant | None) -> Pairs:
    params: Pairs = []
    if ending is not None:
        params.append(("CallSidEndingConference", ending.call.sid))
        params += _label("ParticipantLabelEndingConference", ending)
    if conference.reason_ended:
        params.append(("ReasonConferenceEnded", conference.reason_ended))
    return [*params, ("Reason", _WHY_ENDED.get(conference.reason_ended, "The server stopped."))]


def _label(name: str, participant: Participant) -> Pairs:
    return [(name, participant.label)] if participant.label else []


def _seconds(recording: Recording) -> str:
    return str(round((recording.duration_ms or 0) / 1000))


def _moment(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC))
