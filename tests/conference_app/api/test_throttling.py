import pytest
from django.test import Client
from pytest_django import Settings

from conference_app.api import throttling
from conference_app.models import Account
from tests.conference_app.api.requests import error_of, path_of


@pytest.fixture(autouse=True)
def no_requests_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Buckets are full when a test begins."""
    monkeypatch.setattr(throttling, "_buckets", {})


def test_who_asks_too_much_is_told_to_wait_and_nobody_else(
    alice: Account, bob: Account, alices: Client, bobs: Client, settings: Settings
) -> None:
    settings.CONFAB_API_REQUESTS_PER_SECOND = 0.4
    path = path_of(alice, "/Calls.json")
    assert [alices.get(path).status_code for _ in range(2)] == [200, 200]
    refused = alices.get(path)
    assert error_of(refused) == (429, 20429)
    assert refused["Retry-After"] in ("2", "3")
    assert bobs.get(path_of(bob, "/Calls.json")).status_code == 200


def test_nobody_is_told_to_wait_without_a_bound(
    alice: Account, alices: Client, settings: Settings
) -> None:
    settings.CONFAB_API_REQUESTS_PER_SECOND = 0
    assert {alices.get(path_of(alice, "/Calls.json")).status_code for _ in range(9)} == {200}


def test_a_bucket_fills_again_and_does_not_run_over() -> None:
    taken = [throttling.take(1, 10, now_s=100.0) for _ in range(51)]
    assert taken[:50] == [None] * 50
    assert taken[50] == pytest.approx(0.1)
    assert throttling.take(1, 10, now_s=100.125) is None
    assert throttling.take(1, 10, now_s=100.125) == pytest.approx(0.075)
    assert [throttling.take(1, 10, now_s=9000.0) for _ in range(51)].count(None) == 50
