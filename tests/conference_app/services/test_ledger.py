"""A ledger reads each row once, and numbers what it appends."""

import logging
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections
from pytest_django import DjangoAssertNumQueries

from conference_app.models import Account, AudibilityChange, Conference, EventKind, Participant
from conference_app.services.ledger import Ledger, open_ledger
from tests.builders import NOON, build_conference, build_participant

START, LOCK = EventKind.CONFERENCE_START, EventKind.CONFERENCE_LOCK


@pytest.fixture
def stay(alice: Account) -> Participant:
    """Somebody who is in."""
    return build_participant(build_conference(alice))


def locked(ledger: Ledger, conference: Conference) -> Conference:
    row = ledger.conference(conference.sid)
    assert row is not None
    return row


def test_what_was_read_ahead_is_not_read_again(
    stay: Participant, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    sid, call_sid = stay.conference.sid, stay.call.sid
    with open_ledger() as ledger:
        ledger.read_ahead({sid}, {call_sid}, {NOON})
        with django_assert_num_queries(0):
            conference = locked(ledger, stay.conference)
            present = ledger.present_stay(conference, call_sid)
            assert present is not None
            assert (present.conference, present.call) == (conference, ledger.call(call_sid))
        (everybody,) = ledger.everybody_in(conference)
        assert everybody is present


def test_of_stays_that_are_over_only_those_of_the_moments_are_known(stay: Participant) -> None:
    Participant.objects.update(left_at=NOON, reason_left="hung-up")
    sid, call_sid = stay.conference.sid, stay.call.sid
    for moments, known in (({NOON}, [stay]), (set(), [])):
        with open_ledger() as ledger:
            ledger.read_ahead({sid}, {call_sid}, moments)
            assert ledger.stays(locked(ledger, stay.conference), call_sid) == known
            assert ledger.present_stay(locked(ledger, stay.conference), call_sid) is None


def test_facts_are_numbered_on_from_what_is_written(stay: Participant) -> None:
    for kinds in ((START,), (LOCK, LOCK)):
        with open_ledger() as ledger:
            conference = locked(ledger, stay.conference)
            assert ledger.is_untold(conference) == (kinds == (START,))
            for kind in kinds:
                ledger.append(conference, kind, NOON)
            assert not ledger.is_untold(conference)
            assert ledger.told(conference).filter(kind=kinds[-1]).exists()
    numbers = stay.conference.events.values_list("sequence_number", "kind")
    assert list(numbers) == [(1, START), (2, LOCK), (3, LOCK)]


def test_the_last_word_of_a_moment_counts(stay: Participant) -> None:
    about = {"conference": stay.conference, "call": stay.call, "occurred_at": NOON}
    for volumes in ((0.5, 0.25), (2.0,)):
        with open_ledger() as ledger:
            for volume in volumes:
                ledger.note(AudibilityChange(**about, volume=volume))
    assert [change.volume for change in AudibilityChange.objects.all()] == [2.0]


@pytest.mark.django_db
def test_what_is_not_in_the_books_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING), open_ledger() as ledger:
        assert ledger.conference("CF" + "0" * 32) is None
        assert ledger.call("CA" + "0" * 32) is None
    assert len(caplog.messages) == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    connection.vendor == "sqlite",
    reason="SQLite lets one write at a time, and tests have it in memory",
)
def test_two_who_append_at_once_leave_no_gap(alice: Account) -> None:
    conference = build_conference(alice)

    def append(_: int) -> None:
        try:
            with open_ledger() as ledger:
                ledger.append(locked(ledger, conference), LOCK, NOON)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(append, range(40)))
    numbers = conference.events.values_list("sequence_number", flat=True)
    assert list(numbers) == list(range(1, 41))
