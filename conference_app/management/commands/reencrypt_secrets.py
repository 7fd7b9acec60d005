"""Ends the change of the server's secret key."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from conference_app.encryption import SecretLost
from conference_app.services import secret_keys


class Command(BaseCommand):
    """After it CONFAB_OLD_SECRET_KEYS may be empty again."""

    help = "Encrypt all tokens and API keys anew, with the present CONFAB_SECRET_KEY."

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            written = secret_keys.reencrypt()
        except SecretLost as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Encrypted with the present key: {written} accounts and API keys.")
