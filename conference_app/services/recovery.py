"""After a crash: the rows that the dead process left open."""

import logging
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q

from conference_app import selectors
from conference_app.models import Call, LeftReason, Recording, RecordingStatus
from conference_app.services import recordings, timeline, webhooks
from conference_app.services.ledger import open_ledger

logger = logging.getLogger(__name__)

LOOKED_BACK: Final = timedelta(hours=1)


def close_what_a_crash_left(now: datetime) -> None:
    """Complete meetings, stays and calls, close recordings; what is open belongs to no living
    process.

    Call it before the engine starts, and only where one process serves the database. Each meeting
    and each recording is a transaction of its own, so that a broken one does not keep the others
    open.
    """
    for sid in selectors.live_conferences().order_by("id").values_list("sid", flat=True):
        logger.warning("closing %s, left open by a crash", sid)
        _complete(sid, now)
    open_calls = Call.objects.filter(ended_at__isnull=True)
    for sid in open_calls.order_by("id").values_list("sid", flat=True):
        timeline.end_call(sid, now)
    _tell_of_calls(now)
    for recording in Recording.objects.filter(status=RecordingStatus.IN_PROGRESS).order_by("id"):
        recordings.close_what_a_crash_left(recording=recording)


def _complete(sid: str, now: datetime) -> None:
    with open_ledger() as ledger:
        conference = ledger.conference(sid)
        if conference is not None:
            timeline.end_everyones_stay(ledger, conference, now, LeftReason.SERVER_STOPPED)
            timeline.end_conference(ledger, conference, now)


def _tell_of_calls(now: datetime) -> None:
    """Tell of the calls closed just now, and of those whose process died between the end of their
    leg and the word of it.
    """
    ended = Call.objects.filter(ended_at__gte=now - LOOKED_BACK, ended_at__lte=now)
    who_asked = ~Q(status_callback="") | Q(application__isnull=False) & ~Q(
        application__status_callback=""
    )
    told_of = ended.filter(who_asked).select_related("account", "application")
    for call in told_of.order_by("id"):
        with transaction.atomic():
            webhooks.call_ended(call)
