"""Webhooks: what users' servers were told, what they answered, and telling them again."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join

from conference_app.admin.base import NOTHING, FactsAdmin, badge, link
from conference_app.http_client import without_secrets
from conference_app.models import DeliveryStatus, WebhookDelivery
from conference_app.services import outbox


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(FactsAdmin):
    """Deliveries, newest first."""

    list_display = [
        "id",
        "kind",
        "what",
        "state",
        "where_to",
        "attempts",
        "last_answer",
        "next_try",
        "about",
        "created_at",
    ]
    list_filter = ["status", "kind", "account"]
    list_select_related = ["conference", "call"]
    search_fields = ["conference__sid", "call__sid", "receiver", "idempotency_token"]
    search_help_text = "Conference SID, call SID, receiver or idempotency token"
    date_hierarchy = "created_at"
    ordering = ["-id"]
    actions = ["replay"]
    fields = [
        "kind",
        "account",
        "about",
        "state",
        "method",
        "where_to",
        "parameters",
        "idempotency_token",
        "attempts",
        "last_attempt_at",
        "last_answer",
        "next_try",
        "delivered_at",
        "created_at",
    ]
    readonly_fields = ["about", "state", "where_to", "parameters", "last_answer", "next_try"]

    @admin.display(description="event")
    def what(self, delivery: WebhookDelivery) -> str:
        """The parameter that says what happened."""
        return delivery.what or NOTHING

    @admin.display(description="status", ordering="status")
    def state(self, delivery: WebhookDelivery) -> str:
        """The status in its colour."""
        return badge(delivery.status)

    @admin.display(description="URL", ordering="receiver")
    def where_to(self, delivery: WebhookDelivery) -> str:
        """The URL without what may be secret in it."""
        return without_secrets(delivery.url)

    @admin.display(description="last answer", ordering="last_status_code")
    def last_answer(self, delivery: WebhookDelivery) -> str:
        """The receiver's status, or why there was none."""
        return delivery.last_error or str(delivery.last_status_code or NOTHING)

    @admin.display(description="next try", ordering="next_attempt_at")
    def next_try(self, delivery: WebhookDelivery) -> str:
        """When it is to be tried, if it is."""
        is_waiting = delivery.status == DeliveryStatus.WAITING
        return f"{delivery.next_attempt_at:%Y-%m-%d %H:%M:%S}" if is_waiting else NOTHING

    @admin.display(description="about")
    def about(self, delivery: WebhookDelivery) -> str:
        """The conference or the call, linked."""
        if delivery.conference is not None:
            return link(delivery.conference, delivery.conference.friendly_name)
        return link(delivery.call, delivery.call.sid) if delivery.call is not None else NOTHING

    @admin.display(description="parameters")
    def parameters(self, delivery: WebhookDelivery) -> str:
        """All that is sent, a line each."""
        return format_html_join("", "{} = {}<br>", delivery.params)

    @admin.action(description="Replay selected deliveries", permissions=["operate"])
    def replay(self, request: HttpRequest, queryset: QuerySet[WebhookDelivery]) -> None:
        """Send them again, with the tokens they had, in the order in which they were first sent."""
        self.act(
            request,
            queryset.order_by("id"),
            lambda delivery: outbox.replay(delivery=delivery),
            "Deliveries to be sent again",
        )
