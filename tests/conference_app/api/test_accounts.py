import pytest
from django.test import Client

from conference_app.models import Account
from tests.conference_app.api.requests import error_of, path_of, post_form


def test_an_account_sees_itself_without_its_token(alice: Account, alices: Client) -> None:
    told = alices.get(path_of(alice, ".json")).json()
    assert (told["sid"], told["friendly_name"], told["status"]) == (alice.sid, "Alice", "active")
    assert told["auth_token"] is None
    assert alice.auth_token not in str(told)
    for uri in told["subresource_uris"].values():
        assert alices.get(uri).status_code == 200


def test_the_list_has_one_row_and_no_other(alice: Account, bob: Account, alices: Client) -> None:
    told = alices.get("/2010-04-01/Accounts.json").json()
    assert [row["sid"] for row in told["accounts"]] == [alice.sid]
    for query, found in (
        ("FriendlyName=Alice&Status=active", 1),
        ("FriendlyName=Bob", 0),
        ("Status=closed", 0),
    ):
        told = alices.get(f"/2010-04-01/Accounts.json?{query}").json()
        assert len(told["accounts"]) == found


def test_a_name_can_be_changed(alice: Account, alices: Client) -> None:
    path = path_of(alice, ".json")
    assert post_form(alices, path, FriendlyName="Al").json()["friendly_name"] == "Al"
    assert alices.get(path).json()["friendly_name"] == "Al"


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"Status": "closed"}, (400, 20001)),
        ({"Status": "suspended"}, (400, 20001)),
        ({"FriendlyName": ""}, (400, 20002)),
        ({"FriendlyName": "x" * 65}, (400, 20002)),
    ],
)
def test_what_can_not_be_changed(
    alice: Account, alices: Client, parameters: dict[str, str], expected: tuple[int, int]
) -> None:
    assert error_of(post_form(alices, path_of(alice, ".json"), **parameters)) == expected
    alice.refresh_from_db()
    assert (alice.friendly_name, alice.status) == ("Alice", "active")


def test_another_account_does_not_exist(alice: Account, bobs: Client) -> None:
    assert error_of(bobs.get(path_of(alice, ".json"))) == (404, 20404)
    assert error_of(post_form(bobs, path_of(alice, ".json"), FriendlyName="x")) == (404, 20404)
