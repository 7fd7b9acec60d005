"""The debugger log: what went wrong for an account's owner."""

from django.contrib import admin
from django.utils.html import format_html

from conference_app.admin.base import NOTHING, FactsAdmin, badge, link
from conference_app.models import Alert


@admin.register(Alert)
class AlertAdmin(FactsAdmin):
    """Alerts, newest first."""

    list_display = ["created_at", "state", "number", "message", "where", "request_url", "account"]
    list_filter = ["level", "account", "code"]
    list_select_related = ["account", "call", "conference"]
    search_fields = ["sid", "message", "call__sid", "conference__sid"]
    search_help_text = "Words of the message, call SID, conference SID or alert SID"
    date_hierarchy = "created_at"
    ordering = ["-id"]
    fields = [
        "sid",
        "account",
        "where",
        "state",
        "number",
        "message",
        "request_method",
        "request_url",
        "left_out",
        "created_at",
    ]
    readonly_fields = ["sid", "where", "state", "number"]

    @admin.display(description="level", ordering="level")
    def state(self, alert: Alert) -> str:
        """The level in its colour."""
        return badge(alert.level)

    @admin.display(description="code", ordering="code")
    def number(self, alert: Alert) -> str:
        """The code, linked to what Twilio's dictionary says of it."""
        return format_html(
            '<a href="https://www.twilio.com/docs/api/errors/{0}" rel="noreferrer">{0}</a>',
            alert.code,
        )

    @admin.display(description="about")
    def where(self, alert: Alert) -> str:
        """The call or conference, linked."""
        if alert.call is not None:
            return link(alert.call, alert.call.sid)
        if alert.conference is not None:
            return link(alert.conference, alert.conference.friendly_name)
        return NOTHING
