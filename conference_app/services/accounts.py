"""Accounts: made, and given another name or secret."""

from django.db import transaction

from conference_app import sids
from conference_app.models import Account
from conference_app.models.account import new_auth_token


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
def set_auth_token(*, account: Account, auth_token: str) -> Account:
    """Replace the secret; from now on the old one opens nothing."""
    account.auth_token = auth_token
    account.save(update_fields=["auth_token", "updated_at"])
    return account
