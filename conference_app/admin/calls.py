"""Calls: who connected, what went wrong."""

from django.contrib import admin
from django.db.models import F

from conference_app.admin.base import FactsAdmin, badge, duration_between
from conference_app.admin.recordings import RecordingInline
from conference_app.models import Call


@admin.register(Call)
class CallAdmin(FactsAdmin):
    """Calls, those that last first."""

    list_display = [
        "sid",
        "caller",
        "called",
        "state",
        "duration",
        "application",
        "account",
        "error_code",
        "created_at",
    ]
    list_filter = ["status", "dialect", "account", ("error_code", admin.EmptyFieldListFilter)]
    list_select_related = ["application", "account"]
    search_fields = ["sid", "caller", "called", "stream_sid"]
    search_help_text = "Caller, what was called, call SID or stream SID"
    date_hierarchy = "created_at"
    ordering = [F("ended_at").desc(nulls_first=True), "-id"]
    inlines = [RecordingInline]

    @admin.display(description="status", ordering="status")
    def state(self, call: Call) -> str:
        """The status in its colour."""
        return badge(call.status)

    @admin.display(description="duration")
    def duration(self, call: Call) -> str:
        """How long it has lasted."""
        return duration_between(call.started_at, call.ended_at)
