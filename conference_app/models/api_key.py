"""A key beside the account's own token, for one program."""

import secrets

from django.db import models
from typing_extensions import override

from conference_app.models.account import Account
from conference_app.models.base import TimeStampedModel, sid_field
from conference_app.models.secret_field import SecretField


def new_secret() -> str:
    """Make a secret as long as Twilio's: 32 characters."""
    return secrets.token_urlsafe(24)


class ApiKey(TimeStampedModel):
    """Opens the REST API but for the account's keys, and mints access tokens. Revoked by being
    removed.
    """

    sid = sid_field("SK")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="api_keys")
    friendly_name = models.CharField(max_length=64, blank=True)
    # Readable and not a hash: access tokens are signed with the secret itself.
    secret = SecretField(default=new_secret, editable=False)

    class Meta:
        verbose_name = "API key"

    @override
    def __str__(self) -> str:
        return self.friendly_name or self.sid
