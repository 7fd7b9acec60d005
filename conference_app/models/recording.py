"""The sound of a meeting, kept."""

from django.db import models
from typing_extensions import override

from conference_app.models.account import Account
from conference_app.models.base import TimeStampedModel, sid_field
from conference_app.models.conference import Conference


class RecordingStatus(models.TextChoices):
    """How far a recording is. "processing": nobody speaks any more, the file is being finished.
    "absent": nothing was heard; "failed": something is lost, see `error`.
    """

    IN_PROGRESS = "in-progress"
    PROCESSING = "processing"
    COMPLETED = "completed"
    ABSENT = "absent"
    FAILED = "failed"


class Recording(TimeStampedModel):
    """One file of a conference, mono. Files, times and sizes are known once it is finished.

    `trim`: silence at both ends is to be cut off. `raw_duration_ms`: the length of the meeting from
    the recording's start; `duration_ms`: of the file. `peaks`: as `media_engine.peaks` keeps them.
    `wants_mp3`: an MP3 file is still to be made. `paused`: it is in progress and hears nothing.
    """

    sid = sid_field("RE")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="recordings")
    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="recordings")
    status = models.CharField(
        max_length=16, choices=RecordingStatus.choices, default=RecordingStatus.IN_PROGRESS
    )
    paused = models.BooleanField(default=False)
    channels = models.PositiveSmallIntegerField(default=1)
    source = models.CharField(max_length=32, default="Conference")
    trim = models.BooleanField(default=True)
    started_at = models.DateTimeField()
    duration_ms = models.PositiveIntegerField("duration (ms)", null=True, blank=True)
    raw_duration_ms = models.PositiveIntegerField("untrimmed (ms)", null=True, blank=True)
    size_bytes = models.PositiveBigIntegerField("size (bytes)", null=True, blank=True)
    file = models.FileField(upload_to="recordings/", max_length=255, blank=True)
    mp3 = models.FileField("MP3", upload_to="recordings/", max_length=255, blank=True)
    wants_mp3 = models.BooleanField(default=False)
    peaks = models.BinaryField(default=bytes, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["account", "-id"], name="recording_newest_of_account"),
            models.Index(
                fields=["id"],
                condition=models.Q(status__in=["in-progress", "processing"]),
                name="recording_not_finished",
            ),
            models.Index(
                fields=["id"], condition=models.Q(wants_mp3=True), name="recording_wants_mp3"
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.sid

    @property
    def is_playable(self) -> bool:
        """Whether there is a finished file to listen to; a failed one holds what could be saved."""
        finished = self.status in (RecordingStatus.COMPLETED, RecordingStatus.FAILED)
        return finished and bool(self.file) and bool(self.size_bytes)
