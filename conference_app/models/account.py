"""The owner of everything else."""

import secrets

from django.conf import settings
from django.db import models
from typing_extensions import override

from conference_app.models.base import TimeStampedModel, sid_field
from conference_app.models.secret_field import SecretField


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

    `auth_token` opens everything and signs our requests to the user's servers;
    `secondary_auth_token`, while there is one, opens everything too. `operators`: those who see and
    steer in the control room what is the account's, each as far as his permissions go.
    """

    sid = sid_field("AC")
    friendly_name = models.CharField(max_length=64)
    # Readable and not hashes: a signature is made with the token itself.
    auth_token = SecretField(default=new_auth_token)
    secondary_auth_token = SecretField(blank=True, default="")
    status = models.CharField(
        max_length=16, choices=AccountStatus.choices, default=AccountStatus.ACTIVE
    )
    operators = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        blank=True,
        related_name="accounts",
        help_text="Who sees and steers what belongs to this account, as far as his permissions go."
        " Superusers see all accounts without being named here.",
    )

    @override
    def __str__(self) -> str:
        return self.friendly_name

    @property
    def auth_tokens(self) -> list[str]:
        """All tokens that open the account, the one that signs first."""
        return [token for token in (self.auth_token, self.secondary_auth_token) if token]
