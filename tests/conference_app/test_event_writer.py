"""The event writer: in order, until the database takes it, never in the way of who puts."""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, OperationalError, connection

from conference_app import event_writer
from conference_app.event_writer import EVENTS_AT_ONCE, EventWriter, Told
from media_engine.events import LegClosed

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_writer, "FIRST_RETRY_S", 0.001)
    monkeypatch.setattr(event_writer, "LONGEST_RETRY_S", 0.001)
    monkeypatch.setattr(event_writer, "close_old_connections", lambda: None)


class Books:
    """Writes down, or fails as it is told: one error for each try until they are used up, and what
    names a leg in `wrong` never.
    """

    def __init__(self, *errors: Exception, wrong: str = "") -> None:
        self.written: list[str] = []
        self.tries: list[str] = []
        self._errors = list(errors)
        self._wrong = set(wrong)

    def record(self, told: Sequence[Told]) -> None:
        legs = "".join(event.leg_id for event, _ in told if isinstance(event, LegClosed))
        self.tries.append(legs)
        if self._errors:
            raise self._errors.pop(0)
        if self._wrong & set(legs):
            raise IntegrityError("no")
        self.written += legs


def write(books: Books, *leg_ids: str) -> EventWriter:
    """Put events, then wait until the writer is done with them."""
    writer = EventWriter(books.record)
    for leg_id in leg_ids:
        writer.put(LegClosed(leg_id), NOW)
    writer.start()
    writer.stop()
    return writer


def test_events_are_written_in_order() -> None:
    books = Books()
    writer = write(books, *"abcdef")
    assert books.written == list("abcdef")
    assert (writer.waiting, writer.lost) == (0, 0)


def test_what_has_gathered_is_written_at_once_up_to_a_bound() -> None:
    books = Books()
    legs = ("abcdefghij" * EVENTS_AT_ONCE)[: EVENTS_AT_ONCE + 3]
    write(books, *legs)
    assert books.tries == [legs[:EVENTS_AT_ONCE], legs[EVENTS_AT_ONCE:]]


def test_an_event_after_a_pause_does_not_wait_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_writer, "EVERY_S", 3600.0)
    books, is_written = Books(), threading.Event()

    def record(told: Sequence[Told]) -> None:
        books.record(told)
        is_written.set()

    writer = EventWriter(record)
    writer.start()
    writer.put(LegClosed("a"), NOW)
    assert is_written.wait(30)
    for leg_id in "bcd":
        writer.put(LegClosed(leg_id), NOW)
    writer.stop()
    assert books.tries == ["a", "bcd"]


def test_a_database_that_is_away_is_asked_again_and_nothing_changes_its_place() -> None:
    books = Books(OperationalError("locked"), OperationalError("locked"))
    writer = write(books, "a", "b")
    assert books.written == ["a", "b"]
    assert books.tries == ["ab"] * 3
    assert writer.lost == 0


def test_an_event_that_can_not_be_written_is_counted_and_the_next_ones_are_not_held_up() -> None:
    books = Books(wrong="b")
    writer = write(books, *"abc")
    assert books.tries == ["abc", "a", "b", "c"]
    assert books.written == ["a", "c"]
    assert writer.lost == 1


def test_a_database_that_stays_away_does_not_hold_up_the_end_for_ever() -> None:
    books = Books(*[OperationalError("gone")] * 1000)
    writer = write(books, "a", "b")
    assert books.written == []
    assert writer.lost == 2


def test_a_full_queue_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_writer, "EVENTS_WAITING", 3)
    writer = EventWriter(Books().record)
    for leg_id in "abcde":
        writer.put(LegClosed(leg_id), NOW)
    assert (writer.waiting, writer.lost) == (3, 2)


@pytest.mark.django_db
def test_a_thread_keeps_its_connection() -> None:
    connection.ensure_connection()
    assert connection.close_at is None
