import pytest
from django.test import Client

from conference_app.models import Account, AccountStatus
from tests.builders import basic, client_of
from tests.conference_app.api.requests import error_of, path_of


def test_an_account_gets_in_with_its_token(alice: Account, alices: Client) -> None:
    assert alices.get(path_of(alice, "/Conferences.json")).status_code == 200


def test_a_stranger_is_told_how_to_authenticate(alice: Account, stranger: Client) -> None:
    response = stranger.get(path_of(alice, "/Conferences.json"))
    assert error_of(response) == (401, 20003)
    assert response["WWW-Authenticate"].startswith("Basic realm=")


@pytest.mark.parametrize("header", ["Basic", "Basic !", "Bearer x", "Basic \xff", basic("AC1", "")])
def test_broken_credentials_are_no_credentials(alice: Account, header: str) -> None:
    response = Client(headers={"authorization": header}).get(path_of(alice, "/Conferences"))
    assert error_of(response) == (401, 20003)


def test_a_wrong_token_and_an_unknown_account_look_the_same(alice: Account) -> None:
    answers = []
    for sid in (alice.sid, "AC" + "0" * 32):
        client = Client(headers={"authorization": basic(sid, "wrong")})
        answers.append(client.get(path_of(alice, "/Conferences.json")).json())
    assert answers[0] == answers[1]


def test_a_suspended_account_does_not_get_in(alice: Account) -> None:
    alice.status = AccountStatus.SUSPENDED
    alice.save()
    response = client_of(alice).get(path_of(alice, "/Conferences"))
    assert error_of(response) == (401, 20003)


@pytest.mark.parametrize("resource", ["/Conferences", "/Applications", "/Nothing", ""])
def test_another_account_does_not_exist(alice: Account, bobs: Client, resource: str) -> None:
    assert error_of(bobs.get(path_of(alice, resource))) == (404, 20404)
