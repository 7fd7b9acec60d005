"""What somebody is to be told, and how far that is."""

import uuid
from typing import Final

from django.db import models
from django.utils import timezone
from typing_extensions import override

from conference_app.models.account import Account
from conference_app.models.base import HttpMethod, TimeStampedModel
from conference_app.models.call import Call
from conference_app.models.conference import Conference

_WHAT_HAPPENED: Final = ("StatusCallbackEvent", "EventName", "RecordingStatus", "CallStatus")


class DeliveryKind(models.TextChoices):
    """What the receiver asked to be told of: the callback that names its URL."""

    CONFERENCE_STATUS = "conference-status"
    CONFERENCE_END = "conference-end"
    RECORDING_STATUS = "recording-status"
    CALL_PROGRESS = "call-progress"
    CALL_STATUS = "call-status"


class DeliveryStatus(models.TextChoices):
    """How far a delivery is. "dead": given up until somebody replays it."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"


def new_idempotency_token() -> str:
    """Make a name for a delivery, the same at each try."""
    return str(uuid.uuid4())


class WebhookDelivery(TimeStampedModel):
    """One request to a user's server, written in the transaction that made the fact true.

    `queue`: deliveries of one queue (a conference's or call's to one URL) leave in the order of
    their ids. `receiver`: scheme, host and port, "" for a URL that is none. `params`: [name, value]
    pairs. `queued_at`: when it was written, or replayed last. `claimed_by` has it in hand until
    `claimed_until`; a claim that has run out counts as none.
    """

    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="webhook_deliveries"
    )
    conference = models.ForeignKey(
        Conference,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="webhook_deliveries",
    )
    call = models.ForeignKey(
        Call, on_delete=models.CASCADE, null=True, blank=True, related_name="webhook_deliveries"
    )
    kind = models.CharField(max_length=32, choices=DeliveryKind.choices)
    # As long as the document's author likes; a refused row would cost the fact that it tells of.
    url = models.TextField("URL")
    method = models.CharField(max_length=4, choices=HttpMethod.choices, default=HttpMethod.POST)
    params = models.JSONField("parameters", default=list)
    queue = models.CharField(max_length=64)
    receiver = models.TextField(blank=True)
    idempotency_token = models.CharField(max_length=36, unique=True, default=new_idempotency_token)
    status = models.CharField(
        max_length=16, choices=DeliveryStatus.choices, default=DeliveryStatus.WAITING
    )
    attempts = models.PositiveIntegerField(default=0)
    queued_at = models.DateTimeField(default=timezone.now)
    next_attempt_at = models.DateTimeField("next try", default=timezone.now)
    claimed_by = models.CharField(max_length=64, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    last_attempt_at = models.DateTimeField("last try", null=True, blank=True)
    last_status_code = models.PositiveSmallIntegerField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "webhook deliveries"
        indexes = [
            models.Index(
                fields=["queue", "id"],
                condition=models.Q(status="waiting"),
                name="delivery_waiting_in_queue",
            ),
            models.Index(
                fields=["next_attempt_at"],
                condition=models.Q(status="waiting"),
                name="delivery_due",
            ),
            models.Index(fields=["created_at"], name="delivery_created"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.kind} {self.pk} to {self.receiver or 'nobody'}"

    @property
    def what(self) -> str:
        """What happened, in the word of the parameter that says so; "" for none."""
        told = dict(self.params)
        return next((told[name] for name in _WHAT_HAPPENED if name in told), "")
