"""Twilio's own library drives the API; only its transport is another."""

import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from django.test import Client
from twilio.base.exceptions import TwilioRestException
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client as TwilioClient
from typing_extensions import override

from conference_app.models import Account, Participant
from media_engine.commands import Command, EndConference, Kick, SetMuted
from tests.builders import basic, build_conference, build_participant


class TestClientTransport(HttpClient):  # type: ignore[misc] # the library has no types
    """Hands the library's requests to Django."""

    __test__ = False

    def __init__(self) -> None:
        super().__init__(logging.getLogger(__name__), is_async=False)

    @override
    def request(
        self,
        method: str,
        uri: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        assert auth is not None
        parts = urlsplit(uri)
        query = urlencode(params or {}, doseq=True)
        response = Client().generic(
            method,
            f"{parts.path}?{'&'.join(part for part in (parts.query, query) if part)}",
            urlencode(data or {}, doseq=True),
            content_type="application/x-www-form-urlencoded",
            headers={"authorization": basic(*auth)},
        )
        return Response(response.status_code, response.content.decode())


@pytest.fixture
def library(alice: Account) -> Any:
    return TwilioClient(alice.sid, alice.auth_token, http_client=TestClientTransport())


def test_applications(library: Any) -> None:
    made = library.applications.create(friendly_name="a", voice_url="https://example.org/")
    assert [application.sid for application in library.applications.list()] == [made.sid]
    assert library.applications(made.sid).fetch().voice_url == "https://example.org/"
    assert library.applications(made.sid).delete()
    assert library.applications.list() == []


def test_a_key_is_made_used_and_revoked(alice: Account, library: Any) -> None:
    made = library.new_keys.create(friendly_name="phone")
    by_key = TwilioClient(made.sid, made.secret, alice.sid, http_client=TestClientTransport())
    assert by_key.conferences.list() == []
    assert library.keys(made.sid).update(friendly_name="tablet").friendly_name == "tablet"
    assert [key.friendly_name for key in library.keys.list()] == ["tablet"]
    assert library.keys(made.sid).delete()
    with pytest.raises(TwilioRestException) as caught:
        by_key.applications.create(friendly_name="a")
    assert (caught.value.status, caught.value.code) == (401, 20003)


def test_every_conference_over_many_pages(alice: Account, library: Any) -> None:
    made = [build_conference(alice, f"room {number}").sid for number in range(7)]
    listed = library.conferences.list(page_size=2, status="in-progress")
    assert [conference.sid for conference in listed] == made[::-1]


@pytest.mark.django_db(transaction=True)
def test_mute_kick_and_end(alice: Account, library: Any, posted: list[Command]) -> None:
    participant = build_participant(build_conference(alice))
    conference_sid, call_sid = participant.conference.sid, participant.call.sid
    conference = library.conferences(conference_sid)
    assert conference.participants(call_sid).update(muted=True).muted is True
    assert [row.call_sid for row in conference.participants.list(muted=True)] == [call_sid]
    assert conference.participants(call_sid).delete()
    assert conference.update(status="completed").sid == conference_sid
    assert posted == [
        SetMuted(conference_sid, call_sid, True),
        Kick(conference_sid, call_sid),
        EndConference(conference_sid),
    ]
    assert Participant.objects.get().muted


def test_an_error_is_read_as_twilios(library: Any) -> None:
    with pytest.raises(TwilioRestException) as caught:
        library.conferences("CF" + "0" * 32).fetch()
    assert (caught.value.status, caught.value.code) == (404, 20404)
