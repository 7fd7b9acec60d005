"""Remove old recordings: what a retention rule asks for, run by cron or a timer."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from typing_extensions import override

from conference_app.services import recordings


def _days(text: str) -> timedelta:
    try:
        length = timedelta(days=float(text))
    except (ValueError, OverflowError) as error:
        raise ArgumentTypeError(f"{text!r} is no number of days") from error
    if length < timedelta(0):
        raise ArgumentTypeError("the number of days must not be negative")
    return length


class Command(BaseCommand):
    """As with Twilio's DELETE, nothing is left of a recording: neither its files nor its row."""

    help = "Remove finished recordings that were started longer ago than a number of days."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--older-than", metavar="DAYS", type=_days, required=True)

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        before = timezone.now() - options["older_than"]
        removed, failed = recordings.remove_older(before=before)
        self.stdout.write(f"Removed {removed} recordings.")
        if failed:
            raise CommandError(f"{failed} recordings could not be removed; the log says why.")
