"""What the database itself refuses, whatever a service does."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from conference_app.models import (
    Account,
    ConferenceEvent,
    ConferenceStatus,
    EventKind,
    Participant,
    Recording,
    Room,
)
from tests.builders import (
    NOON,
    build_application,
    build_call,
    build_conference,
    build_participant,
)


def _refused(make: Callable[..., Any], *args: Any, **columns: Any) -> bool:
    try:
        with transaction.atomic():
            make(*args, **columns)
    except IntegrityError:
        return True
    return False


def test_a_name_is_used_once_in_an_account(alice: Account, bob: Account) -> None:
    build_application(alice, "reception")
    Room.objects.create(account=alice, name="lobby")
    assert _refused(build_application, alice, "reception")
    assert _refused(Room.objects.create, account=alice, name="lobby")
    assert not _refused(build_application, bob, "reception")
    assert not _refused(Room.objects.create, account=bob, name="lobby")


def test_a_room_has_one_live_conference_and_any_number_of_past_ones(alice: Account) -> None:
    build_conference(alice, status=ConferenceStatus.COMPLETED)
    build_conference(alice, status=ConferenceStatus.COMPLETED)
    build_conference(alice, status=ConferenceStatus.INIT)
    assert _refused(build_conference, alice)


@pytest.mark.parametrize(
    ("status", "ended_at"),
    [(ConferenceStatus.COMPLETED, None), (ConferenceStatus.IN_PROGRESS, NOON)],
)
def test_completed_means_ended(alice: Account, status: ConferenceStatus, ended_at: Any) -> None:
    assert _refused(build_conference, alice, status=status, ended_at=ended_at)


def test_a_call_is_in_a_conference_once_at_a_time(alice: Account) -> None:
    first = build_participant(build_conference(alice))
    stay = {"conference": first.conference, "call": first.call}
    assert _refused(Participant.objects.create, **stay, joined_at=NOON.replace(hour=13))
    first.left_at = NOON
    first.save()
    assert _refused(Participant.objects.create, **stay, joined_at=NOON)
    assert not _refused(Participant.objects.create, **stay, joined_at=NOON.replace(hour=13))


def test_an_event_number_is_used_once_in_a_conference(alice: Account) -> None:
    event = {
        "conference": build_conference(alice),
        "sequence_number": 1,
        "kind": EventKind.CONFERENCE_START,
        "occurred_at": NOON,
    }
    ConferenceEvent.objects.create(**event)
    assert _refused(ConferenceEvent.objects.create, **event)


def test_a_recording_is_of_a_conference_or_of_a_call(alice: Account) -> None:
    about = {"conference": build_conference(alice), "call": build_call(alice)}
    columns = {"account": alice, "started_at": NOON}
    assert _refused(Recording.objects.create, **columns)
    assert _refused(Recording.objects.create, **columns, **about)
    for name, row in about.items():
        assert Recording.objects.create(**columns, **{name: row}).about == row


def test_a_room_holds_somebody(alice: Account) -> None:
    assert _refused(Room.objects.create, account=alice, name="none", max_participants=0)


def test_an_account_goes_with_all_that_is_its_own(alice: Account) -> None:
    build_participant(build_conference(alice))
    alice.delete()
    assert not Room.objects.exists()
    assert not Participant.objects.exists()
