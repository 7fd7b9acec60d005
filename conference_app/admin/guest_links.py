"""Guest links: who may come without an account, until when; taken back with one action."""

from collections.abc import Iterable
from typing import Any, Final

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from typing_extensions import override

from conference_app.admin.base import FactsAdmin, badge
from conference_app.models import GuestLink
from conference_app.services import guest_links, own_addresses

FIELDS: Final = ("room", "address", "state", "guests", "note", "expires_at", "max_guests")


@admin.register(GuestLink)
class GuestLinkAdmin(FactsAdmin):
    """Links, newest first. An action on rooms makes them."""

    list_display = ["room", "note", "address", "state", "guests", "max_guests", "expires_at"]
    list_filter = ["room__account"]
    list_select_related = ["room__account"]
    search_fields = ["room__name", "note"]
    date_hierarchy = "created_at"
    ordering = ["-id"]
    actions = ["revoke"]
    readonly_fields = ["room", "address", "state", "guests"]

    @override
    def has_change_permission(self, request: HttpRequest, obj: GuestLink | None = None) -> bool:
        return self.has_operate_permission(request)

    @override
    def get_list_display(self, request: HttpRequest) -> Any:
        return self._shown(request, self.list_display)

    @override
    def get_fields(self, request: HttpRequest, obj: GuestLink | None = None) -> Any:
        return self._shown(request, FIELDS)

    def _shown(self, request: HttpRequest, names: Iterable[Any]) -> list[str]:
        """Leave out the address, which lets anybody in, for those who may only look."""
        may_invite = self.has_operate_permission(request)
        return [name for name in names if may_invite or name != "address"]

    @admin.display(description="address")
    def address(self, link: GuestLink) -> str:
        """What is sent to guests."""
        url = own_addresses.absolute(link.get_absolute_url())
        return format_html('<a href="{}">{}</a>', url, url)

    @admin.display(description="status")
    def state(self, link: GuestLink) -> str:
        """Whether it lets anybody in."""
        return badge(link.state_at(timezone.now()))

    @admin.action(description="Revoke selected guest links", permissions=["operate"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[GuestLink]) -> None:
        """Let nobody else in; who is in stays."""
        self.act(
            request,
            queryset,
            lambda link: guest_links.revoke(link=link, at=timezone.now()),
            "Guest links revoked",
        )
