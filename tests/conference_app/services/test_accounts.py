from collections.abc import Callable

import pytest

from conference_app import sids
from conference_app.models import Account
from conference_app.services import accounts, outbox
from conference_app.services.sending_slots import SendingSlots
from tests.builders import build_conference, build_delivery


@pytest.mark.django_db
def test_sid_and_token_are_random_unless_given() -> None:
    one, other = accounts.create(friendly_name="A"), accounts.create(friendly_name="A")
    assert sids.is_sid(one.sid, "AC")
    assert len(one.auth_token) == 32
    assert one.sid != other.sid
    assert one.auth_token != other.auth_token
    given = accounts.create(friendly_name="A", sid="AC" + "1" * 32, auth_token="secret")
    assert (given.sid, given.auth_token) == ("AC" + "1" * 32, "secret")


@pytest.mark.django_db
def test_a_sid_of_another_form_is_refused() -> None:
    with pytest.raises(ValueError, match="AC1"):
        accounts.create(friendly_name="A", sid="AC1")


def test_a_new_token_replaces_the_old(alice: Account) -> None:
    accounts.set_auth_token(account=alice, auth_token="another")
    alice.refresh_from_db()
    assert alice.auth_token == "another"


def test_a_second_token_is_promoted(alice: Account) -> None:
    first = alice.auth_token
    second = accounts.make_secondary_token(account=alice).secondary_auth_token
    assert len(second) == 32
    assert alice.auth_tokens == [first, second]
    accounts.promote_secondary_token(account=alice)
    alice.refresh_from_db()
    assert alice.auth_tokens == [second]


@pytest.mark.parametrize(
    "service", [accounts.promote_secondary_token, accounts.drop_secondary_token]
)
def test_without_a_second_token_nothing_is_promoted_or_dropped(
    alice: Account, service: Callable[..., Account]
) -> None:
    with pytest.raises(accounts.NoSecondaryToken):
        service(account=alice)
    alice.refresh_from_db()
    assert alice.auth_tokens == [alice.auth_token]


def test_requests_are_signed_with_the_first_token(alice: Account) -> None:
    accounts.make_secondary_token(account=alice)
    delivery = build_delivery(build_conference(alice))
    (claim,) = outbox.claim(name="test", now=delivery.next_attempt_at, slots=SendingSlots())
    assert claim.auth_token == alice.auth_token != alice.secondary_auth_token
