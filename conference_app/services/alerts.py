"""The debugger log: what the owner of an account should know went wrong, in Twilio's codes."""

import logging
from datetime import timedelta
from typing import Final

from channels.db import database_sync_to_async
from django.db import DatabaseError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from conference_app.http_client import without_secrets
from conference_app.models import Account, Alert, AlertLevel, Call, Conference

logger = logging.getLogger(__name__)

MOST: Final = 100
"""Entries of one call, and those of an account without a call within PERIOD; then one more, which
counts the rest.
"""

PERIOD: Final = timedelta(hours=1)
LONGEST_MESSAGE: Final = 1000


@transaction.atomic
def raise_alert(  # noqa: PLR0913 - an entry has that many columns
    *,
    account: Account,
    code: int,
    message: str,
    level: AlertLevel = AlertLevel.ERROR,
    call: Call | None = None,
    conference: Conference | None = None,
    request_url: str = "",
    request_method: str = "",
) -> None:
    """Write an entry, or count it when there are too many already."""
    beside = _beside(account, call)
    # Newest first: the one that counts is there, and counting stops at the bound.
    newest = list(beside.order_by("-id").values_list("pk", flat=True)[: MOST + 1])
    if len(newest) > MOST:
        Alert.objects.filter(pk=newest[0]).update(left_out=F("left_out") + 1)
        return
    is_last = len(newest) == MOST
    Alert.objects.create(
        account=account,
        call=call,
        conference=conference,
        level=level,
        code=code,
        message=_storable("More alerts than are kept follow; first: " * is_last + message),
        request_url=_storable(without_secrets(request_url)) if request_url else "",
        request_method=request_method,
    )


async def report(  # noqa: PLR0913 - as raise_alert
    *,
    account: Account,
    code: int,
    message: str,
    level: AlertLevel = AlertLevel.ERROR,
    call: Call | None = None,
    request_url: str = "",
    request_method: str = "",
) -> None:
    """Like raise_alert, for the loop: a database that fails costs the entry and not the call."""
    try:
        await database_sync_to_async(raise_alert)(
            account=account,
            code=code,
            message=message,
            level=level,
            call=call,
            request_url=request_url,
            request_method=request_method,
        )
    except DatabaseError:
        logger.exception("alert %d of %s could not be written", code, account.sid)


def _beside(account: Account, call: Call | None) -> QuerySet[Alert]:
    if call is not None:
        return Alert.objects.filter(call=call)
    since = timezone.now() - PERIOD
    return Alert.objects.filter(account=account, call__isnull=True, created_at__gte=since)


def _storable(text: str) -> str:
    """Cut to length; PostgreSQL takes no NUL."""
    return text[:LONGEST_MESSAGE].replace("\0", "\N{REPLACEMENT CHARACTER}")
