"""A way into one room for people without an account."""

import secrets
from datetime import datetime

from django.db import models
from django.urls import reverse
from typing_extensions import override

from conference_app.models.base import TimeStampedModel
from conference_app.models.room import Room


def new_token() -> str:
    """Make what nobody guesses: 128 bits, 22 characters."""
    return secrets.token_urlsafe(16)


class GuestLink(TimeStampedModel):
    """Whoever has it comes into the room under a name of their own choice, and nowhere else.

    `max_guests`: how many browsers it lets in; empty: any number. `guests`: how many it has let in.
    `note`: what the operator calls it.
    """

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="guest_links")
    # Readable and not a hash, so that the operator can copy the address again.
    token = models.CharField(max_length=64, unique=True, editable=False, default=new_token)
    note = models.CharField(max_length=128, blank=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    max_guests = models.PositiveIntegerField(null=True, blank=True)
    guests = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(max_guests__gte=1), name="guest_link_lets_in")
        ]

    @override
    def __str__(self) -> str:
        return f"{self.note or 'guest link'} to {self.room}"

    def get_absolute_url(self) -> str:
        """Where guests go, on this server."""
        return reverse("pages:join", args=[self.token])

    def state_at(self, moment: datetime) -> str:
        """Give "open", "revoked", "expired" or "used-up"."""
        if self.revoked_at is not None:
            return "revoked"
        if self.expires_at <= moment:
            return "expired"
        if self.max_guests is not None and self.guests >= self.max_guests:
            return "used-up"
        return "open"
