"""One connected caller."""

from django.db import models
from typing_extensions import override

from conference_app.models.account import Account
from conference_app.models.application import Application
from conference_app.models.base import HttpMethod, TimeStampedModel, sid_field


class CallStatus(models.TextChoices):
    """Twilio's states of a call."""

    QUEUED = "queued"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    BUSY = "busy"
    FAILED = "failed"
    NO_ANSWER = "no-answer"
    CANCELED = "canceled"


UNANSWERED_CALL_STATUSES = (CallStatus.QUEUED, CallStatus.RINGING)
LIVE_CALL_STATUSES = (CallStatus.QUEUED, CallStatus.RINGING, CallStatus.IN_PROGRESS)


class CallDirection(models.TextChoices):
    """Who called whom."""

    INBOUND = "inbound"
    OUTBOUND_API = "outbound-api"
    OUTBOUND_DIAL = "outbound-dial"


class Call(TimeStampedModel):
    """A caller's connection from the first message to the last.

    `caller` and `called`: Twilio's From and To, as the caller gave them. `dialect`: the message
    format spoken. `error_code`, `error_message`: Twilio's code and the reason, for what went wrong
    last. `status_callback`, its method and events: those of a call that we make; an application's
    own count for the calls that it carries out.
    """

    sid = sid_field("CA")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="calls")
    application = models.ForeignKey(
        Application, on_delete=models.SET_NULL, null=True, blank=True, related_name="calls"
    )
    caller = models.CharField(max_length=255, blank=True)
    called = models.CharField(max_length=255, blank=True)
    direction = models.CharField(
        max_length=16, choices=CallDirection.choices, default=CallDirection.INBOUND
    )
    status = models.CharField(max_length=16, choices=CallStatus.choices, default=CallStatus.QUEUED)
    dialect = models.CharField(max_length=32, blank=True)
    # Asked for through the API; without it that of the application counts.
    status_callback = models.CharField(max_length=2048, blank=True)
    status_callback_method = models.CharField(
        max_length=4, choices=HttpMethod.choices, default=HttpMethod.POST
    )
    stream_sid = models.CharField("stream SID", max_length=34, blank=True)
    status_callback_events = models.JSONField(default=list, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    error_code = models.PositiveIntegerField(null=True, blank=True)
    error_message = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["account", "-id"], name="call_newest_of_account"),
            models.Index(
                fields=["id"], condition=models.Q(ended_at__isnull=True), name="call_not_ended"
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.caller or 'unknown'} ({self.sid})"
