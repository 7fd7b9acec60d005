"""Rooms: the operator's limits."""

from datetime import timedelta
from typing import Any, Final

from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from typing_extensions import override

from conference_app.admin.base import ControlRoomAdmin
from conference_app.models import Room
from conference_app.services import guest_links, own_addresses

LINK_LIFE: Final = timedelta(days=7)
"""Of a guest link that is made here; it can be changed at the link."""


@admin.register(Room)
class RoomAdmin(ControlRoomAdmin):
    """Rooms come into being by being called; one can also be made before, to limit it."""

    list_display = ["name", "account", "max_participants", "meetings", "created_at"]
    list_filter = ["account"]
    list_select_related = ["account"]
    search_fields = ["name"]
    ordering = ["name"]
    fields = ["account", "name", "max_participants", "auto_gain_control", "noise_suppression"]
    actions = ["make_guest_link"]

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[Room]:
        rows: QuerySet[Room] = super().get_queryset(request)
        return rows.annotate(held=Count("conferences"))

    @override
    def get_readonly_fields(self, request: HttpRequest, obj: Room | None = None) -> list[str]:
        return ["account", "name"] if obj else []

    @override
    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="conferences", ordering="held")
    def meetings(self, room: Room) -> int:
        """How many took place."""
        return int(getattr(room, "held", 0))

    def has_invite_permission(self, request: HttpRequest) -> bool:
        """Whether the user may let guests in."""
        return bool(request.user.has_perm("conference_app.add_guestlink"))

    @admin.action(description="Make a guest link, good for a week", permissions=["invite"])
    def make_guest_link(self, request: HttpRequest, queryset: QuerySet[Room]) -> None:
        """Show the address of a new link to each room."""
        for room in queryset:
            link = guest_links.create(room=room, expires_at=timezone.now() + LINK_LIFE)
            url = own_addresses.absolute(link.get_absolute_url())
            text = format_html('Guest link to {}: <a href="{}">{}</a>', room, url, url)
            self.message_user(request, text, messages.SUCCESS)
