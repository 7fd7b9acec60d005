"""One meeting in a room."""

from django.db import models
from typing_extensions import override

from conference_app.models.account import Account
from conference_app.models.base import HttpMethod, TimeStampedModel, sid_field
from conference_app.models.room import Room


class ConferenceStatus(models.TextChoices):
    """How far a meeting is; it only ever goes forward."""

    INIT = "init"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"


class Conference(TimeStampedModel):
    """A meeting: from the first who comes to the room until nobody is in it.

    `started_at`: when people were first bridged; empty if that never came to pass. `reason_ended`
    and `call_sid_ending`: Twilio's words, empty while it lasts and after a crash of the server.
    `locked`: nobody else is let in; what was last asked for or told, whichever came later.

    From `region` to `recording_status_callback_events`: what the first to join brought along; the
    events are Twilio's words. `callbacks_numbered`: the SequenceNumber that was sent last.
    """

    sid = sid_field("CF")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="conferences")
    room = models.ForeignKey(Room, on_delete=models.RESTRICT, related_name="conferences")
    friendly_name = models.CharField(max_length=128)
    status = models.CharField(
        max_length=16, choices=ConferenceStatus.choices, default=ConferenceStatus.INIT
    )
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    reason_ended = models.CharField(max_length=64, blank=True)
    call_sid_ending = models.CharField(max_length=34, blank=True)
    locked = models.BooleanField(default=False)

    region = models.CharField(max_length=8, blank=True)
    trim_recordings = models.BooleanField(default=True)
    # As long as the document's author likes: a refused row would cost the meeting its first
    # participant.
    event_callback_url = models.TextField("event callback URL", blank=True)
    status_callback = models.TextField(blank=True)
    status_callback_method = models.CharField(
        max_length=4, choices=HttpMethod.choices, default=HttpMethod.POST
    )
    status_callback_events = models.JSONField(default=list, blank=True)
    recording_status_callback = models.TextField(blank=True)
    recording_status_callback_method = models.CharField(
        max_length=4, choices=HttpMethod.choices, default=HttpMethod.POST
    )
    recording_status_callback_events = models.JSONField(default=list, blank=True)
    callbacks_numbered = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["account", "-id"], name="conference_newest_of_account"),
            models.Index(fields=["account", "friendly_name"], name="conference_by_name"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["room"],
                condition=~models.Q(status="completed"),
                name="conference_one_live_in_room",
            ),
            models.CheckConstraint(
                condition=models.Q(status="completed", ended_at__isnull=False)
                | (~models.Q(status="completed") & models.Q(ended_at__isnull=True)),
                name="conference_ended_when_completed",
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.friendly_name} ({self.sid})"

    @property
    def is_over(self) -> bool:
        """Whether nothing can be asked of it any more."""
        return self.status == ConferenceStatus.COMPLETED
