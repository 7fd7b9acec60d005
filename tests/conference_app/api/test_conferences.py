import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from conference_app import engine
from conference_app.models import Account, Conference, ConferenceStatus
from media_engine import EngineFull, NotRunning
from media_engine.commands import Command, EndConference
from tests.builders import build_conference
from tests.conference_app.api.requests import error_of, path_of, post_form
from tests.conference_app.api.shapes import CONFERENCE, PAGE, RFC_2822


def _path(conference: Conference) -> str:
    return path_of(conference.account, f"/Conferences/{conference.sid}.json")


def _names(response: Any) -> list[str]:
    assert response.status_code == 200
    return [row["friendly_name"] for row in response.json()["conferences"]]


def test_a_conference_has_twilios_shape(alice: Account, alices: Client) -> None:
    conference = build_conference(alice)
    told = alices.get(_path(conference)).json()
    assert set(told) == CONFERENCE
    assert told["status"] == "in-progress"
    assert told["uri"] == _path(conference)
    assert told["subresource_uris"] == {
        "participants": path_of(alice, f"/Conferences/{conference.sid}/Participants.json"),
        "recordings": path_of(alice, f"/Conferences/{conference.sid}/Recordings.json"),
    }
    assert told["reason_conference_ended"] is None
    assert re.match(RFC_2822, told["date_created"])
    assert re.match(RFC_2822, told["date_updated"])


def test_one_that_is_over_says_why(alice: Account, alices: Client) -> None:
    conference = build_conference(
        alice,
        status=ConferenceStatus.COMPLETED,
        reason_ended="last-participant-left",
        call_sid_ending="CA" + "1" * 32,
    )
    told = alices.get(_path(conference)).json()
    assert told["status"] == "completed"
    assert told["reason_conference_ended"] == "last-participant-left"
    assert told["call_sid_ending_conference"] == "CA" + "1" * 32


def test_the_list_shows_ones_own_newest_first(alice: Account, bob: Account, alices: Client) -> None:
    build_conference(alice, "first")
    build_conference(alice, "second")
    build_conference(bob, "bobs")
    response = alices.get(path_of(alice, "/Conferences.json"))
    assert set(response.json()) == {"conferences"} | PAGE
    assert _names(response) == ["second", "first"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["new", "old"]),
        ("FriendlyName=old", ["old"]),
        ("FriendlyName=nothing", []),
        ("Status=completed", ["old"]),
        ("Status=in-progress", ["new"]),
        ("Status=", ["new", "old"]),
        ("DateCreated=2026-01-31", ["old"]),
        ("DateCreated<=2026-01-31", ["old"]),
        ("DateCreated%3C=2026-01-30", []),
        ("DateCreated>=2026-02-01", ["new"]),
        ("DateCreated%3E=2026-01-31", ["new", "old"]),
        ("DateCreated>=2026-01-01&DateCreated<=9999-12-31", ["new", "old"]),
        ("DateUpdated=1970-01-01", []),
        ("Unknown=1", ["new", "old"]),
    ],
)
def test_filters(alice: Account, alices: Client, query: str, expected: list[str]) -> None:
    build_conference(alice, "old", status=ConferenceStatus.COMPLETED)
    Conference.objects.update(created_at=datetime(2026, 1, 31, 23, 59, tzinfo=UTC))
    build_conference(alice, "new")
    assert _names(alices.get(path_of(alice, f"/Conferences.json?{query}"))) == expected


@pytest.mark.parametrize(
    "query", ["Status=over", "DateCreated=yesterday", "DateCreated<=0000-00-00", "FriendlyName=%00"]
)
def test_a_filter_that_makes_no_sense_is_refused(
    alice: Account, alices: Client, query: str
) -> None:
    status, _ = error_of(alices.get(path_of(alice, f"/Conferences.json?{query}")))
    assert status == 400


def test_a_conference_can_be_ended(
    alice: Account,
    alices: Client,
    posted: list[Command],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    conference = build_conference(alice)
    with django_capture_on_commit_callbacks(execute=True):
        response = post_form(alices, _path(conference), Status="completed")
    assert (response.status_code, set(response.json())) == (200, CONFERENCE)
    assert posted == [EndConference(conference.sid)]


def test_one_that_is_over_can_not_be_ended_again(alice: Account, alices: Client) -> None:
    conference = build_conference(alice, status=ConferenceStatus.COMPLETED)
    response = post_form(alices, _path(conference), Status="completed")
    assert error_of(response) == (400, 16022)


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"Status": "in-progress"}, 20001),
        ({"AnnounceUrl": ""}, 21402),
        ({"AnnounceUrl": "ftp://example.org/a.wav"}, 21402),
        ({"AnnounceUrl": "/a.wav", "AnnounceMethod": "PUT"}, 21403),
    ],
)
def test_nothing_else_can_be_asked_of_it(
    alice: Account, alices: Client, posted: list[Command], parameters: dict[str, str], code: int
) -> None:
    response = post_form(alices, _path(build_conference(alice)), **parameters)
    assert error_of(response) == (400, code)
    assert posted == []


def test_nothing_is_announced_in_one_that_is_over(alice: Account, alices: Client) -> None:
    conference = build_conference(alice, status=ConferenceStatus.COMPLETED)
    response = post_form(alices, _path(conference), AnnounceUrl="/a.wav")
    assert error_of(response) == (400, 16022)


def test_anothers_conference_does_not_exist(alice: Account, bob: Account, bobs: Client) -> None:
    path = path_of(bob, f"/Conferences/{build_conference(alice).sid}.json")
    assert error_of(bobs.get(path)) == (404, 20404)
    assert error_of(post_form(bobs, path, Status="completed")) == (404, 20404)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [NotRunning("stopped"), EngineFull("full")])
def test_an_engine_that_takes_nothing_is_told(
    alice: Account, alices: Client, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def refuse(command: Command) -> None:
        raise error

    monkeypatch.setattr(engine, "post", refuse)
    response = post_form(alices, _path(build_conference(alice)), Status="completed")
    assert error_of(response) == (503, 20503)
