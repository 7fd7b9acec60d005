"""Rooms: the operator's limits."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from typing_extensions import override

from conference_app.admin.base import ControlRoomAdmin
from conference_app.models import Room


@admin.register(Room)
class RoomAdmin(ControlRoomAdmin):
    """Rooms come into being by being called; one can also be made before, to limit it."""

    list_display = ["name", "account", "max_participants", "meetings", "created_at"]
    list_filter = ["account"]
    list_select_related = ["account"]
    search_fields = ["name"]
    ordering = ["name"]
    fields = ["account", "name", "max_participants"]

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
