"""Delete old webhooks and alerts: by hand what the server does itself."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from typing_extensions import override

from conference_app.management.commands._days import days, so_long_ago
from conference_app.services import retention


class Command(BaseCommand):
    """Meetings, their people and their timelines stay."""

    help = (
        "Delete webhooks that were delivered or given up, and alerts, older than a number of days, "
        "CONFAB_HISTORY_DAYS if none is given."
    )

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--older-than", metavar="DAYS", type=days)

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        before = so_long_ago(
            options["older_than"], "CONFAB_HISTORY_DAYS", settings.CONFAB_HISTORY_DAYS
        )
        deliveries, alerts = retention.prune_history(before=before)
        self.stdout.write(f"Deleted {deliveries} webhooks and {alerts} alerts.")
