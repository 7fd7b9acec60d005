"""Who could hear whom, as it changed."""

from django.db import models
from typing_extensions import override

from conference_app.models.call import Call
from conference_app.models.conference import Conference


class AudibilityChange(models.Model):
    """How a participant is heard, and hears, from a moment on until the next change of theirs.

    Written once for each change, and for each joining that is not on ordinary terms (heard by all,
    hearing all). `volumes`: the gains of single listeners, by their call SIDs. `call_sid_to_coach`:
    the one who hears them; "": all do.
    """

    conference = models.ForeignKey(
        Conference, on_delete=models.CASCADE, related_name="audibility_changes"
    )
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="audibility_changes")
    occurred_at = models.DateTimeField()
    muted = models.BooleanField(default=False)
    hold = models.BooleanField(default=False)
    deaf = models.BooleanField(default=False)
    volume = models.FloatField(default=1.0)
    auto_gain_control = models.BooleanField(default=False)
    noise_suppression = models.BooleanField(default=False)
    call_sid_to_coach = models.CharField(max_length=34, blank=True)
    volumes = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["conference", "occurred_at"]
        constraints = [
            # An event that comes twice has the same moment both times.
            models.UniqueConstraint(
                fields=["conference", "call", "occurred_at"], name="audibility_change_unique"
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.call_id} in {self.conference_id} at {self.occurred_at}"
