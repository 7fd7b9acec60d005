"""Recordings, with a player in the page."""

from collections.abc import Iterable
from typing import Any, ClassVar

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
    show_ms,
)
from conference_app.admin.recording_removal import what_goes
from conference_app.admin.speakers import lanes_of
from conference_app.admin.visible_rows import VisibleAutocompleteFilter
from conference_app.models import DRAWN, Conference, Recording
from conference_app.services import recordings


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
    lanes = lanes_of(recording)
    return {
        "peaks": reverse("pages:recording-peaks", args=[recording.sid]),
        "seconds": (recording.duration_ms or 0) / 1000,
        "milliseconds": recording.duration_ms or 1,
        "lanes": lanes,
        "speakers": [{"name": lane.name, "spans": lane.spans} for lane in lanes],
        "noted_until": show_ms(recording.speech.get("until_ms")),
        "waits_for_mp3": recording.wants_mp3,
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


class LengthFilter(admin.SimpleListFilter):
    """How long they are."""

    title = "length"
    parameter_name = "length"
    _LENGTHS_MS: ClassVar[dict[str, tuple[str, int, int]]] = {
        "seconds": ("Under a minute", 0, 60_000),
        "minutes": ("1 to 10 minutes", 60_000, 600_000),
        "long": ("10 minutes to an hour", 600_000, 3_600_000),
        "hours": ("An hour and more", 3_600_000, 2**31 - 1),
    }

    @override
    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, words) for name, (words, *_) in self._LENGTHS_MS.items()]

    @override
    def queryset(self, request: HttpRequest, queryset: QuerySet[Recording]) -> QuerySet[Recording]:
        if self.value() not in self._LENGTHS_MS:
            return queryset
        _, least, less_than = self._LENGTHS_MS[str(self.value())]
        return queryset.filter(duration_ms__gte=least, duration_ms__lt=less_than)


class RecordingInline(FactsInline):
    """What was recorded of a conference or a call, to listen to."""

    model = Recording
    show_change_link = True
    fields = ["sid", "state", "started_at", "duration_ms", "listen", "error"]
    readonly_fields = ["sid", "state", "listen"]

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[Recording]:
        rows: QuerySet[Recording] = super().get_queryset(request)
        return rows.defer(*DRAWN)

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
    list_filter = [
        "status",
        "account",
        ("conference__room", VisibleAutocompleteFilter),
        LengthFilter,
        ("started_at", admin.DateFieldListFilter),
    ]
    list_filter_submit = True
    list_select_related = ["conference", "call"]
    search_fields = [
        "sid",
        "conference__sid",
        "conference__friendly_name",
        "conference__participants__label",
        "conference__participants__call__caller",
        "call__sid",
        "call__caller",
    ]
    search_help_text = "Room, who was in, caller, recording SID, conference SID or call SID"
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
        "trimmed",
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
    readonly_fields = ["sid", "where", "state", "length", "untrimmed", "trimmed", "size"]
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
        rows: QuerySet[Recording] = super().get_queryset(request)
        return rows.defer(*DRAWN)

    @override
    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("conference_app.delete_recording")

    @override
    def get_deleted_objects(
        self, objs: Iterable[Recording], request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[str]]:
        """Say what goes, for the question before it: rows, and the files of each."""
        lacking = set() if self.has_delete_permission(request) else {"recording"}
        goes = what_goes(objs)
        return goes.words, goes.numbers, lacking, goes.unfinished

    @override
    def delete_model(self, request: HttpRequest, obj: Recording) -> None:
        recordings.remove(recording=obj)

    @override
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Recording]) -> None:
        for recording in queryset:
            recordings.remove(recording=recording)

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
        return show_ms(recording.duration_ms)

    @admin.display(description="untrimmed")
    def untrimmed(self, recording: Recording) -> str:
        """How long the meeting was from its start."""
        return show_ms(recording.raw_duration_ms)

    @admin.display(description="trimmed off its start")
    def trimmed(self, recording: Recording) -> str:
        """How much silence is missing before its first sound."""
        return show_ms(recording.trimmed_start_ms)

    @admin.display(description="size", ordering="size_bytes")
    def size(self, recording: Recording) -> str:
        """How large the file is."""
        return NOTHING if recording.size_bytes is None else filesizeformat(recording.size_bytes)

    @admin.display(description="sound")
    def listen(self, recording: Recording) -> str:
        """A player."""
        return player(recording)
