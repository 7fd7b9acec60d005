"""A meeting as the control room's live page gets it: what the books say, as JSON can carry it."""

from datetime import datetime
from typing import Any, Final

from conference_app import selectors
from conference_app.models import (
    Conference,
    ConferenceEvent,
    ConferenceStatus,
    Participant,
    RecordingStatus,
)

TIMELINE_EVENTS: Final = 100
"""The newest; the page of a meeting that is over shows all."""


def meeting_state(sid: str, *, after_fact: int = 0) -> dict[str, Any] | None:
    """Give a meeting, who is in, and what happened last, newest first, of that what comes after the
    fact of this number. None: there is no such meeting.
    """
    conference = Conference.objects.filter(sid=sid).first()
    if conference is None:
        return None
    people = conference.participants.filter(left_at__isnull=True).select_related("call")
    events = conference.events.filter(sequence_number__gt=after_fact).select_related("call")
    running = conference.recordings.filter(status=RecordingStatus.IN_PROGRESS)
    recording = running.values("paused").first()
    speaker = selectors.active_speaker(conference)
    return {
        "event": "state",
        "status": conference.status,
        "started_at": _moment(conference.started_at),
        "started": conference.status == ConferenceStatus.IN_PROGRESS,
        "locked": conference.locked,
        "recorded": recording is not None,
        "paused": recording is not None and recording["paused"],
        "people": [
            _person(participant, speaker) for participant in people.order_by("joined_at", "id")
        ],
        "timeline": [
            _fact(event) for event in events.order_by("-sequence_number")[:TIMELINE_EVENTS]
        ],
    }


def _person(participant: Participant, active_speaker: str | None) -> dict[str, Any]:
    call = participant.call
    return {
        "id": participant.pk,
        "call_sid": call.sid,
        "name": participant.label or call.caller or call.sid,
        "muted": participant.muted,
        "hold": participant.hold,
        "volume": participant.volume,
        "coaching": participant.coaching,
        "moderator": participant.end_on_exit,
        "active": call.sid == active_speaker,
        "joined_at": _moment(participant.joined_at),
    }


def _fact(event: ConferenceEvent) -> dict[str, Any]:
    return {
        "number": event.sequence_number,
        "kind": event.kind,
        "who": (event.call.caller or event.call.sid) if event.call else "",
        "more": ", ".join(_words(event.details)),
        "occurred_at": _moment(event.occurred_at),
    }


def _words(details: dict[str, Any]) -> list[str]:
    told = {name: value for name, value in details.items() if name != "active_speaker"}
    return [value for value in told.values() if isinstance(value, str)]


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
