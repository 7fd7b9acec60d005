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
from conference_app.services import recordings
from conference_app.services.sound_wish import SoundWish
from media_engine.commands import (
    ChangeExit,
    Command,
    EndConference,
    Kick,
    PauseRecording,
    SetCoached,
    SetHeld,
    SetMuted,
    StopRecording,
)
from tests.builders import NOON, basic, build_conference, build_participant


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


@pytest.mark.django_db(transaction=True)
def test_hold_coach_and_pause(alice: Account, library: Any, posted: list[Command]) -> None:
    row = build_conference(alice)
    held, coached, coach = (build_participant(row).call.sid for _ in range(3))
    recording = recordings.begin(conference=row, sid="RE" + "a" * 32, started_at=NOON)
    conference = library.conferences(row.sid)
    music = "https://example.org/music.mp3"
    answer = conference.participants(held).update(hold=True, hold_url=music, hold_method="POST")
    assert answer.hold is True
    answer = conference.participants(coach).update(coaching=True, call_sid_to_coach=coached)
    assert (answer.coaching, answer.call_sid_to_coach) == (True, coached)
    answer = conference.participants(held).update(end_conference_on_exit=True, beep_on_exit=False)
    assert answer.end_conference_on_exit is True
    paused = conference.recordings("Twilio.CURRENT").update(status="paused", pause_behavior="skip")
    assert (paused.sid, paused.status) == (recording.sid, "paused")
    assert conference.recordings(recording.sid).update(status="stopped").status == "stopped"
    assert posted == [
        SetHeld(row.sid, held, True, SoundWish(music, "POST").to_json()),
        SetCoached(row.sid, coach, coached),
        ChangeExit(row.sid, held, beep_on_exit=False, end_on_exit=True),
        PauseRecording(row.sid, recording.sid, skip=True),
        StopRecording(row.sid, recording.sid),
    ]


def test_an_error_is_read_as_twilios(library: Any) -> None:
    with pytest.raises(TwilioRestException) as caught:
        library.conferences("CF" + "0" * 32).fetch()
    assert (caught.value.status, caught.value.code) == (404, 20404)
