"""The ends that event_log writes, and those who close what it could not: after a crash, and where
nobody came.
"""

from datetime import datetime

from django.db.models import Case, Value, When
from django.utils import timezone

from conference_app.models import (
    UNANSWERED_CALL_STATUSES,
    Call,
    CallStatus,
    Conference,
    ConferenceStatus,
    EventKind,
    LeftReason,
    Participant,
    ParticipantStatus,
)
from conference_app.services.ledger import Ledger


def end_stay(ledger: Ledger, stay: Participant, left_at: datetime, reason: LeftReason) -> None:
    """Take somebody who is in out of the books."""
    stay.status = ParticipantStatus.COMPLETE
    stay.left_at = left_at
    stay.reason_left = reason
    stay.save(update_fields=["status", "left_at", "reason_left", "updated_at"])
    kind = EventKind.PARTICIPANT_LEAVE
    ledger.append(stay.conference, kind, left_at, stay=stay, details={"reason": reason.value})


def end_conference(
    ledger: Ledger,
    conference: Conference,
    ended_at: datetime,
    *,
    reason: str = "",
    call_sid: str = "",
) -> None:
    """Close a meeting that is not over; `reason` and `call_sid` are "" when nobody knows."""
    conference.status = ConferenceStatus.COMPLETED
    conference.ended_at = ended_at
    conference.reason_ended = reason
    conference.call_sid_ending = call_sid
    conference.save(
        update_fields=["status", "ended_at", "reason_ended", "call_sid_ending", "updated_at"]
    )
    ledger.append(
        conference,
        EventKind.CONFERENCE_END,
        ended_at,
        call=ledger.call(call_sid) if call_sid else None,
        details={"reason": reason},
    )


def end_everyones_stay(
    ledger: Ledger, conference: Conference, left_at: datetime, reason: LeftReason
) -> int:
    """Take all who are still in out of the books; give how many."""
    stays = ledger.everybody_in(conference)
    for stay in stays:
        end_stay(ledger, stay, left_at, reason)
    return len(stays)


def end_call(sid: str, ended_at: datetime) -> None:
    """Close a call unless it has ended; one that nobody answered has failed.

    In one statement: its socket writes down how it ended at this very moment.
    """
    unanswered = When(status__in=UNANSWERED_CALL_STATUSES, then=Value(CallStatus.FAILED))
    Call.objects.filter(sid=sid, ended_at__isnull=True).update(
        status=Case(unanswered, default=Value(CallStatus.COMPLETED)),
        ended_at=ended_at,
        updated_at=timezone.now(),
    )
