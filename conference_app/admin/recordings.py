"""Recordings, with a player in the page."""

from datetime import timedelta

from django.contrib import admin
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html

from conference_app.admin.base import NOTHING, FactsAdmin, badge, link, show_duration
from conference_app.models import Recording


def player(recording: Recording) -> str:
    """Give a player for a finished recording."""
    if not recording.is_playable:
        return NOTHING
    url = reverse("pages:recording", args=[recording.sid])
    return format_html('<audio controls preload="none" src="{}"></audio>', url)


@admin.register(Recording)
class RecordingAdmin(FactsAdmin):
    """Recordings, newest first."""

    list_display = ["where", "listen", "state", "length", "size", "started_at"]
    list_display_links = ["started_at"]
    list_filter = ["status", "account"]
    list_select_related = ["conference"]
    search_fields = ["sid", "conference__sid", "conference__friendly_name"]
    search_help_text = "Room, recording SID or conference SID"
    date_hierarchy = "started_at"
    ordering = ["-id"]
    fields = [
        "sid",
        "account",
        "where",
        "state",
        "started_at",
        "length",
        "size",
        "channels",
        "source",
        "error",
        "listen",
    ]
    readonly_fields = ["sid", "where", "state", "length", "size", "listen"]

    @admin.display(description="conference", ordering="conference__friendly_name")
    def where(self, recording: Recording) -> str:
        """The conference, linked."""
        return link(recording.conference, recording.conference.friendly_name)

    @admin.display(description="status", ordering="status")
    def state(self, recording: Recording) -> str:
        """The status in its colour."""
        return badge(recording.status)

    @admin.display(description="length", ordering="duration_ms")
    def length(self, recording: Recording) -> str:
        """How long it is, once it is finished."""
        if recording.duration_ms is None:
            return NOTHING
        return show_duration(timedelta(milliseconds=recording.duration_ms))

    @admin.display(description="size", ordering="size_bytes")
    def size(self, recording: Recording) -> str:
        """How large the file is."""
        return NOTHING if recording.size_bytes is None else filesizeformat(recording.size_bytes)

    @admin.display(description="sound")
    def listen(self, recording: Recording) -> str:
        """A player."""
        return player(recording)
