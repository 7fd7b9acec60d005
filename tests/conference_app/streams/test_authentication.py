"""Who may open a media socket: HTTP Basic, an access token, or Twilio's signature."""

import base64
from typing import Any

import jwt
import pytest
from pytest_django import Settings
from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant

from conference_app.http_client import sign
from conference_app.models import Account, AccountStatus
from conference_app.streams.authentication import Caller, find_caller, read_credentials
from conference_app.streams.refusals import Refusal
from media_engine.dialects import MULAW, Start, WireFormat

pytestmark = pytest.mark.django_db


def scope(query: str = "", **headers: str) -> dict[str, Any]:
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"headers": named, "query_string": query.encode(), "path": "/media"}


def start(**said: Any) -> Start:
    return Start("app", None, WireFormat(MULAW, 8000), **said)


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def token(account: Account, *, key: str | None = None, **changes: Any) -> str:
    """A token as a server of the account's mints it, with changes."""
    claims = {
        "iss": account.sid,
        "sub": account.sid,
        "exp": 4_000_000_000,
        "grants": {"identity": "alice", "voice": {"incoming": {"allow": True}}},
    }
    return jwt.encode(claims | changes, key or account.auth_token, algorithm="HS256")


def caller_of(scope_: dict[str, Any], start_: Start | None = None) -> Account | None:
    """Whose caller this is; None for one who is refused as a stranger is."""
    try:
        return find_caller(read_credentials(scope_), start_ or start()).account
    except Refusal as refusal:
        assert (refusal.close_code, refusal.code) == (1008, 20003)
        return None


def test_basic_with_sid_and_token_is_let_in(alice: Account) -> None:
    assert caller_of(scope(authorization=basic(alice.sid, alice.auth_token))) == alice


@pytest.mark.parametrize("password", ["", "wrong", "\N{SNOWMAN}"])
def test_basic_with_a_wrong_token_is_not(alice: Account, password: str) -> None:
    assert caller_of(scope(authorization=basic(alice.sid, password))) is None


def test_a_suspended_account_is_not_let_in(alice: Account) -> None:
    alice.status = AccountStatus.SUSPENDED
    alice.save(update_fields=["status"])
    assert caller_of(scope(authorization=basic(alice.sid, alice.auth_token))) is None


def test_nobody_is_let_in_without_any_proof(alice: Account) -> None:
    assert caller_of(scope(), start(account_sid=alice.sid)) is None


def test_a_token_that_twilios_library_minted_is_let_in(alice: Account) -> None:
    minted = AccessToken(alice.sid, alice.sid, alice.auth_token, identity="alice", ttl=60)
    minted.add_grant(VoiceGrant(incoming_allow=True))
    assert caller_of(scope(f"token={minted.to_jwt()}")) == alice
    assert caller_of(scope(), start(token=minted.to_jwt())) == alice


@pytest.mark.parametrize(
    "changes",
    [
        {"key": "of somebody else who has a longer one"},
        {"exp": 1},
        {"exp": None},
        {"sub": "AC" + "0" * 32},
        {"grants": {"identity": "alice"}},
        {"grants": "voice"},
        {"sub": 7},
    ],
    ids=["key", "expired", "no expiry", "nobody", "no voice", "odd grants", "odd subject"],
)
def test_a_token_with_anything_wrong_is_not(alice: Account, changes: dict[str, Any]) -> None:
    assert caller_of(scope(f"token={token(alice, **changes)}")) is None


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "e30.e30.", "\0"])
def test_what_is_no_token_is_not(alice: Account, text: str) -> None:
    assert caller_of(scope(), start(token=text)) is None


def test_an_unsigned_token_is_not(alice: Account) -> None:
    claims = {"sub": alice.sid, "exp": 4_000_000_000, "grants": {"voice": {}}}
    assert caller_of(scope(f"token={jwt.encode(claims, '', algorithm='none')}")) is None


@pytest.mark.parametrize("scheme", ["wss", "https"])
def test_twilios_signature_of_our_public_address_is_let_in(
    alice: Account, settings: Settings, scheme: str
) -> None:
    settings.CONFAB_PUBLIC_URL = "https://voice.example.org"
    signature = sign(f"{scheme}://voice.example.org/media", (), alice.auth_token)
    proven = scope(x_twilio_signature=signature)
    assert caller_of(proven, start(account_sid=alice.sid)) == alice
    assert caller_of(proven) is None


def test_the_signature_of_another_account_is_not(alice: Account, bob: Account) -> None:
    signature = sign("ws://127.0.0.1:8000/media", (), bob.auth_token)
    assert caller_of(scope(x_twilio_signature=signature), start(account_sid=alice.sid)) is None


def test_secrets_are_not_shown() -> None:
    credentials = read_credentials(scope("token=secret", authorization=basic("AC1", "secret")))
    assert "secret" not in repr(credentials)


def test_a_token_says_who_calls_and_what_may_be_called(alice: Account) -> None:
    grants = {"identity": "eve", "voice": {"outgoing": {"application_sid": "AP1"}}}
    read = read_credentials(scope(f"token={token(alice, grants=grants)}"))
    caller = find_caller(read, start())
    assert caller == Caller(alice, "eve", "AP1")
    assert caller.name == "client:eve"


@pytest.mark.parametrize("identity", [7, "x" * 122, "a\0b"])
def test_a_token_whose_identity_is_no_name_is_not_let_in(alice: Account, identity: object) -> None:
    grants = {"identity": identity, "voice": {}}
    assert caller_of(scope(f"token={token(alice, grants=grants)}")) is None


def test_a_page_of_another_site_is_let_in_by_a_token_only(alice: Account) -> None:
    proof = basic(alice.sid, alice.auth_token)
    foreign = {"origin": "https://evil.example"}
    assert caller_of(scope(authorization=proof, **foreign)) is None
    assert caller_of(scope(authorization=proof, **foreign), start(token="made up")) is None
    assert caller_of(scope(f"token={token(alice)}", **foreign)) == alice
    ours = scope(authorization=proof, origin="http://127.0.0.1:8000", host="127.0.0.1:8000")
    assert caller_of(ours) == alice
