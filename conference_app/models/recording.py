"""The sound of a meeting, or of one call in it, kept."""

from typing import Final

from django.db import models
from typing_extensions import override

from conference_app.models.account import Account
from conference_app.models.base import HttpMethod, TimeStampedModel, sid_field
from conference_app.models.call import Call
from conference_app.models.conference import Conference


class RecordingStatus(models.TextChoices):
    """How far a recording is. "processing": nobody speaks any more, the file is being finished.
    "absent": nothing was heard; "failed": something is lost, see `error`. "removing": it is to be
    forgotten, and its files are being deleted.
    """

    IN_PROGRESS = "in-progress"
    PROCESSING = "processing"
    COMPLETED = "completed"
    ABSENT = "absent"
    FAILED = "failed"
    REMOVING = "removing"


DRAWN: Final = ("peaks", "speech")
"""Columns of up to 100 KB, which only drawings need: defer() them."""


class KeptRecordings(models.Manager["Recording"]):
    """All but those that are being removed: for whoever asks those are gone."""

    @override
    def get_queryset(self) -> models.QuerySet["Recording"]:
        return super().get_queryset().exclude(status=RecordingStatus.REMOVING)


class Recording(TimeStampedModel):
    """One file of a conference, or of a call: during a <Dial>, or as a request wants it. Files,
    times and sizes are known once it is finished.

    Just one of `conference` and `call` is set, until it is removed: whose sound it is. From `track`
    to `status_callback_events`: what the call's <Dial>, or the request, said, in Twilio's words; a
    conference's recording has none of it, its conference says who is told.

    `trim`: silence at both ends is to be cut off. `raw_duration_ms`: the length of the meeting from
    the recording's start; `duration_ms`: of the file; `trimmed_start_ms`: what was cut off before
    it. `peaks`: as `media_engine.peaks` keeps them. `speech`: who spoke when, as
    `media_engine.speech_notes` tells it; empty: that was not noted, as in a call's recording.
    `wants_mp3`: an MP3 file is still to be made. `paused`: it is in progress and hears nothing.
    """

    sid = sid_field("RE")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="recordings")
    conference = models.ForeignKey(
        Conference, on_delete=models.CASCADE, null=True, blank=True, related_name="recordings"
    )
    call = models.ForeignKey(
        Call, on_delete=models.CASCADE, null=True, blank=True, related_name="recordings"
    )
    status = models.CharField(
        max_length=16, choices=RecordingStatus.choices, default=RecordingStatus.IN_PROGRESS
    )
    paused = models.BooleanField(default=False)
    channels = models.PositiveSmallIntegerField(default=1)
    source = models.CharField(max_length=32, default="Conference")
    track = models.CharField(max_length=8, blank=True)
    # As long as the document's author likes, as those of a conference.
    status_callback = models.TextField(blank=True)
    status_callback_method = models.CharField(
        max_length=4, choices=HttpMethod.choices, default=HttpMethod.POST
    )
    status_callback_events = models.JSONField(default=list, blank=True)
    trim = models.BooleanField(default=True)
    started_at = models.DateTimeField()
    duration_ms = models.PositiveIntegerField("duration (ms)", null=True, blank=True)
    raw_duration_ms = models.PositiveIntegerField("untrimmed (ms)", null=True, blank=True)
    trimmed_start_ms = models.PositiveIntegerField("trimmed at the start (ms)", default=0)
    size_bytes = models.PositiveBigIntegerField("size (bytes)", null=True, blank=True)
    file = models.FileField(upload_to="recordings/", max_length=255, blank=True)
    mp3 = models.FileField("MP3", upload_to="recordings/", max_length=255, blank=True)
    wants_mp3 = models.BooleanField(default=False)
    peaks = models.BinaryField(default=bytes, blank=True)
    speech = models.JSONField(default=dict, blank=True)
    error = models.TextField(blank=True)

    objects = KeptRecordings()
    everything = models.Manager["Recording"]()

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
            models.Index(
                fields=["id"], condition=models.Q(status="removing"), name="recording_removing"
            ),
            models.Index(fields=["started_at"], name="recording_started"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(conference__isnull=False, call__isnull=True)
                | models.Q(conference__isnull=True, call__isnull=False)
                # What is being removed may have outlived whose it was.
                | models.Q(conference__isnull=True, call__isnull=True, status="removing"),
                name="recording_of_conference_or_call",
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.sid

    @property
    def about(self) -> Conference | Call:
        """Whose sound it is."""
        about = self.conference or self.call
        assert about is not None, "the table's constraint says so"
        return about

    @property
    def is_finished(self) -> bool:
        """Whether nothing of it is under way any more."""
        return self.status not in (RecordingStatus.IN_PROGRESS, RecordingStatus.PROCESSING)

    @property
    def is_playable(self) -> bool:
        """Whether there is a finished file to listen to; a failed one holds what could be saved."""
        finished = self.status in (RecordingStatus.COMPLETED, RecordingStatus.FAILED)
        return finished and bool(self.file) and bool(self.size_bytes)
