"""Accounts: made, and given another name or other secrets.

Rotation takes three steps, none of which shuts anybody out: make a second token, teach it to the
account's programs, promote it. From the promotion on it signs our requests, and the old one opens
nothing.
"""

from django.contrib.auth.models import User
from django.db import transaction

from conference_app import sids
from conference_app.models import Account
from conference_app.models.account import new_auth_token
from conference_app.services.errors import ServiceError


class NoSecondaryToken(ServiceError):
    """The account has no second token."""


@transaction.atomic
def create(*, friendly_name: str, sid: str = "", auth_token: str = "") -> Account:
    """Make an account; SID and token are random unless given. ValueError for a wrong SID."""
    if sid and not sids.is_sid(sid, "AC"):
        raise ValueError(f"no account SID: {sid!r}")
    return Account.objects.create(
        friendly_name=friendly_name,
        sid=sid or sids.new("AC"),
        auth_token=auth_token or new_auth_token(),
    )


@transaction.atomic
def rename(*, account: Account, friendly_name: str) -> Account:
    """Give an account another name."""
    account.friendly_name = friendly_name
    account.save(update_fields=["friendly_name", "updated_at"])
    return account


@transaction.atomic
def assign(*, account: Account, operator: User) -> None:
    """Let somebody see and steer what is the account's, as far as his permissions go."""
    account.operators.add(operator)


@transaction.atomic
def set_auth_token(*, account: Account, auth_token: str) -> Account:
    """Replace the secret; from now on the old one opens nothing."""
    account.auth_token = auth_token
    account.save(update_fields=["auth_token", "updated_at"])
    return account


@transaction.atomic
def make_secondary_token(*, account: Account) -> Account:
    """Give the account another token, which opens what its first one opens; it replaces the second
    one of before.
    """
    return _set_secondary(account, new_auth_token())


@transaction.atomic
def drop_secondary_token(*, account: Account) -> Account:
    """Take the second token away: a rotation is called off. Raises NoSecondaryToken."""
    _require_secondary(account)
    return _set_secondary(account, "")


@transaction.atomic
def promote_secondary_token(*, account: Account) -> Account:
    """Let the second token take the place of the first, which opens nothing from now on. Raises
    NoSecondaryToken.
    """
    row = _require_secondary(account)
    row.auth_token, row.secondary_auth_token = row.secondary_auth_token, ""
    row.save(update_fields=["auth_token", "secondary_auth_token", "updated_at"])
    return row


def _set_secondary(account: Account, token: str) -> Account:
    account.secondary_auth_token = token
    account.save(update_fields=["secondary_auth_token", "updated_at"])
    return account


def _require_secondary(account: Account) -> Account:
    row = Account.objects.select_for_update().get(pk=account.pk)
    if not row.secondary_auth_token:
        raise NoSecondaryToken("the account has no second token")
    return row
