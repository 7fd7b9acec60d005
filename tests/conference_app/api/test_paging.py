from typing import Any

import pytest
from django.test import Client

from conference_app.models import Account, Application
from tests.builders import build_application
from tests.conference_app.api.requests import error_of, path_of


@pytest.fixture
def five(alice: Account) -> list[Application]:
    """Five applications, newest first."""
    return [build_application(alice, f"app {number}") for number in range(5)][::-1]


def _names(told: Any) -> list[str]:
    return [row["friendly_name"] for row in told["applications"]]


def _first(client: Client, account: Account, query: str) -> Any:
    return client.get(path_of(account, f"/Applications.json?{query}")).json()


def test_pages_lead_to_each_other(alice: Account, alices: Client, five: list[Application]) -> None:
    first = _first(alices, alice, "PageSize=2")
    second = alices.get(first["next_page_uri"]).json()
    third = alices.get(second["next_page_uri"]).json()
    assert [_names(page) for page in (first, second, third)] == [
        ["app 4", "app 3"],
        ["app 2", "app 1"],
        ["app 0"],
    ]
    assert [(page["page"], page["start"], page["end"]) for page in (first, second, third)] == [
        (0, 0, 1),
        (1, 2, 3),
        (2, 4, 4),
    ]
    assert first["previous_page_uri"] is third["next_page_uri"] is None
    assert _names(alices.get(third["previous_page_uri"]).json()) == _names(second)
    assert _names(alices.get(second["previous_page_uri"]).json()) == _names(first)
    assert _names(alices.get(third["first_page_uri"]).json()) == _names(first)


def test_uris_have_twilios_form(alice: Account, alices: Client, five: list[Application]) -> None:
    told = alices.get(path_of(alice, "/Applications.json?PageSize=2&Unknown%3E=a b")).json()
    base = path_of(alice, "/Applications.json?Unknown%3E=a+b&PageSize=2")
    assert told["uri"] == told["first_page_uri"] == f"{base}&Page=0"
    assert told["next_page_uri"] == f"{base}&Page=1&PageToken=PA{five[1].sid}"
    second = alices.get(told["next_page_uri"]).json()
    assert second["uri"] == told["next_page_uri"]
    assert second["previous_page_uri"] == f"{base}&Page=0&PageToken=PB{five[2].sid}"


def test_what_comes_meanwhile_does_not_shift_the_pages(
    alice: Account, alices: Client, five: list[Application]
) -> None:
    first = _first(alices, alice, "PageSize=2")
    build_application(alice, "newer")
    assert _names(alices.get(first["next_page_uri"]).json()) == ["app 2", "app 1"]


def test_a_page_without_a_token_is_counted_off(
    alice: Account, alices: Client, five: list[Application]
) -> None:
    assert _names(_first(alices, alice, "PageSize=2&Page=1")) == ["app 2", "app 1"]
    beyond = _first(alices, alice, "PageSize=2&Page=1000000")
    assert (beyond["applications"], beyond["next_page_uri"]) == ([], None)


def test_an_empty_list_has_an_empty_page(alice: Account, alices: Client) -> None:
    told = _first(alices, alice, "")
    assert (told["applications"], told["page_size"]) == ([], 50)
    assert (told["start"], told["end"]) == (0, 0)
    assert told["next_page_uri"] is told["previous_page_uri"] is None


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("PageSize=0", 20007),
        ("PageSize=1001", 20007),
        ("PageSize=many", 20007),
        ("PageSize=99999999999999999999999", 20007),
        ("Page=-1", 20001),
        ("Page=1e9", 20001),
        ("PageToken=x", 21481),
        ("PageToken=PA" + "AP" + "0" * 32, 21481),
        ("PageToken=PA%00", 21481),
    ],
)
def test_a_page_that_does_not_exist_is_refused(
    alice: Account, alices: Client, query: str, code: int
) -> None:
    response = alices.get(path_of(alice, f"/Applications.json?{query}"))
    assert error_of(response) == (400, code)


def test_anothers_token_leads_nowhere(alice: Account, bob: Account, bobs: Client) -> None:
    token = f"PA{build_application(alice).sid}"
    response = bobs.get(path_of(bob, f"/Applications.json?Page=1&PageToken={token}"))
    assert error_of(response) == (400, 21481)
