"""Remove old recordings: by hand what the server does itself where a retention is set."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from conference_app.management.commands._days import days, so_long_ago
from conference_app.services import recordings


class Command(BaseCommand):
    """As with Twilio's DELETE, nothing is left of a recording: neither its files nor its row."""

    help = (
        "Remove finished recordings that were started longer ago than a number of days, "
        "CONFAB_RECORDING_RETENTION_DAYS if none is given."
    )

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--older-than", metavar="DAYS", type=days)

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        before = so_long_ago(
            options["older_than"],
            "CONFAB_RECORDING_RETENTION_DAYS",
            settings.CONFAB_RECORDING_RETENTION_DAYS,
        )
        earlier, _ = recordings.finish_removals()
        removed, _ = recordings.remove_older(before=before)
        self.stdout.write(f"Removed {earlier + removed} recordings.")
        if failed := recordings.to_be_removed():
            raise CommandError(f"{failed} recordings could not be removed; the log says why.")
