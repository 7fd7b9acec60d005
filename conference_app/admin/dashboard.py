"""The first page of the control room: how things are now, and how the last hour was.

Meetings, people and webhooks are counted as far as the user sees them; disk and ticks are the
server's, and for all who come here.
"""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db.models import Count, Q
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from conference_app import engine, selectors
from conference_app.admin.charts import round_up, step_area
from conference_app.models import (
    Call,
    CallStatus,
    Conference,
    DeliveryStatus,
    Participant,
    WebhookDelivery,
)
from conference_app.visibility import Person, lacks_account, only_visible, visible_to

CHART_MINUTES: Final = 60
MEETINGS_SHOWN: Final = 20
LATE_MS: Final = 20.0
"""A tick that begins later than the next one is due is heard."""

LITTLE_DISK_SHARE: Final = 0.1


@dataclass(frozen=True, slots=True)
class Figure:
    """A number to be seen at a glance. `tone`: "", "warn" or "bad"."""

    title: str
    icon: str
    value: str
    note: str
    tone: str = ""


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add what the page shows; the theme asks for it."""
    may_look = request.user.has_perm("conference_app.view_conference")
    now = timezone.now()
    user = request.user
    context["figures"] = [*_meetings(user), _webhooks(user, now), _disk(), _ticks()]
    context["chart"] = people_chart(user, now)
    context["live_conferences"] = _live_conferences(user) if may_look else []
    context["lacks_account"] = lacks_account(user)
    return context


def people_chart(user: Person, now: datetime) -> dict[str, Any]:
    """Draw how many people were in meetings that the user sees, minute by minute, for an hour."""
    start = now - timedelta(minutes=CHART_MINUTES)
    still_in = Q(left_at__isnull=True) | Q(left_at__gt=start)
    stays = visible_to(user, Participant).filter(still_in, joined_at__lte=now)
    people = people_by_minute(stays.values_list("joined_at", "left_at").iterator(), start)
    top = round_up(max(people))
    return {"points": step_area(people, top), "top": top, "half": top // 2, "most": max(people)}


def people_by_minute(
    stays: Iterable[tuple[datetime, datetime | None]], start: datetime
) -> list[int]:
    """Count who was in during each minute from `start`, by when they came and went."""
    changes = [0] * (CHART_MINUTES + 1)
    for joined_at, left_at in stays:
        changes[_minute(joined_at, start)] += 1
        if left_at is not None:
            changes[min(CHART_MINUTES, _minute(left_at, start) + 1)] -= 1
    people, counts = 0, []
    for change in changes[:-1]:
        people += change
        counts.append(people)
    return counts


def _minute(moment: datetime, start: datetime) -> int:
    return min(CHART_MINUTES - 1, max(0, int((moment - start).total_seconds() // 60)))


def _meetings(user: Person) -> list[Figure]:
    live = only_visible(selectors.live_conferences(), user).count()
    people = visible_to(user, Participant).filter(left_at__isnull=True).count()
    calls = visible_to(user, Call).filter(ended_at__isnull=True, status=CallStatus.IN_PROGRESS)
    return [
        Figure("Meetings now", "groups", str(live), "waiting or bridged"),
        Figure("People now", "person", str(people), f"{calls.count()} callers connected"),
    ]


def _webhooks(user: Person, now: datetime) -> Figure:
    waiting = Q(status=DeliveryStatus.WAITING)
    dead = Q(status=DeliveryStatus.DEAD, last_attempt_at__gt=now - timedelta(days=1))
    count = visible_to(user, WebhookDelivery).aggregate(
        waiting=Count("id", filter=waiting), dead=Count("id", filter=dead)
    )
    note = f"waiting; {count['dead']} given up in a day"
    tone = "bad" if count["dead"] else ""
    return Figure("Webhooks", "webhook", str(count["waiting"]), note, tone)


def _disk() -> Figure:
    usage = shutil.disk_usage(settings.CONFAB_DATA_DIR)
    free, all_of_it = filesizeformat(usage.free), filesizeformat(usage.total)
    tone = "warn" if usage.free < LITTLE_DISK_SHARE * usage.total else ""
    return Figure("Disk free", "hard_drive", free, f"of {all_of_it}", tone)


def _ticks() -> Figure:
    state = engine.state()
    if not state.running:
        return Figure("Tick lateness", "timer", "–", "the engine does not run here", "bad")
    late = state.tick_lateness_ms
    note = f"99 %; the worst {late.max:.0f} ms"
    tone = "warn" if late.p99 > LATE_MS else ""
    return Figure("Tick lateness", "timer", f"{late.p99:.1f} ms", note, tone)


def _live_conferences(user: Person) -> list[Conference]:
    rows = only_visible(selectors.live_conferences(), user).select_related("account")
    still_in = Q(participants__left_at__isnull=True)
    return list(rows.annotate(people_now=Count("participants", filter=still_in))[:MEETINGS_SHOWN])
