"""Who may open a media socket: HTTP Basic, an access token, or Twilio's signature."""

import base64
from typing import Any

import pytest
from pytest_django import Settings

from conference_app.http_client import sign
from conference_app.models import Account, AccountStatus
from conference_app.services import accounts
from conference_app.streams.authentication import find_caller, read_credentials
from conference_app.streams.proven_caller import ProvenCaller
from conference_app.streams.refusals import Refusal
from media_engine.dialects import MULAW, Start, WireFormat
from tests.builders import access_token, build_api_key

pytestmark = pytest.mark.django_db


def scope(query: str = "", **headers: str) -> dict[str, Any]:
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"headers": named, "query_string": query.encode(), "path": "/media"}


def start(**said: Any) -> Start:
    return Start("app", None, WireFormat(MULAW, 8000), **said)


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


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


def test_an_api_key_is_let_in_by_basic(alice: Account) -> None:
    key = build_api_key(alice)
    assert caller_of(scope(authorization=basic(key.sid, key.secret))) == alice
    assert caller_of(scope(authorization=basic(key.sid, alice.auth_token))) is None


def test_the_second_token_is_let_in_until_it_is_dropped(alice: Account) -> None:
    second = accounts.make_secondary_token(account=alice).secondary_auth_token
    signature = sign("ws://127.0.0.1:8000/media", (), second)
    by_basic = scope(authorization=basic(alice.sid, second))
    by_signature = scope(x_twilio_signature=signature)
    for let_in in (alice, None):
        assert caller_of(by_basic) == let_in
        assert caller_of(by_signature, start(account_sid=alice.sid)) == let_in
        if let_in:
            accounts.drop_secondary_token(account=alice)


def test_an_access_token_is_taken_from_the_query_and_from_the_start_message(
    alice: Account,
) -> None:
    token = access_token(build_api_key(alice), "eve")
    proven = ProvenCaller(alice, "eve")
    assert find_caller(read_credentials(scope(f"token={token}")), start()) == proven
    assert find_caller(read_credentials(scope()), start(token=token)) == proven
    assert proven.name == "client:eve"


def test_a_wrong_access_token_is_refused_with_its_code() -> None:
    with pytest.raises(Refusal) as caught:
        find_caller(read_credentials(scope("token=x")), start())
    assert (caught.value.close_code, caught.value.code) == (1008, 20101)


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


def test_a_page_of_another_site_is_let_in_by_a_token_only(alice: Account) -> None:
    proof = basic(alice.sid, alice.auth_token)
    foreign = {"origin": "https://evil.example"}
    assert caller_of(scope(authorization=proof, **foreign)) is None
    token = access_token(build_api_key(alice), "eve")
    assert caller_of(scope(f"token={token}", **foreign)) == alice
    ours = scope(authorization=proof, origin="http://127.0.0.1:8000", host="127.0.0.1:8000")
    assert caller_of(ours) == alice
