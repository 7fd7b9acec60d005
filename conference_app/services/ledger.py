"""What one transaction knows of meetings, and adds to their timelines.

A transaction may hold many events, and most of them are about the same few rows: each is read once,
and what only tells is written together.
"""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery

from conference_app.models import (
    AudibilityChange,
    Call,
    Conference,
    ConferenceEvent,
    EventKind,
    Participant,
)
from conference_app.services import webhooks

logger = logging.getLogger(__name__)

_KEY_OF_A_CHANGE: Final = ("conference", "call", "occurred_at")


@contextmanager
def open_ledger() -> Iterator["Ledger"]:
    """Begin a transaction, or take part in the one that runs; what was appended is written at the
    end.
    """
    with transaction.atomic():
        ledger = Ledger()
        yield ledger
        ledger.write()


class Ledger:
    """Rows by the engine's identifiers, for as long as one transaction.

    A conference that was asked for stays locked: numbering relies on it. Whoever asks twice gets
    the same object, so that it holds what was written last.
    """

    def __init__(self) -> None:
        self._conferences: dict[str, Conference] = {}
        self._last_numbers: dict[int, int] = {}
        self._calls: dict[str, Call] = {}
        self._stays: dict[tuple[int, int], list[Participant]] = {}
        self._facts: list[ConferenceEvent] = []
        self._changes: dict[tuple[int, int, datetime], AudibilityChange] = {}

    def read_ahead(
        self, conference_sids: set[str], call_sids: set[str], moments: set[datetime]
    ) -> None:
        """Read all that may be asked for, in four queries. Of stays those that last, and those that
        began or ended at one of these moments; stays() knows no others.
        """
        if conference_sids:
            self._read_conferences(conference_sids)
        if call_sids:
            self._calls.update((call.sid, call) for call in Call.objects.filter(sid__in=call_sids))
        calls = {call.pk: call for call in self._calls.values()}
        conferences = {row.pk: row for row in self._conferences.values()}
        if not calls or not conferences:
            return
        then = Q(left_at__isnull=True) | Q(joined_at__in=moments) | Q(left_at__in=moments)
        stays = Participant.objects.filter(then, conference__in=conferences, call__in=calls)
        for stay in stays.order_by("id"):
            stay.conference, stay.call = conferences[stay.conference_id], calls[stay.call_id]
            self.add_stay(stay)

    def conference(self, sid: str) -> Conference | None:
        """Give a conference, locked; None: it is not in the books."""
        if sid not in self._conferences:
            self._read_conferences({sid})
        if sid not in self._conferences:
            logger.warning("the engine told of %s, which is not in the books", sid)
        return self._conferences.get(sid)

    def call(self, sid: str) -> Call | None:
        """Give a call; None: it is not in the books."""
        if sid not in self._calls:
            call = Call.objects.filter(sid=sid).first()
            if call is None:
                logger.warning("the engine told of %s, which is not in the books", sid)
                return None
            self._calls[sid] = call
        return self._calls[sid]

    def add_stay(self, stay: Participant) -> None:
        """Note a stay that is in the books."""
        self._stays.setdefault((stay.conference_id, stay.call_id), []).append(stay)

    def stays(self, conference: Conference, call_sid: str | None) -> list[Participant]:
        """Give the stays of a call that were read, the latest last."""
        call = self._calls.get(call_sid or "")
        return self._stays.get((conference.pk, call.pk), []) if call is not None else []

    def present_stay(self, conference: Conference, call_sid: str | None) -> Participant | None:
        """Give the stay that lasts; None: the call is not in, in the books."""
        return next((stay for stay in self.stays(conference, call_sid) if stay.is_in), None)

    def everybody_in(self, conference: Conference) -> list[Participant]:
        """Give all stays that last, in order of joining."""
        known = {stay.pk: stay for stays in self._stays.values() for stay in stays}
        rows = conference.participants.filter(left_at__isnull=True).select_related("call")
        stays = [known.get(row.pk, row) for row in rows.order_by("id")]
        for stay in stays:
            stay.conference = conference
        return stays

    def is_untold(self, conference: Conference) -> bool:
        """Whether nothing has happened in a conference yet: nobody has been in."""
        return self._last_numbers[conference.pk] == 0

    def told(self, conference: Conference) -> QuerySet[ConferenceEvent]:
        """Give the facts of a conference, all that were appended among them."""
        self._write_facts()
        return conference.events.all()

    def append(
        self,
        conference: Conference,
        kind: EventKind,
        occurred_at: datetime,
        *,
        stay: Participant | None = None,
        call: Call | None = None,
        details: dict[str, Any] | None = None,
    ) -> None:
        """Note the next fact of a conference of this ledger, and the word of it to whoever asked
        for that. `stay`, or else `call`: whom it is about. `details` must fit into JSON.
        """
        self._last_numbers[conference.pk] += 1
        fact = ConferenceEvent(
            conference=conference,
            sequence_number=self._last_numbers[conference.pk],
            kind=kind,
            call=stay.call if stay is not None else call,
            occurred_at=occurred_at,
            details=details or {},
        )
        self._facts.append(fact)
        webhooks.conference_event(fact, stay)

    def note(self, change: AudibilityChange) -> None:
        """Note how somebody is heard, and hears, from a moment on; the last word of a moment
        counts.
        """
        self._changes[change.conference_id, change.call_id, change.occurred_at] = change

    def write(self) -> None:
        """Write what was noted and is not written yet."""
        self._write_facts()
        columns = [field.name for field in AudibilityChange._meta.concrete_fields]
        AudibilityChange.objects.bulk_create(
            self._changes.values(),
            update_conflicts=True,
            unique_fields=_KEY_OF_A_CHANGE,
            update_fields=[name for name in columns if name not in ("id", *_KEY_OF_A_CHANGE)],
        )
        self._changes.clear()

    def _write_facts(self) -> None:
        ConferenceEvent.objects.bulk_create(self._facts)
        self._facts.clear()

    def _read_conferences(self, sids: Iterable[str]) -> None:
        # In one order, so that two who lock several do not wait for each other.
        locked = Conference.objects.select_for_update().filter(sid__in=sids)
        rows = list(locked.order_by("id"))
        self._conferences.update((row.sid, row) for row in rows)
        # Asked for when the locks are there: what was appended while we waited counts.
        facts = ConferenceEvent.objects.filter(conference=OuterRef("pk"))
        last = facts.order_by("-sequence_number").values("sequence_number")[:1]
        numbers = Conference.objects.filter(pk__in=[row.pk for row in rows])
        for pk, number in numbers.values_list("pk", Subquery(last)):
            self._last_numbers[pk] = number or 0
