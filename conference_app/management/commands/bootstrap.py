"""Makes what a first start needs, and says where things are."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from conference_app import engine
from conference_app.encryption import SecretLost
from conference_app.models import Account
from conference_app.services import demo
from media_engine.music import load_music


class Command(BaseCommand):
    """Idempotent; `make run` calls it at every start. Secrets are printed when they are made."""

    help = "Migrate, make the operator's user, the demo account and its applications."

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        new_password = demo.ensure_admin(password=settings.CONFAB_ADMIN_PASSWORD)
        account, is_new = self._ensure_account()
        demo.ensure_applications(account=account)
        self._render_music()
        self._tell(account, is_new, new_password)

    def _ensure_account(self) -> tuple[Account, bool]:
        try:
            return demo.ensure_account(
                sid=settings.CONFAB_ACCOUNT_SID, auth_token=settings.CONFAB_AUTH_TOKEN
            )
        except SecretLost as error:
            raise CommandError(str(error)) from error

    def _render_music(self) -> None:
        """Before the server starts: it takes some seconds, once, that no caller should wait."""
        directory = engine.music_directory()
        if not directory.exists():
            self.stdout.write("Playing the hold music in, once…")
        load_music(directory, "classical", settings.CONFAB_MIX_RATE)

    def _tell(self, account: Account, is_new: bool, new_password: str | None) -> None:
        url = settings.CONFAB_PUBLIC_URL
        token = _secret(account.auth_token if is_new else None, "CONFAB_AUTH_TOKEN")
        lines = {
            "Phone": f"{url}/",
            "Control room": f"{url}/admin/  user {demo.ADMIN_NAME}, password "
            + _secret(new_password, "CONFAB_ADMIN_PASSWORD"),
            "REST API": f"{url}/2010-04-01/  account {account.sid}, token {token}",
        }
        for name, text in lines.items():
            self.stdout.write(f"{name:<13} {text}")
        if is_new or new_password:
            self.stdout.write("Passwords and tokens are shown this once; keep them.")


def _secret(made: str | None, variable: str) -> str:
    """Say a secret that was made just now; one that the operator chose need not be in a log."""
    if getattr(settings, variable):
        return f"as in {variable}"
    return made if made is not None else "as shown at the first start"
