"""What a conference's page tells of what was: who was in, what users' servers were told, what went
wrong.
"""

from typing import Any, Final

from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from conference_app.admin.base import duration_between
from conference_app.admin.presence import Row, rows_of
from conference_app.http_client import without_secrets
from conference_app.models import Alert, Conference, DeliveryStatus, WebhookDelivery

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
        told["may_replay"] = user.has_perm("conference_app.change_webhookdelivery")
    if user.has_perm("conference_app.view_alert"):
        told["alerts"] = _alerts(conference)
    return told


def _presence(conference: Conference) -> dict[str, Any]:
    end = conference.ended_at or timezone.now()
    stays = conference.participants.select_related("call").order_by("joined_at", "id")
    events = conference.events.order_by("sequence_number")
    rows = rows_of(conference, stays, events, end)
    return {
        "rows": rows,
        "spoken": any(row.spoke for row in rows),
        "kinds": _kinds(rows),
        "start": conference.created_at,
        "end": end,
        "lasted": duration_between(conference.started_at, end),
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
