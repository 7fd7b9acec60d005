"""What happened in a meeting, in order."""

from django.db import models
from typing_extensions import override

from conference_app.models.call import Call
from conference_app.models.conference import Conference


class EventKind(models.TextChoices):
    """Twilio's StatusCallbackEvent words. It knows no locks: only the timeline tells of those."""

    CONFERENCE_START = "conference-start"
    CONFERENCE_END = "conference-end"
    PARTICIPANT_JOIN = "participant-join"
    PARTICIPANT_LEAVE = "participant-leave"
    PARTICIPANT_MUTE = "participant-mute"
    PARTICIPANT_UNMUTE = "participant-unmute"
    PARTICIPANT_HOLD = "participant-hold"
    PARTICIPANT_UNHOLD = "participant-unhold"
    PARTICIPANT_MODIFY = "participant-modify"
    PARTICIPANT_SPEECH_START = "participant-speech-start"
    PARTICIPANT_SPEECH_STOP = "participant-speech-stop"
    ANNOUNCEMENT_END = "announcement-end"
    ANNOUNCEMENT_FAIL = "announcement-fail"
    CONFERENCE_LOCK = "conference-lock"
    CONFERENCE_UNLOCK = "conference-unlock"


class ConferenceEvent(models.Model):
    """One fact. Written once with the state it reports, never changed.

    `sequence_number` counts from 1 within the conference without a gap: who misses one can tell.
    The `details` of speech hold the call SID of the `active_speaker` from then on.
    """

    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="events")
    sequence_number = models.PositiveIntegerField()
    kind = models.CharField(max_length=32, choices=EventKind.choices)
    call = models.ForeignKey(
        Call, on_delete=models.CASCADE, null=True, blank=True, related_name="conference_events"
    )
    occurred_at = models.DateTimeField()
    details = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["conference", "sequence_number"]
        constraints = [
            models.UniqueConstraint(
                fields=["conference", "sequence_number"], name="event_number_unique"
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.sequence_number} {self.kind}"
