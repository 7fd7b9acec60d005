"""What is to be done when the server's own secret key changes."""

from django.db import transaction

from conference_app.models import Account, ApiKey


@transaction.atomic
def reencrypt() -> int:
    """Write every secret anew, under the present key; give how many rows have been written.

    Raises SecretLost, and changes nothing, when one can not be read.
    """
    accounts = list(Account.objects.select_for_update())
    for account in accounts:
        account.save(update_fields=["auth_token", "secondary_auth_token"])
    keys = list(ApiKey.objects.select_for_update())
    for key in keys:
        key.save(update_fields=["secret"])
    return len(accounts) + len(keys)
