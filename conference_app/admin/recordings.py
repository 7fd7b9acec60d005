"""Recordings, with a player in the page."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import Media
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from typing_extensions import override

from conference_app.admin.base import (
    NOTHING,
    FactsAdmin,
    FactsInline,
    badge,
    link,
    modules,
    show_duration,
)
from conference_app.models import Conference, Recording


def player(recording: Recording) -> str:
    """Give a player for a finished recording."""
    if not recording.is_playable:
        return NOTHING
    return format_html(
        '<audio controls preload="none">{}</audio>',
        format_html_join("", '<source src="{}" type="{}">', _files(recording)),
    )


def sound(recording: Recording) -> dict[str, Any] | None:
    """Give what the page's player needs; None: there is nothing to listen to."""
    if not recording.is_playable:
        return None
    return {
        "peaks": reverse("pages:recording-peaks", args=[recording.sid]),
        "seconds": (recording.duration_ms or 0) / 1000,
        "files": [
            {"url": url, "type": kind, "name": url.rpartition(".")[2].upper()}
            for url, kind in _files(recording)
        ],
    }


def _files(recording: Recording) -> list[tuple[str, str]]:
    """Give address and type of each of its files, the smaller one first."""
    files = [(reverse("pages:recording", args=[recording.sid]), "audio/wav")]
    if recording.mp3:
        files.insert(0, (reverse("pages:recording-mp3", args=[recording.sid]), "audio/mpeg"))
    return files


class RecordingInline(FactsInline):
    """What was recorded of a conference or a call, to listen to."""

    model = Recording
    show_change_link = True
    fields = ["sid", "state", "started_at", "duration_ms", "listen", "error"]
    readonly_fields = ["sid", "state", "listen"]

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[Recording]:
        return super().get_queryset(request).defer("peaks")

    @admin.display(description="status")
    def state(self, recording: Recording) -> str:
        """The status in its colour."""
        return badge(recording.status)

    @admin.display(description="sound")
    def listen(self, recording: Recording) -> str:
        """A player."""
        return player(recording)


@admin.register(Recording)
class RecordingAdmin(FactsAdmin):
    """Recordings, newest first."""

    list_display = ["where", "listen", "state", "length", "size", "started_at"]
    list_display_links = ["started_at"]
    list_filter = ["status", "account"]
    list_select_related = ["conference", "call"]
    search_fields = [
        "sid",
        "conference__sid",
        "conference__friendly_name",
        "call__sid",
        "call__caller",
    ]
    search_help_text = "Room, caller, recording SID, conference SID or call SID"
    date_hierarchy = "started_at"
    ordering = ["-id"]
    fields = [
        "sid",
        "account",
        "where",
        "state",
        "started_at",
        "length",
        "untrimmed",
        "trim",
        "size",
        "channels",
        "track",
        "source",
        "status_callback",
        "status_callback_method",
        "status_callback_events",
        "error",
    ]
    readonly_fields = ["sid", "where", "state", "length", "untrimmed", "size"]
    change_form_outer_before_template = "control_room/recording.html"

    @property
    @override
    def media(self) -> Media:
        return super().media + modules("control_room/player.js")

    @override
    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["sound"] = sound(context["original"])
        return super().render_change_form(request, context, *args, **kwargs)

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[Recording]:
        return super().get_queryset(request).defer("peaks")

    @admin.display(description="conference or call", ordering="conference__friendly_name")
    def where(self, recording: Recording) -> str:
        """The conference or the call, linked."""
        about = recording.about
        if isinstance(about, Conference):
            return link(about, about.friendly_name)
        return link(about, about.caller or about.sid)

    @admin.display(description="status", ordering="status")
    def state(self, recording: Recording) -> str:
        """The status in its colour."""
        return badge(recording.status)

    @admin.display(description="length", ordering="duration_ms")
    def length(self, recording: Recording) -> str:
        """How long it is, once it is finished."""
        return _show_ms(recording.duration_ms)

    @admin.display(description="untrimmed")
    def untrimmed(self, recording: Recording) -> str:
        """How long the meeting was from its start."""
        return _show_ms(recording.raw_duration_ms)

    @admin.display(description="size", ordering="size_bytes")
    def size(self, recording: Recording) -> str:
        """How large the file is."""
        return NOTHING if recording.size_bytes is None else filesizeformat(recording.size_bytes)

    @admin.display(description="sound")
    def listen(self, recording: Recording) -> str:
        """A player."""
        return player(recording)


def _show_ms(length: int | None) -> str:
    return NOTHING if length is None else show_duration(timedelta(milliseconds=length))
