"""What opens as an access token, minted by Twilio's own library or bent by hand."""

from typing import Any

import jwt
import pytest
from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import ChatGrant, VoiceGrant

from conference_app.models import Account, AccountStatus, ApiKey
from conference_app.services import accounts, api_keys
from conference_app.streams.access_tokens import TokenRefused, read_access_token
from conference_app.streams.proven_caller import ProvenCaller
from tests.builders import access_token, build_api_key

INVALID = 20101

pytestmark = pytest.mark.django_db


@pytest.fixture
def key(alice: Account) -> ApiKey:
    """A key of Alice's."""
    return build_api_key(alice)


def refused(token: str) -> int:
    """Twilio's code, by which a token is refused."""
    with pytest.raises(TokenRefused) as caught:
        read_access_token(token)
    return caught.value.code


def bent(
    key: ApiKey, *, secret: str | None = None, algorithm: str = "HS256", **changes: Any
) -> str:
    """A good token, with changes in its claims and a proper signature."""
    good = jwt.decode(access_token(key, "eve"), options={"verify_signature": False})
    return jwt.encode(good | changes, key.secret if secret is None else secret, algorithm=algorithm)


def test_a_token_of_twilios_library_says_who_and_where_to(alice: Account, key: ApiKey) -> None:
    grant = VoiceGrant(outgoing_application_sid="AP" + "1" * 32, incoming_allow=True)
    token = access_token(key, "eve", grant)
    assert read_access_token(token) == ProvenCaller(alice, "eve", "AP" + "1" * 32, True)


def test_the_accounts_own_tokens_sign_as_well(alice: Account) -> None:
    accounts.make_secondary_token(account=alice)
    for secret in alice.auth_tokens:
        minted = AccessToken(alice.sid, alice.sid, secret, ttl=60, grants=[VoiceGrant()])
        assert read_access_token(minted.to_jwt()) == ProvenCaller(alice)


def test_a_revoked_key_opens_nothing_any_more(key: ApiKey) -> None:
    token = access_token(key)
    api_keys.revoke(key=key)
    assert refused(token) == INVALID


def test_the_token_of_a_suspended_account_opens_nothing(alice: Account, key: ApiKey) -> None:
    alice.status = AccountStatus.SUSPENDED
    alice.save(update_fields=["status"])
    assert refused(access_token(key)) == INVALID


def test_another_accounts_key_opens_nothing(alice: Account, bob: Account, key: ApiKey) -> None:
    assert refused(access_token(key, account_sid=bob.sid)) == INVALID
    assert refused(bent(key, iss=build_api_key(bob).sid)) == INVALID
    assert refused(bent(key, iss=alice.sid)) == INVALID
    assert refused(bent(key, secret=bob.auth_token)) == INVALID


def test_the_accounts_token_does_not_sign_for_a_key(alice: Account, key: ApiKey) -> None:
    assert refused(access_token(key, secret=alice.auth_token)) == INVALID


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"ttl": -3600}, 20104),
        ({"nbf": 4_000_000_000}, 20105),
        ({"grant": ChatGrant()}, 20106),
        ({"identity": "x" * 122}, 20106),
        ({"ttl": 25 * 3600}, 20157),
    ],
    ids=["over", "not yet", "for something else", "endless name", "too long"],
)
def test_who_holds_a_genuine_token_is_told_what_is_wrong(
    key: ApiKey, options: dict[str, Any], code: int
) -> None:
    assert refused(access_token(key, **options)) == code


@pytest.mark.parametrize("options", [{"ttl": -3600}, {"nbf": 4_000_000_000}])
def test_who_holds_none_is_not(key: ApiKey, options: dict[str, Any]) -> None:
    assert refused(access_token(key, secret="x" * 32, **options)) == INVALID


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"exp": None}, INVALID),
        ({"exp": "soon"}, INVALID),
        ({"exp": []}, INVALID),
        ({"exp": 1e400}, INVALID),
        ({"sub": "AC" + "0" * 32}, INVALID),
        ({"sub": 7}, INVALID),
        ({"iss": ""}, INVALID),
        ({"iss": "SK\0"}, INVALID),
        ({"grants": "voice"}, 20106),
        ({"grants": {"voice": True}}, 20106),
        ({"grants": {"voice": {}, "identity": ["eve"]}}, 20106),
        ({"grants": {"voice": {}, "identity": "e\0ve"}}, 20106),
    ],
    ids=str,
)
def test_claims_that_are_none_open_nothing(key: ApiKey, changes: dict[str, Any], code: int) -> None:
    assert refused(bent(key, **changes)) == code


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "e30.e30.", "\0", "\udcff", "W1tb" * 20_000])
def test_what_is_no_token_opens_nothing(text: str) -> None:
    assert refused(text) == INVALID


def test_a_payload_without_a_bottom_opens_nothing(key: ApiKey) -> None:
    head, _, signature = access_token(key).split(".")
    assert refused(f"{head}.{'W1tb' * 12_000}.{signature}") == INVALID


@pytest.mark.parametrize("algorithm", ["none", "HS512"])
def test_a_token_signed_in_another_way_opens_nothing(key: ApiKey, algorithm: str) -> None:
    secret = "" if algorithm == "none" else key.secret * 2
    assert refused(bent(key, secret=secret, algorithm=algorithm)) == INVALID


@pytest.mark.parametrize(
    "voice", [{}, {"incoming": True, "outgoing": "AP1"}, {"incoming": {"allow": "yes"}}], ids=str
)
def test_a_grant_that_says_nothing_more_allows_nothing_more(key: ApiKey, voice: Any) -> None:
    token = bent(key, grants={"voice": voice})
    assert read_access_token(token) == ProvenCaller(key.account)
