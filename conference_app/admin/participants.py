"""People in conferences: to be muted, unmuted and put out."""

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest

from conference_app.admin.base import FactsAdmin, badge, link
from conference_app.models import Participant
from conference_app.services import participants


@admin.register(Participant)
class ParticipantAdmin(FactsAdmin):
    """Stays in conferences, those that last first."""

    list_display = ["who", "where", "state", "muted", "joined_at", "left_at", "reason_left"]
    list_display_links = ["state"]
    list_filter = [("left_at", admin.EmptyFieldListFilter), "muted", "reason_left"]
    list_select_related = ["call", "conference"]
    search_fields = ["call__sid", "call__caller", "conference__sid", "conference__friendly_name"]
    search_help_text = "Caller, room, call SID or conference SID"
    ordering = [F("left_at").desc(nulls_first=True), "-id"]
    actions = ["mute", "unmute", "kick"]

    @admin.display(description="caller", ordering="call__caller")
    def who(self, participant: Participant) -> str:
        """The caller, linked to the call."""
        return link(participant.call, participant.call.caller or participant.call.sid)

    @admin.display(description="conference", ordering="conference__friendly_name")
    def where(self, participant: Participant) -> str:
        """The conference, linked."""
        return link(participant.conference, participant.conference.friendly_name)

    @admin.display(description="status", ordering="status")
    def state(self, participant: Participant) -> str:
        """The status in its colour."""
        return badge(participant.status)

    @admin.action(description="Mute selected participants", permissions=["operate"])
    def mute(self, request: HttpRequest, queryset: QuerySet[Participant]) -> None:
        """Make them unheard."""
        self._set_muted(request, queryset, muted=True)

    @admin.action(description="Unmute selected participants", permissions=["operate"])
    def unmute(self, request: HttpRequest, queryset: QuerySet[Participant]) -> None:
        """Make them heard again."""
        self._set_muted(request, queryset, muted=False)

    @admin.action(description="Put selected participants out", permissions=["operate"])
    def kick(self, request: HttpRequest, queryset: QuerySet[Participant]) -> None:
        """Put them out; their calls go on."""
        self.act(
            request,
            queryset,
            lambda participant: participants.kick(participant=participant),
            "Participants asked to leave",
        )

    def _set_muted(
        self, request: HttpRequest, queryset: QuerySet[Participant], *, muted: bool
    ) -> None:
        self.act(
            request,
            queryset,
            lambda participant: participants.set_muted(participant=participant, muted=muted),
            "Participants muted" if muted else "Participants unmuted",
        )
