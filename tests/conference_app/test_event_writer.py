"""The event writer: in order, until the database takes it, never in the way of who puts."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, OperationalError

from conference_app import event_writer
from conference_app.event_writer import EventWriter
from media_engine.events import Event, LegClosed

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_writer, "FIRST_RETRY_S", 0.001)
    monkeypatch.setattr(event_writer, "LONGEST_RETRY_S", 0.001)
    monkeypatch.setattr(event_writer, "close_old_connections", lambda: None)


class Books:
    """Writes down, or fails as it is told: one error for each try until they are used up."""

    def __init__(self, *errors: Exception) -> None:
        self.written: list[str] = []
        self.tries = 0
        self._errors = list(errors)

    def record(self, event: Event, occurred_at: datetime) -> None:
        self.tries += 1
        if self._errors:
            raise self._errors.pop(0)
        assert isinstance(event, LegClosed)
        self.written.append(event.leg_id)


def write(books: Books, *leg_ids: str) -> EventWriter:
    """Put events, then wait until the writer is done with them."""
    writer = EventWriter(books.record)
    writer.start()
    for leg_id in leg_ids:
        writer.put(LegClosed(leg_id), NOW)
    writer.stop()
    return writer


def test_events_are_written_in_order() -> None:
    books = Books()
    writer = write(books, *"abcdef")
    assert books.written == list("abcdef")
    assert (writer.waiting, writer.lost) == (0, 0)


def test_a_database_that_is_away_is_asked_again_and_nothing_changes_its_place() -> None:
    books = Books(OperationalError("locked"), OperationalError("locked"))
    writer = write(books, "a", "b")
    assert books.written == ["a", "b"]
    assert books.tries == 4
    assert writer.lost == 0


def test_an_event_that_can_not_be_written_is_counted_and_the_next_ones_are_not_held_up() -> None:
    books = Books(IntegrityError("no"))
    writer = write(books, "a", "b")
    assert books.written == ["b"]
    assert writer.lost == 1


def test_a_database_that_stays_away_does_not_hold_up_the_end_for_ever() -> None:
    books = Books(*[OperationalError("gone")] * 1000)
    writer = write(books, "a")
    assert books.written == []
    assert writer.lost == 1


def test_a_full_queue_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_writer, "EVENTS_WAITING", 3)
    writer = EventWriter(Books().record)
    for leg_id in "abcde":
        writer.put(LegClosed(leg_id), NOW)
    assert (writer.waiting, writer.lost) == (3, 2)
