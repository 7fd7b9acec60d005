"""Conferences: the live ones first, each with its people, recordings and timeline."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, F, Q, QuerySet
from django.forms import Media
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST
from typing_extensions import override

from conference_app.admin.base import (
    NOTHING,
    FactsAdmin,
    FactsInline,
    badge,
    duration_between,
    link,
    modules,
)
from conference_app.admin.history import history
from conference_app.admin.recordings import RecordingInline
from conference_app.admin.steering import carry_out, orders_of, read_key
from conference_app.models import Conference, ConferenceEvent, Participant, WebhookDelivery
from conference_app.services import conferences, outbox
from conference_app.visibility import visible_to


class ParticipantInline(FactsInline):
    """Who is or was in."""

    model = Participant
    show_change_link = True
    ordering = [F("left_at").desc(nulls_first=True), "-id"]
    fields = ["who", "state", "muted", "hold", "coaching", "joined_at", "left_at", "reason_left"]
    readonly_fields = ["who", "state"]

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[Participant]:
        rows: QuerySet[Participant] = super().get_queryset(request)
        return rows.select_related("call")

    @admin.display(description="caller")
    def who(self, participant: Participant) -> str:
        """The caller, linked to the call."""
        return link(participant.call, participant.call.caller or participant.call.sid)

    @admin.display(description="status")
    def state(self, participant: Participant) -> str:
        """The status in its colour."""
        return badge(participant.status)


class EventInline(FactsInline):
    """What happened, in order."""

    model = ConferenceEvent
    verbose_name_plural = "timeline"
    fields = ["sequence_number", "occurred_at", "what", "who", "more"]
    readonly_fields = ["what", "who", "more"]

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[ConferenceEvent]:
        rows: QuerySet[ConferenceEvent] = super().get_queryset(request)
        return rows.select_related("call")

    @admin.display(description="event")
    def what(self, event: ConferenceEvent) -> str:
        """The kind, in the words of the webhooks."""
        return event.kind

    @admin.display(description="caller")
    def who(self, event: ConferenceEvent) -> str:
        """The caller whom it concerns."""
        return event.call.caller or event.call.sid if event.call else NOTHING

    @admin.display(description="details")
    def more(self, event: ConferenceEvent) -> str:
        """What else was told."""
        return ", ".join(f"{name}: {value}" for name, value in event.details.items()) or NOTHING


@admin.register(Conference)
class ConferenceAdmin(FactsAdmin):
    """Meetings, live ones first."""

    list_display = ["friendly_name", "state", "people", "duration", "account", "created_at", "sid"]
    list_filter = ["status", "account", ("ended_at", admin.EmptyFieldListFilter)]
    list_select_related = ["account"]
    search_fields = ["sid", "friendly_name", "participants__call__sid"]
    search_help_text = "Room, conference SID or call SID"
    date_hierarchy = "created_at"
    ordering = [F("ended_at").desc(nulls_first=True), "-id"]
    actions = ["end_conferences"]
    inlines = [ParticipantInline, RecordingInline, EventInline]
    fields = [
        "sid",
        "account",
        "room",
        "state",
        "people",
        "duration",
        "created_at",
        "started_at",
        "ended_at",
        "reason_ended",
        "call_sid_ending",
    ]
    readonly_fields = ["sid", "state", "people", "duration"]
    change_form_outer_before_template = "control_room/conference.html"

    @property
    @override
    def media(self) -> Media:
        return super().media + modules("control_room/live.js")

    @override
    def get_urls(self) -> list[URLPattern]:
        steer = path(
            "<str:key>/steer/",
            self.admin_site.admin_view(require_POST(self.steer)),
            name="conference_app_conference_steer",
        )
        replay = path(
            "<str:key>/replay/",
            self.admin_site.admin_view(require_POST(self.replay)),
            name="conference_app_conference_replay",
        )
        return [steer, replay, *super().get_urls()]

    def steer(self, request: HttpRequest, key: str) -> JsonResponse:
        """Do what a button of the live page asks for."""
        return carry_out(request, key)

    def replay(self, request: HttpRequest, key: str) -> HttpResponse:
        """Send a webhook of the conference again, and show its page with how that went."""
        if not request.user.has_perm("conference_app.change_webhookdelivery"):
            raise PermissionDenied
        rows = visible_to(request.user, WebhookDelivery).filter(conference_id=read_key(key))
        delivery = rows.filter(pk=read_key(request.POST.get("delivery", "")))
        self.act(
            request, delivery, lambda row: outbox.replay(delivery=row), "Webhooks to be sent again"
        )
        return redirect("admin:conference_app_conference_change", key)

    @override
    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        conference: Conference = context["original"]
        context["history"] = history(request, conference)
        if not conference.is_over:
            context["live"] = {
                "socket": f"/control-room/{conference.sid}",
                "steer": reverse("admin:conference_app_conference_steer", args=[conference.pk]),
                "orders": orders_of(request),
            }
        return super().render_change_form(request, context, *args, **kwargs)

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[Conference]:
        rows: QuerySet[Conference] = super().get_queryset(request)
        # Distinct: a search joins the participants a second time.
        still_in = Q(participants__left_at__isnull=True)
        return rows.annotate(people_now=Count("participants", filter=still_in, distinct=True))

    @admin.display(description="status", ordering="status")
    def state(self, conference: Conference) -> str:
        """The status in its colour."""
        return badge(conference.status)

    @admin.display(description="people now")
    def people(self, conference: Conference) -> str:
        """How many are in, linked to where they can be muted and put out."""
        number: int = getattr(conference, "people_now", 0)
        if conference.is_over or not number:
            return NOTHING
        url = reverse("admin:conference_app_participant_changelist")
        query = f"conference__id__exact={conference.pk}&left_at__isempty=1"
        return format_html('<a href="{}?{}">{}</a>', url, query, number)

    @admin.display(description="duration")
    def duration(self, conference: Conference) -> str:
        """How long people have been bridged."""
        return duration_between(conference.started_at, conference.ended_at)

    @admin.action(description="End selected conferences for everybody", permissions=["operate"])
    def end_conferences(self, request: HttpRequest, queryset: QuerySet[Conference]) -> None:
        """Ask for the end; the page shows it after the engine has done so."""
        self.act(
            request,
            queryset,
            lambda conference: conferences.end(conference=conference),
            "Conferences asked to end",
        )
