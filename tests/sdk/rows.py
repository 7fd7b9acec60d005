"""Rows that a server is to find; runs in a process with that server's settings."""

from datetime import timedelta

from conference_app.models import Account
from tests.builders import NOON, build_conference


def make_conferences(account_sid: str, how_many: int) -> None:
    """Make conferences that are over: one each hour, every third one in the room "Daily"."""
    account = Account.objects.get(sid=account_sid)
    for number in range(how_many):
        ended_at = NOON + timedelta(hours=number)
        name = "Daily" if number % 3 == 0 else f"Room {number}"
        conference = build_conference(account, name, status="completed", ended_at=ended_at)
        type(conference).objects.filter(pk=conference.pk).update(created_at=ended_at)
