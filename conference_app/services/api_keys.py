"""API keys: made, named, revoked."""

from django.db import transaction

from conference_app.models import Account, ApiKey


@transaction.atomic
def create(*, account: Account, friendly_name: str = "") -> ApiKey:
    """Make a key; the row that is returned holds its secret."""
    return ApiKey.objects.create(account=account, friendly_name=friendly_name)


@transaction.atomic
def rename(*, key: ApiKey, friendly_name: str) -> ApiKey:
    """Call a key something else."""
    key.friendly_name = friendly_name
    key.save(update_fields=["friendly_name", "updated_at"])
    return key


@transaction.atomic
def revoke(*, key: ApiKey) -> None:
    """Remove a key: from now on it and the access tokens it has signed open nothing. Calls that
    they have opened go on.
    """
    key.delete()
