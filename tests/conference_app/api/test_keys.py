"""…/Keys, and what a key opens."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from conference_app import sids
from conference_app.models import Account, AccountStatus, ApiKey
from conference_app.services import accounts, api_keys
from tests.builders import basic, build_api_key, build_conference, build_recording
from tests.conference_app.api.requests import error_of, path_of, post_form
from tests.conference_app.api.shapes import PAGE, RFC_2822

KEY = {"sid", "friendly_name", "date_created", "date_updated"}


def by_key(key: ApiKey, secret: str | None = None) -> Client:
    """A program that has a key."""
    password = key.secret if secret is None else secret
    return Client(headers={"authorization": basic(key.sid, password)})


def create(client: Client, account: Account, **parameters: str) -> Any:
    return post_form(client, path_of(account, "/Keys.json"), **parameters)


def test_a_key_tells_its_secret_once(alice: Account, alices: Client) -> None:
    response = create(alices, alice, FriendlyName="phone")
    told = response.json()
    assert (response.status_code, response["Cache-Control"]) == (201, "no-store")
    assert set(told) == KEY | {"secret"}
    assert sids.is_sid(told["sid"], "SK")
    assert told["friendly_name"] == "phone"
    assert re.match(RFC_2822, told["date_created"])
    assert len(told["secret"]) == 32
    path = path_of(alice, f"/Keys/{told['sid']}.json")
    del told["secret"]
    assert alices.get(path).json() == told
    assert post_form(alices, path, FriendlyName="another").json()["friendly_name"] == "another"
    listed = alices.get(path_of(alice, "/Keys.json")).json()
    assert set(listed) == {"keys"} | PAGE
    assert [(row["sid"], set(row)) for row in listed["keys"]] == [(told["sid"], KEY)]
    assert alices.delete(path).status_code == 204
    assert error_of(alices.get(path)) == (404, 20404)


def test_a_key_needs_no_name_and_has_none_of_65_characters(alice: Account, alices: Client) -> None:
    assert create(alices, alice).json()["friendly_name"] == ""
    assert error_of(create(alices, alice, FriendlyName="x" * 65)) == (400, 20002)
    path = path_of(alice, f"/Keys/{ApiKey.objects.get().sid}")
    assert error_of(post_form(alices, path, FriendlyName="x\0")) == (400, 20002)


def test_a_key_opens_what_is_its_accounts_until_it_is_revoked(alice: Account, bob: Account) -> None:
    conference, key = build_conference(alice), build_api_key(alice)
    client = by_key(key)
    path = path_of(alice, f"/Conferences/{conference.sid}.json")
    assert client.get(path).json()["sid"] == conference.sid
    assert error_of(client.get(path_of(bob, "/Conferences"))) == (404, 20404)
    api_keys.revoke(key=key)
    assert error_of(client.get(path)) == (401, 20003)


def test_a_key_opens_its_accounts_recordings(
    alice: Account, bob: Account, media_root: Path
) -> None:
    path = f"/recordings/{build_recording(build_conference(alice), b'RIFF').sid}.wav"
    assert by_key(build_api_key(alice)).get(path).status_code == 200
    assert by_key(build_api_key(bob)).get(path).status_code == 401


def test_a_key_makes_and_revokes_no_keys(alice: Account) -> None:
    key = build_api_key(alice)
    client, path = by_key(key), path_of(alice, f"/Keys/{key.sid}")
    assert error_of(create(client, alice)) == (401, 20003)
    assert error_of(client.get(path_of(alice, "/Keys"))) == (401, 20003)
    assert error_of(client.delete(path)) == (401, 20003)
    assert ApiKey.objects.get() == key


def test_anothers_key_does_not_exist(alice: Account, bob: Account, bobs: Client) -> None:
    path = path_of(bob, f"/Keys/{build_api_key(alice).sid}")
    assert error_of(bobs.get(path)) == (404, 20404)
    assert error_of(post_form(bobs, path, FriendlyName="mine")) == (404, 20404)
    assert error_of(bobs.delete(path)) == (404, 20404)
    assert ApiKey.objects.get().friendly_name == "phone"


@pytest.mark.parametrize("secret", ["", "wrong", "\N{SNOWMAN}"])
def test_all_failed_logins_look_the_same(alice: Account, secret: str) -> None:
    path, key = path_of(alice, "/Conferences"), build_api_key(alice)
    unknown = ApiKey(sid=sids.new("SK"), account=alice)
    stranger = Account(sid=sids.new("AC"))
    answers = [
        client.get(path)
        for client in (
            by_key(key, secret),
            by_key(unknown, secret),
            by_key(key, alice.auth_token),
            Client(headers={"authorization": basic(stranger.sid, secret)}),
            Client(headers={"authorization": basic(alice.sid, secret)}),
            Client(headers={"authorization": basic(alice.sid, key.secret)}),
        )
    ]
    assert {(answer.status_code, answer.content, str(answer.headers)) for answer in answers} == {
        (401, answers[0].content, str(answers[0].headers))
    }
    assert error_of(answers[0]) == (401, 20003)


def test_the_key_of_a_suspended_account_opens_nothing(alice: Account) -> None:
    client = by_key(build_api_key(alice))
    alice.status = AccountStatus.SUSPENDED
    alice.save()
    assert error_of(client.get(path_of(alice, "/Conferences"))) == (401, 20003)


def test_during_a_rotation_both_tokens_open_and_after_it_the_new_one(alice: Account) -> None:
    first = alice.auth_token
    second = accounts.make_secondary_token(account=alice).secondary_auth_token

    def statuses() -> list[int]:
        clients = [Client(headers={"authorization": basic(alice.sid, t)}) for t in (first, second)]
        return [client.get(path_of(alice, "/Keys")).status_code for client in clients]

    assert statuses() == [200, 200]
    accounts.promote_secondary_token(account=alice)
    assert statuses() == [401, 200]
