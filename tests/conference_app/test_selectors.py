import pytest

from conference_app import selectors
from conference_app.models import Account, AccountStatus, ConferenceStatus, Room
from conference_app.selectors import RoomPolicy
from tests.builders import (
    NOON,
    build_application,
    build_conference,
    build_participant,
    build_twiml_bin,
)


def test_credentials_open_their_own_account_only(alice: Account, bob: Account) -> None:
    assert selectors.account_by_credentials(alice.sid, alice.auth_token) == alice
    assert selectors.account_by_credentials(alice.sid, bob.auth_token) is None
    assert selectors.account_by_credentials(alice.sid, "") is None
    assert selectors.account_by_credentials("AC" + "0" * 32, alice.auth_token) is None
    assert selectors.account_by_credentials("AC\0", alice.auth_token) is None


def test_a_suspended_account_opens_nothing(alice: Account) -> None:
    document = build_twiml_bin(alice)
    alice.status = AccountStatus.SUSPENDED
    alice.save()
    assert selectors.active_account(alice.sid) is None
    assert selectors.account_by_credentials(alice.sid, alice.auth_token) is None
    assert selectors.twiml_bin_by_sid(document.sid) is None


def test_an_application_is_called_by_sid_or_name_within_the_account(
    alice: Account, bob: Account
) -> None:
    reception = build_application(alice, "reception")
    build_application(bob, "reception")
    assert selectors.application_called(alice, reception.sid) == reception
    assert selectors.application_called(alice, "reception") == reception
    assert selectors.application_called(bob, reception.sid) is None
    assert selectors.application_called(alice, "nobody") is None
    assert selectors.application_called(alice, "\0") is None


@pytest.mark.parametrize("status", list(ConferenceStatus))
def test_all_but_completed_conferences_are_live(alice: Account, status: ConferenceStatus) -> None:
    conference = build_conference(alice, status=status)
    live = conference in selectors.live_conferences()
    assert live is (status != ConferenceStatus.COMPLETED)


def test_people_in_are_those_who_have_not_left(alice: Account) -> None:
    conference = build_conference(alice)
    here = build_participant(conference)
    build_participant(conference, left_at=NOON)
    build_participant(build_conference(alice, "elsewhere"))
    assert list(selectors.people_in(conference)) == [here]


def test_a_room_is_as_the_operator_wants_it(alice: Account, bob: Account) -> None:
    Room.objects.create(account=alice, name="small", max_participants=3)
    Room.objects.create(account=alice, name="noisy", noise_suppression=True)
    Room.objects.create(account=alice, name="even", auto_gain_control=True)
    assert selectors.room_policy(alice, "small") == RoomPolicy(max_participants=3)
    assert selectors.room_policy(alice, "noisy") == RoomPolicy(noise_suppression=True)
    assert selectors.room_policy(alice, "even") == RoomPolicy(auto_gain_control=True)
    assert selectors.room_policy(alice, "other") == RoomPolicy()
    assert selectors.room_policy(bob, "small") == RoomPolicy()
