import pytest

from conference_app import sids
from conference_app.models import Account
from conference_app.services import accounts


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
