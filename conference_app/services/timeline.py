"""The numbered facts of a conference, and the ends that event_log and recovery both write.

Everything here runs inside the caller's transaction, with the conference's row locked.
"""

import logging
from datetime import datetime
from typing import Any

from django.db.models import Max

from conference_app.models import (
    UNANSWERED_CALL_STATUSES,
    Call,
    CallStatus,
    Conference,
    ConferenceEvent,
    ConferenceStatus,
    EventKind,
    LeftReason,
    Participant,
    ParticipantStatus,
)
from conference_app.services import webhooks

logger = logging.getLogger(__name__)


def locked_conference(sid: str) -> Conference | None:
    """Give the row, locked until the transaction ends: numbering relies on it."""
    conference = Conference.objects.select_for_update().filter(sid=sid).first()
    if conference is None:
        logger.warning("the engine told of %s, which is not in the books", sid)
    return conference


def append(
    conference: Conference,
    kind: EventKind,
    occurred_at: datetime,
    *,
    call: Call | None = None,
    **details: Any,
) -> ConferenceEvent:
    """Write the next fact, and the word of it to whoever asked for that; `details` must fit into
    JSON.
    """
    last = conference.events.aggregate(last=Max("sequence_number"))["last"] or 0
    event = ConferenceEvent.objects.create(
        conference=conference,
        sequence_number=last + 1,
        kind=kind,
        call=call,
        occurred_at=occurred_at,
        details=details,
    )
    webhooks.conference_event(event)
    return event


def end_stay(participant: Participant, left_at: datetime, reason: LeftReason) -> None:
    """Take somebody who is in out of the books."""
    participant.status = ParticipantStatus.COMPLETE
    participant.left_at = left_at
    participant.reason_left = reason
    participant.save(update_fields=["status", "left_at", "reason_left", "updated_at"])
    append(
        participant.conference,
        EventKind.PARTICIPANT_LEAVE,
        left_at,
        call=participant.call,
        reason=reason.value,
    )


def end_conference(
    conference: Conference, ended_at: datetime, *, reason: str = "", call_sid: str = ""
) -> None:
    """Close a meeting that is not over; `reason` and `call_sid` are "" when nobody knows."""
    conference.status = ConferenceStatus.COMPLETED
    conference.ended_at = ended_at
    conference.reason_ended = reason
    conference.call_sid_ending = call_sid
    conference.save(
        update_fields=["status", "ended_at", "reason_ended", "call_sid_ending", "updated_at"]
    )
    call = Call.objects.filter(sid=call_sid).first() if call_sid else None
    append(conference, EventKind.CONFERENCE_END, ended_at, call=call, reason=reason)


def end_everyones_stay(conference: Conference, left_at: datetime, reason: LeftReason) -> int:
    """Take all who are still in out of the books; give how many."""
    participants = conference.participants.filter(left_at__isnull=True).select_related("call")
    for participant in participants.order_by("id"):
        # The caller's own object holds the lock; a second one would carry older values.
        participant.conference = conference
        end_stay(participant, left_at, reason)
    return len(participants)


def end_call(call: Call, ended_at: datetime) -> None:
    """Close a call that has not ended; one that nobody answered has failed."""
    call.status = (
        CallStatus.FAILED if call.status in UNANSWERED_CALL_STATUSES else CallStatus.COMPLETED
    )
    call.ended_at = ended_at
    call.save(update_fields=["status", "ended_at", "updated_at"])
