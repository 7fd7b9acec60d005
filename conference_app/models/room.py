"""A named place to meet."""

from django.core.validators import MinValueValidator
from django.db import models
from typing_extensions import override

from conference_app.models.account import Account
from conference_app.models.application import Application
from conference_app.models.base import TimeStampedModel


class Room(TimeStampedModel):
    """A name within an account, under which one conference after another takes place.

    `max_participants`: the operator's limit for this room; empty: the server's.
    `auto_gain_control`, `noise_suppression`: how those come in who come from now on. `application`:
    what brings callers of the phone here, once there has been one; its TwiML may be changed.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="rooms")
    name = models.CharField(max_length=128)
    max_participants = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)]
    )
    auto_gain_control = models.BooleanField(
        default=False, help_text="Bring all voices to one loudness, in recordings too."
    )
    noise_suppression = models.BooleanField(
        default=False, help_text="Take steady noise out of all voices, in recordings too."
    )
    application = models.OneToOneField(
        Application, on_delete=models.SET_NULL, null=True, blank=True, related_name="room"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "name"], name="room_name_unique_in_account"),
            models.CheckConstraint(
                condition=models.Q(max_participants__gte=1), name="room_holds_somebody"
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.name
