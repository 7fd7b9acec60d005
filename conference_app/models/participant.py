"""One person in a meeting."""

from django.db import models
from typing_extensions import override

from conference_app.models.base import TimeStampedModel
from conference_app.models.call import Call
from conference_app.models.conference import Conference


class ParticipantStatus(models.TextChoices):
    """Twilio's states of a participant; "connected" is being in the meeting."""

    QUEUED = "queued"
    CONNECTING = "connecting"
    RINGING = "ringing"
    CONNECTED = "connected"
    COMPLETE = "complete"
    FAILED = "failed"


class LeftReason(models.TextChoices):
    """Why somebody is out: the values of `media_engine.events.LeaveReason`, and one more."""

    HUNG_UP = "hung-up"
    LEFT = "left"
    KICKED = "kicked"
    TIME_LIMIT = "time-limit"
    REDIRECTED = "redirected"
    CONFERENCE_ENDED = "conference-ended"
    SERVER_STOPPED = "server-stopped"


class Participant(TimeStampedModel):
    """One stay of a call in a conference; a call that comes again has another row.

    What can be asked for (`muted`, `hold`, `deaf`, `volume`, `auto_gain_control`,
    `noise_suppression`, coaching, `end_on_exit`) is what was last asked for or told, whichever came
    later. `volume`: the gain with which all hear it.
    """

    conference = models.ForeignKey(
        Conference, on_delete=models.CASCADE, related_name="participants"
    )
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="participants")
    label = models.CharField(max_length=128, blank=True)
    muted = models.BooleanField(default=False)
    hold = models.BooleanField(default=False)
    deaf = models.BooleanField(default=False)
    volume = models.FloatField(default=1.0)
    auto_gain_control = models.BooleanField(default=False)
    noise_suppression = models.BooleanField(default=False)
    coaching = models.BooleanField(default=False)
    call_sid_to_coach = models.CharField(max_length=34, blank=True)
    start_on_enter = models.BooleanField(default=True)
    end_on_exit = models.BooleanField(default=False)
    status = models.CharField(
        max_length=16, choices=ParticipantStatus.choices, default=ParticipantStatus.CONNECTED
    )
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)
    reason_left = models.CharField(max_length=32, choices=LeftReason.choices, blank=True)

    class Meta:
        constraints = [
            # An event that comes twice has the same moment both times.
            models.UniqueConstraint(
                fields=["conference", "call", "joined_at"], name="participant_stay_unique"
            ),
            models.UniqueConstraint(
                fields=["conference", "call"],
                condition=models.Q(left_at__isnull=True),
                name="participant_in_only_once",
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.label or self.call_id} in {self.conference_id}"

    @property
    def is_in(self) -> bool:
        """Whether the stay still lasts."""
        return self.left_at is None
