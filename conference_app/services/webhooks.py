"""What users' servers are told of: which fact to which URL, in Twilio's words.

Everything here runs inside the caller's transaction, so that a fact and the word of it are safe
together or not at all.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import urljoin

from django.conf import settings

from conference_app.models import (
    Call,
    CallStatus,
    Conference,
    ConferenceEvent,
    DeliveryKind,
    EventKind,
    Participant,
    Recording,
    RecordingStatus,
    WebhookDelivery,
)
from conference_app.services import outbox, webhook_params

# Who waits for a recording's end must hear that there will be none.
_RECORDING_WORDS: Final[Mapping[str, str]] = {
    RecordingStatus.IN_PROGRESS: "in-progress",
    RecordingStatus.COMPLETED: "completed",
    RecordingStatus.ABSENT: "absent",
    RecordingStatus.FAILED: "completed",
}

_FINAL: Final = (RecordingStatus.COMPLETED, RecordingStatus.ABSENT, RecordingStatus.FAILED)


def conference_event(event: ConferenceEvent, stay: Participant | None) -> None:
    """Tell of a fact whoever the conference's first participant named, if asked for; and of the
    end of the conference its event callback. `stay`: whom it is about.

    The conference must be the locked row: its callbacks are numbered 1, 2, 3 … without a gap, only
    those counted that are sent. So a receiver can tell whether it has missed one.
    """
    conference = event.conference
    if (
        conference.status_callback
        and webhook_params.WORDS.get(event.kind) in conference.status_callback_events
    ):
        outbox.put(
            DeliveryKind.CONFERENCE_STATUS,
            conference.status_callback,
            conference.status_callback_method,
            webhook_params.of_event(event, stay, _next_number(conference)),
            about=conference,
        )
    if event.kind == EventKind.CONFERENCE_END:
        _tell_of_the_end(conference, event.occurred_at)


def recording_started(recording: Recording) -> None:
    """Tell that a recording runs; once for each."""
    _tell_of_recording(recording)


def recording_finished(recording: Recording) -> None:
    """Tell what a recording has become: completed, absent or failed; once for each, in the
    transaction that says so in its row.
    """
    if recording.conference_id is None:
        _tell_of_recording(recording)
        return
    # Locked, so that the end of the conference and that of its recording can not miss each other.
    conference = Conference.objects.select_for_update().get(pk=recording.conference_id)
    _tell_of_recording(recording)
    if conference.is_over:
        _tell_event_callback(conference, recording, recording.updated_at)


def call_progress(call: Call, event: str, happened_at: datetime) -> None:
    """Tell of a call that we make, if asked for: initiated, ringing or answered."""
    if call.status_callback and event in call.status_callback_events:
        status = CallStatus.IN_PROGRESS if event == "answered" else event
        params = webhook_params.of_call_progress(call, status, _told_of(call), happened_at)
        outbox.put(
            DeliveryKind.CALL_PROGRESS,
            call.status_callback,
            call.status_callback_method,
            params,
            about=call,
        )


def call_ended(call: Call) -> None:
    """Tell the status callback of the call, or else of its application; once, however often this
    is asked.
    """
    teller = call if call.status_callback else call.application
    if teller is None or not teller.status_callback or call.ended_at is None:
        return
    if teller is call and "completed" not in (call.status_callback_events or ["completed"]):
        return
    told = WebhookDelivery.objects.filter(call=call, kind=DeliveryKind.CALL_STATUS)
    if told.exists():
        return
    # A path is one on this server, as with the other URLs of an application.
    url = urljoin(f"{settings.CONFAB_PUBLIC_URL}/", teller.status_callback)
    method = teller.status_callback_method
    params = webhook_params.of_call(call, call.ended_at, _told_of(call))
    outbox.put(DeliveryKind.CALL_STATUS, url, method, params, about=call)


def _told_of(call: Call) -> int:
    """How much was told of a call so far: Twilio numbers from 0."""
    return WebhookDelivery.objects.filter(call=call).count()


def _next_number(conference: Conference) -> int:
    conference.callbacks_numbered += 1
    conference.save(update_fields=["callbacks_numbered", "updated_at"])
    return conference.callbacks_numbered


def _tell_of_recording(recording: Recording) -> None:
    """Tell who is named by the conference, or by whoever wanted the call recorded."""
    conference = recording.conference
    if conference is None:
        url, method = recording.status_callback, recording.status_callback_method
        words = recording.status_callback_events
    else:
        url = conference.recording_status_callback
        method = conference.recording_status_callback_method
        words = conference.recording_status_callback_events
    if not url or _RECORDING_WORDS[recording.status] not in words:
        return
    params = webhook_params.of_recording(recording)
    outbox.put(DeliveryKind.RECORDING_STATUS, url, method, params, about=recording.about)


def _tell_of_the_end(conference: Conference, ended_at: datetime) -> None:
    """Tell the event callback of each recording that is final already; the others tell themselves.

    A conference without any is told of as well: the feature page promises a request at the end.
    """
    recordings = list(conference.recordings.order_by("id"))
    for recording in recordings:
        if recording.status in _FINAL:
            _tell_event_callback(conference, recording, ended_at)
    if not recordings:
        _tell_event_callback(conference, None, ended_at)


def _tell_event_callback(
    conference: Conference, recording: Recording | None, happened_at: datetime
) -> None:
    if not conference.event_callback_url or conference.recording_status_callback:
        return
    outbox.put(
        DeliveryKind.CONFERENCE_END,
        conference.event_callback_url,
        "POST",
        webhook_params.of_conference_end(conference, recording, happened_at),
        about=conference,
    )
