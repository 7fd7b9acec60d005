"""What the owner of an account should know went wrong."""

from django.db import models
from typing_extensions import override

from conference_app.models.account import Account
from conference_app.models.base import TimeStampedModel, sid_field
from conference_app.models.call import Call
from conference_app.models.conference import Conference


class AlertLevel(models.TextChoices):
    """How bad it is: an error made something not happen, a warning did not."""

    ERROR = "error"
    WARNING = "warning"


class Alert(TimeStampedModel):
    """An entry of the debugger log; `code` is of Twilio's error dictionary.

    `request_url` is without user, password and query. `left_out`: how many more there were that
    have no entry of their own.
    """

    sid = sid_field("NO")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="alerts")
    call = models.ForeignKey(
        Call, on_delete=models.CASCADE, null=True, blank=True, related_name="alerts"
    )
    conference = models.ForeignKey(
        Conference, on_delete=models.CASCADE, null=True, blank=True, related_name="alerts"
    )
    level = models.CharField(max_length=8, choices=AlertLevel.choices, default=AlertLevel.ERROR)
    code = models.PositiveIntegerField()
    message = models.TextField()
    request_url = models.TextField("request URL", blank=True)
    request_method = models.CharField(max_length=4, blank=True)
    left_out = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["account", "-id"], name="alert_newest_of_account"),
            models.Index(
                fields=["account", "created_at"],
                condition=models.Q(call__isnull=True),
                name="alert_without_call",
            ),
            models.Index(fields=["created_at"], name="alert_created"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.code} {self.sid}"
