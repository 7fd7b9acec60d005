"""What a conference's page tells of what was: who was in, what users' servers were told, what went
wrong.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from conference_app.admin.base import duration_between, show_duration
from conference_app.admin.presence import Row, at_once, bar_of, rows_of
from conference_app.admin.speakers import spans_in_meeting
from conference_app.http_client import without_secrets
from conference_app.models import (
    Alert,
    Conference,
    DeliveryStatus,
    EventKind,
    Recording,
    WebhookDelivery,
)
from media_engine.speech_notes import merged

MOST_ROWS: Final = 100
"""Of deliveries and of alerts; the lists of either have them all."""


def history(request: HttpRequest, conference: Conference) -> dict[str, Any]:
    """Give all of it that the user may look at."""
    user = request.user
    told: dict[str, Any] = {}
    if conference.is_over:
        told.update(_presence(conference))
    if user.has_perm("conference_app.view_webhookdelivery"):
        told["deliveries"] = _deliveries(conference)
        told["all_deliveries"] = _list_of("webhookdelivery", conference)
        told["may_replay"] = user.has_perm("conference_app.change_webhookdelivery")
    if user.has_perm("conference_app.view_alert"):
        told["alerts"] = _alerts(conference)
        told["most_rows"] = MOST_ROWS
    return told


def _list_of(model: str, conference: Conference) -> str:
    """Give where all of a kind are listed that are about a conference."""
    return f"{reverse(f'admin:conference_app_{model}_changelist')}?q={conference.sid}"


def _presence(conference: Conference) -> dict[str, Any]:
    end = conference.ended_at or timezone.now()
    stays = conference.participants.select_related("call").order_by("joined_at", "id")
    events = list(conference.events.order_by("sequence_number"))
    was_told = any(event.kind == EventKind.PARTICIPANT_SPEECH_START for event in events)
    noted = [] if was_told else _recordings_with_speech(conference)
    rows = rows_of(conference, stays, events, end, spans_in_meeting(noted))
    return {
        "rows": rows,
        "kinds": _kinds(rows),
        "start": conference.created_at,
        "end": end,
        "lasted": duration_between(conference.started_at, end),
        "talk": _talk(conference, rows, end) if was_told or noted else None,
        "as_recorded": bool(noted),
    }


def _recordings_with_speech(conference: Conference) -> list[Recording]:
    rows = conference.recordings.exclude(speech={}).order_by("started_at")
    return list(rows.only("started_at", "trimmed_start_ms", "speech"))


def _talk(conference: Conference, rows: list[Row], end: datetime) -> dict[str, Any]:
    """Say how long anybody spoke, and two or more at once."""
    together = at_once(rows)
    everybody = merged(
        (span.start.timestamp(), span.end.timestamp()) for row in rows for span in row.speech
    )
    spoken = timedelta(seconds=sum(until - since for since, until in everybody))
    overlap = sum((span.length for span in together), timedelta())
    return {
        "spoken": show_duration(spoken),
        "overlap": show_duration(overlap),
        "share": f"{100 * (overlap / spoken):.0f} %" if spoken else "0 %",
        "bars": [bar_of(span, conference.created_at, end) for span in together],
    }


def _kinds(rows: list[Row]) -> list[str]:
    """Give what the drawing's colours stand for, of those that are in it."""
    drawn = {bar.kind for row in rows for bar in row.bars}
    return [kind for kind in ("in", "speech", "muted", "hold") if kind in drawn]


def _deliveries(conference: Conference) -> list[dict[str, Any]]:
    rows = WebhookDelivery.objects.filter(conference=conference).order_by("id")[:MOST_ROWS]
    return [
        {
            "row": row,
            "event": row.what,
            "url": without_secrets(row.url),
            "answer": row.last_error or row.last_status_code or "none yet",
            "replay": "Send now" if row.status == DeliveryStatus.WAITING else "Send again",
        }
        for row in rows
    ]


def _alerts(conference: Conference) -> list[Alert]:
    about = Q(conference=conference) | Q(call__participants__conference=conference)
    rows = Alert.objects.filter(about).select_related("call").distinct()
    return list(rows.order_by("id")[:MOST_ROWS])
