"""A number of days, as a command takes it."""

from argparse import ArgumentTypeError
from datetime import datetime, timedelta

from django.core.management.base import CommandError
from django.utils import timezone


def days(text: str) -> timedelta:
    """Read a number of days. Raises ArgumentTypeError."""
    try:
        length = timedelta(days=float(text))
    except (ValueError, OverflowError) as error:
        raise ArgumentTypeError(f"{text!r} is no number of days") from error
    if length < timedelta(0):
        raise ArgumentTypeError("the number of days must not be negative")
    return length


def so_long_ago(given: timedelta | None, setting: str, set_days: float) -> datetime:
    """Give the moment before which things are to go: as given, or as the setting says. Raises
    CommandError when neither does, or there is no such moment.
    """
    if given is None and not set_days:
        raise CommandError(f"Say --older-than DAYS, or set {setting}.")
    try:
        return timezone.now() - (timedelta(days=set_days) if given is None else given)
    except OverflowError as error:
        raise CommandError("Nothing is as old as that.") from error
