"""Where the sidebar leads: to what the user may look at."""

from typing import Any, Final

from django.http import HttpRequest
from django.urls import reverse

from conference_app import engine, selectors
from conference_app.visibility import only_visible, sees_all

_GROUPS: Final = (
    (
        "Live",
        (
            ("Meetings", "groups", "conference_app", "conference", "ended_at__isempty=1"),
            ("People", "person", "conference_app", "participant", "left_at__isempty=1"),
        ),
    ),
    (
        "History",
        (
            ("Conferences", "history", "conference_app", "conference", ""),
            ("Calls", "call", "conference_app", "call", ""),
            ("Webhooks", "webhook", "conference_app", "webhookdelivery", ""),
            ("Alerts", "notifications", "conference_app", "alert", ""),
        ),
    ),
    ("Recordings", (("Recordings", "graphic_eq", "conference_app", "recording", ""),)),
    (
        "Setup",
        (
            ("Rooms", "meeting_room", "conference_app", "room", ""),
            ("Guest links", "link", "conference_app", "guestlink", ""),
            ("Applications", "apps", "conference_app", "application", ""),
            ("TwiML bins", "code", "conference_app", "twimlbin", ""),
            ("Accounts", "badge", "conference_app", "account", ""),
            ("API keys", "key", "conference_app", "apikey", ""),
            ("Operators", "manage_accounts", "auth", "user", ""),
            ("Groups", "shield_person", "auth", "group", ""),
        ),
    ),
)
"""Title, icon, app, model and query of each list."""


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Give the groups of the sidebar, in the form that the theme asks for."""
    overview = {
        "title": "Overview",
        "icon": "dashboard",
        "link": reverse("admin:index"),
        "active": request.path == reverse("admin:index"),
    }
    groups: list[dict[str, Any]] = [{"items": [overview]}]
    for title, lists in _GROUPS:
        items = [_item(request, *entry) for entry in lists if _may_look(request, *entry[2:4])]
        groups.append({"title": title, "separator": True, "items": items})
    return groups


def _item(
    request: HttpRequest, title: str, icon: str, app: str, model: str, query: str
) -> dict[str, Any]:
    path = reverse(f"admin:{app}_{model}_changelist")
    item: dict[str, Any] = {
        "title": title,
        "icon": icon,
        "link": f"{path}?{query}" if query else path,
        "active": request.path.startswith(path) and bool(query) == _asks_for_live(request),
    }
    if (model, bool(query)) == ("conference", True):
        item["badge"] = _live_meetings(request) or None
        item["badge_variant"] = "success"
    return item


def _live_meetings(request: HttpRequest) -> int:
    """Count them on every page; whoever sees all has what the engine says, without a query."""
    if sees_all(request.user):
        return engine.state(last_ticks=1).meetings
    return only_visible(selectors.live_conferences(), request.user).count()


def _asks_for_live(request: HttpRequest) -> bool:
    return "ended_at__isempty" in request.GET or "left_at__isempty" in request.GET


def _may_look(request: HttpRequest, app: str, model: str) -> bool:
    """As the admin has it: who may change may look."""
    return any(request.user.has_perm(f"{app}.{right}_{model}") for right in ("view", "change"))
