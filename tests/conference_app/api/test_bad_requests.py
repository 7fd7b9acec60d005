"""Whatever a client sends, the answer is an error in Twilio's shape and never a 500."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from conference_app.api.conferences import ConferencesView
from conference_app.models import Account, Application
from tests.builders import build_conference
from tests.conference_app.api.requests import error_of, path_of

FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    "path",
    [
        "/Conferences/",
        "/Conferences/CF1.json",
        "/Conferences/CF" + "g" * 32,
        "/Conferences.xml",
        "/Messages.json",
        "/%00",
        "/" + "x" * 5000,
    ],
)
def test_an_unknown_path_is_not_found(alice: Account, alices: Client, path: str) -> None:
    assert error_of(alices.get(path_of(alice, path))) == (404, 20404)
    assert error_of(alices.post(path_of(alice, path))) == (404, 20404)


def test_an_unknown_path_outside_of_accounts_is_not_found(alices: Client) -> None:
    for path in ("/2010-04-01/", "/2010-04-01/Accounts/x.json"):
        assert error_of(alices.get(path)) == (404, 20404)


def test_a_stranger_learns_nothing_of_paths(stranger: Client, db: None) -> None:
    assert error_of(stranger.get("/2010-04-01/Nothing")) == (401, 20003)


@pytest.mark.parametrize(
    ("method", "resource"),
    [
        ("delete", "/Conferences.json"),
        ("post", "/Conferences.json"),
        ("put", "/Conferences.json"),
        ("patch", "/Conferences.json"),
        ("options", "/Conferences.json"),
        ("delete", "/Conferences/{sid}.json"),
        ("delete", "/Conferences/{sid}/Participants.json"),
    ],
)
def test_a_method_that_a_resource_has_not_got(
    alice: Account, alices: Client, method: str, resource: str
) -> None:
    path = path_of(alice, resource.format(sid=build_conference(alice).sid))
    response = alices.generic(method.upper(), path)
    assert error_of(response) == (405, 20004)
    assert "GET" in response["Allow"]


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        (b'{"FriendlyName": "x"}', "application/json", (415, 19056)),
        (b"FriendlyName=x", "text/plain", (415, 19056)),
        (b"FriendlyName=x", "", (415, 19056)),
        (b"FriendlyName=%00", FORM, (400, 20002)),
        (b"VoiceUrl=" + b"x" * 5000, FORM, (400, 21402)),
        (b"&".join(b"p%d=1" % number for number in range(2000)), FORM, (400, 20001)),
        (b"FriendlyName=" + b"x" * 2_000_000, FORM, (400, 20001)),
    ],
)
def test_a_body_that_is_no_proper_form(
    alice: Account, alices: Client, body: bytes, content_type: str, expected: tuple[int, int]
) -> None:
    path = path_of(alice, "/Applications.json")
    response = alices.generic("POST", path, body, content_type=content_type)
    assert error_of(response) == expected
    assert not Application.objects.exists()


def test_a_form_is_utf_8_whatever_it_says(alice: Account, alices: Client) -> None:
    path = path_of(alice, "/Applications.json")
    content_type = f"{FORM}; charset=utf-16"
    response = alices.generic("POST", path, b"FriendlyName=K%C3%B6ln", content_type=content_type)
    assert (response.status_code, response.json()["friendly_name"]) == (201, "Köln")


@pytest.mark.parametrize("body", [b"FriendlyName=%FF%FE", b"FriendlyName=\xff\xfe", b"%%%=%%%&=&&"])
def test_bytes_that_are_no_text_do_no_harm(alice: Account, alices: Client, body: bytes) -> None:
    response = alices.generic("POST", path_of(alice, "/Applications"), body, content_type=FORM)
    assert response.status_code == 201


def test_the_path_says_the_format_whatever_the_client_accepts(
    alice: Account, alices: Client
) -> None:
    headers = {"accept": "application/xml, text/html;q=0.5"}
    response = alices.get(path_of(alice, "/Conferences.json?format=xml"), headers=headers)
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")


def test_a_mistake_of_ours_is_told_in_twilios_shape(
    alice: Account, alices: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(ConferencesView, "get", fail)
    alices.raise_request_exception = False
    response = alices.get(path_of(alice, "/Conferences.json"))
    assert error_of(response) == (500, 20500)
    assert "ZeroDivision" not in response.content.decode()
