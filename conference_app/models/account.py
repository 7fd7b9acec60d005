"""The owner of everything else."""

import secrets

from django.db import models
from typing_extensions import override

from conference_app.models.base import TimeStampedModel, sid_field


def new_auth_token() -> str:
    """Make a secret as long as Twilio's: 32 hexadecimal digits."""
    return secrets.token_hex(16)


class AccountStatus(models.TextChoices):
    """Whether an account may do anything."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


class Account(TimeStampedModel):
    """Who calls the API and owns rooms, applications and calls. Nothing of one is visible to
    another.
    """

    sid = sid_field("AC")
    friendly_name = models.CharField(max_length=64)
    # Readable and not a hash: it is the key that signs our requests to the user's servers.
    auth_token = models.CharField(max_length=128, default=new_auth_token)
    status = models.CharField(
        max_length=16, choices=AccountStatus.choices, default=AccountStatus.ACTIVE
    )

    @override
    def __str__(self) -> str:
        return self.friendly_name
