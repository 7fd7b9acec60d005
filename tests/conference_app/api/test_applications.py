import re
from typing import Any

import pytest
from django.test import Client

from conference_app import sids
from conference_app.models import Account, Application
from tests.builders import build_application
from tests.conference_app.api.requests import error_of, path_of, post_form
from tests.conference_app.api.shapes import APPLICATION, PAGE, RFC_2822


def _create(client: Client, account: Account, **parameters: str) -> Any:
    return post_form(client, path_of(account, "/Applications.json"), **parameters)


def test_an_application_is_created_in_twilios_shape(alice: Account, alices: Client) -> None:
    response = _create(
        alices,
        alice,
        FriendlyName="reception",
        VoiceUrl="https://example.org/voice",
        VoiceMethod="GET",
    )
    told = response.json()
    assert response.status_code == 201
    assert set(told) == APPLICATION
    assert sids.is_sid(told["sid"], "AP")
    assert told["account_sid"] == alice.sid
    assert (told["voice_url"], told["voice_method"]) == ("https://example.org/voice", "GET")
    assert told["status_callback"] is None
    assert told["uri"] == path_of(alice, f"/Applications/{told['sid']}.json")
    assert re.match(RFC_2822, told["date_created"])


def test_what_was_created_can_be_fetched_and_deleted(alice: Account, alices: Client) -> None:
    created = _create(alices, alice, FriendlyName="reception").json()
    assert alices.get(created["uri"]).json() == created
    deleted = alices.delete(created["uri"])
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert error_of(alices.get(created["uri"])) == (404, 20404)


def test_the_list_shows_ones_own(alice: Account, bob: Account, alices: Client) -> None:
    build_application(alice, "one")
    build_application(alice, "two")
    build_application(bob, "bobs")
    told = alices.get(path_of(alice, "/Applications.json")).json()
    assert set(told) == {"applications"} | PAGE
    assert [row["friendly_name"] for row in told["applications"]] == ["two", "one"]
    filtered = alices.get(path_of(alice, "/Applications.json?FriendlyName=one")).json()
    assert [row["friendly_name"] for row in filtered["applications"]] == ["one"]


@pytest.mark.parametrize(
    ("parameter", "value", "code"),
    [
        ("FriendlyName", "x" * 65, 20002),
        ("FriendlyName", "nul\0", 20002),
        ("VoiceUrl", "not a url", 21402),
        ("VoiceUrl", "ftp://example.org/", 21402),
        ("VoiceUrl", "//example.org/", 21402),
        ("VoiceUrl", "http://", 21402),
        ("VoiceUrl", "http://[::1", 21402),
        ("VoiceUrl", "http://example.org:99999/", 21402),
        ("VoiceUrl", "http://example\n.org/", 21402),
        ("VoiceUrl", "https://example.org/" + "x" * 2048, 21402),
        ("VoiceFallbackUrl", "javascript:alert(1)", 21402),
        ("StatusCallback", "x", 21402),
        ("VoiceMethod", "PUT", 21403),
        ("VoiceMethod", "", 21403),
    ],
)
def test_a_wrong_parameter_has_its_code(
    alice: Account, alices: Client, parameter: str, value: str, code: int
) -> None:
    response = _create(alices, alice, **{parameter: value})
    assert error_of(response) == (400, code)
    assert response.json()["message"].startswith(f"{parameter}: ")
    assert not Application.objects.exists()


@pytest.mark.parametrize(
    "url",
    ["http://app:8000/voice", "https://example.org/?a=%20#rc=2", "/twiml/EH1", "http://[::1]/"],
)
def test_urls_of_ones_own_network_are_fine(alice: Account, alices: Client, url: str) -> None:
    assert _create(alices, alice, VoiceUrl=url).json()["voice_url"] == url


def test_a_name_that_is_taken_is_a_conflict(alice: Account, bobs: Client, alices: Client) -> None:
    build_application(alice, "reception")
    assert error_of(_create(alices, alice, FriendlyName="reception")) == (409, 20409)


def test_anothers_application_does_not_exist(alice: Account, bob: Account, bobs: Client) -> None:
    application = build_application(alice)
    path = path_of(bob, f"/Applications/{application.sid}.json")
    assert error_of(bobs.get(path)) == (404, 20404)
    assert error_of(bobs.delete(path)) == (404, 20404)
    assert Application.objects.exists()


def test_what_concerns_messages_is_ignored(alice: Account, alices: Client) -> None:
    response = _create(alices, alice, SmsUrl="https://example.org/sms")
    assert (response.status_code, response.json()["sms_url"]) == (201, None)


def test_what_is_sent_is_changed_and_the_rest_stays(alice: Account, alices: Client) -> None:
    application = build_application(alice, "reception", voice_method="GET")
    path = path_of(alice, f"/Applications/{application.sid}.json")
    told = post_form(alices, path, FriendlyName="desk", VoiceUrl="https://example.org/new").json()
    assert (told["friendly_name"], told["voice_url"]) == ("desk", "https://example.org/new")
    assert told["voice_method"] == "GET"
    assert post_form(alices, path, VoiceUrl="").json()["voice_url"] is None
    assert post_form(alices, path, FriendlyName="").json()["friendly_name"] == application.sid


def test_a_change_may_not_take_anothers_name(alice: Account, alices: Client) -> None:
    build_application(alice, "taken")
    application = build_application(alice, "free")
    path = path_of(alice, f"/Applications/{application.sid}.json")
    assert error_of(post_form(alices, path, FriendlyName="taken")) == (409, 20409)
    assert error_of(post_form(alices, path, VoiceMethod="PUT")) == (400, 21403)
    application.refresh_from_db()
    assert application.friendly_name == "free"
