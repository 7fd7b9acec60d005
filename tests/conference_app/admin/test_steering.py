"""The buttons of a live meeting's page."""

import json
import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from conference_app import engine
from conference_app.models import Account, Conference, ConferenceStatus
from media_engine import NotRunning
from media_engine.commands import Command, EndConference, Kick, SetHeld, SetMuted
from tests.builders import NOON, build_conference, build_participant

pytestmark = pytest.mark.django_db(transaction=True)


def _steer(client: Client, conference: Conference, **order: object) -> tuple[int, Any]:
    url = reverse("admin:conference_app_conference_steer", args=[conference.pk])
    answer = client.post(url, order)
    return answer.status_code, answer.json()


def _page(client: Client, conference: Conference) -> str:
    url = reverse("admin:conference_app_conference_change", args=[conference.pk])
    return client.get(url).content.decode()


def _buttons(page: str) -> list[str]:
    found = re.search(r'<script id="live-orders" type="application/json">(.*?)</script>', page)
    assert found is not None
    return [order["name"] for order in json.loads(found[1])]


def _staff(*rights: str) -> Client:
    user = User.objects.create_user("operator", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client = Client()
    client.force_login(user)
    return client


def test_somebody_is_muted_held_and_put_out(
    admin_client: Client, alice: Account, posted: list[Command]
) -> None:
    person = build_participant(build_conference(alice))
    names = (person.conference.sid, person.call.sid)
    for order in ("mute", "unmute", "hold", "unhold", "kick"):
        assert _steer(admin_client, person.conference, order=order, person=person.pk) == (
            200,
            {"asked": True},
        )
    assert posted == [
        SetMuted(*names, True),
        SetMuted(*names, False),
        SetHeld(*names, True, ""),
        SetHeld(*names, False, ""),
        Kick(*names),
    ]


def test_a_meeting_is_ended(admin_client: Client, alice: Account, posted: list[Command]) -> None:
    conference = build_conference(alice)
    assert _steer(admin_client, conference, order="end")[0] == 200
    assert posted == [EndConference(conference.sid)]


def test_what_can_not_be_done_is_said(
    admin_client: Client, alice: Account, posted: list[Command]
) -> None:
    over = build_conference(alice, status=ConferenceStatus.COMPLETED)
    gone = build_participant(build_conference(alice), left_at=NOON)
    elsewhere = build_participant(build_conference(alice, "elsewhere"))
    for conference, order, status in (
        (over, {"order": "end"}, 409),
        (gone.conference, {"order": "kick", "person": gone.pk}, 409),
        (gone.conference, {"order": "kick", "person": elsewhere.pk}, 404),
        (gone.conference, {"order": "kick", "person": "9" * 40}, 404),
        (gone.conference, {"order": "kick", "person": "²"}, 404),
        (gone.conference, {"order": "kick"}, 404),
        (gone.conference, {"order": "explode"}, 400),
        (gone.conference, {}, 400),
    ):
        answer = _steer(admin_client, conference, **order)
        assert answer[0] == status
        assert answer[1]["error"]
    assert posted == []


def test_an_engine_that_does_not_run_is_told(
    admin_client: Client, alice: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(command: Command) -> None:
        raise NotRunning("the engine is not running")

    monkeypatch.setattr(engine, "post", refuse)
    answer = _steer(admin_client, build_conference(alice), order="end")
    assert answer == (503, {"error": "the engine is not running"})


def test_each_button_takes_its_right(alice: Account, posted: list[Command]) -> None:
    person = build_participant(build_conference(alice))
    client = _staff("view_conference", "change_participant")
    assert _buttons(_page(client, person.conference)) == [
        "mute",
        "unmute",
        "hold",
        "unhold",
        "kick",
    ]
    assert _steer(client, person.conference, order="end")[0] == 403
    assert posted == []
    assert _steer(client, person.conference, order="mute", person=person.pk)[0] == 200


def test_who_may_only_look_has_no_buttons(alice: Account, posted: list[Command]) -> None:
    person = build_participant(build_conference(alice))
    client = _staff("view_conference")
    assert _buttons(_page(client, person.conference)) == []
    assert _steer(client, person.conference, order="kick", person=person.pk)[0] == 403


def test_an_order_needs_the_token_of_a_form_and_a_login(
    alice: Account, posted: list[Command]
) -> None:
    conference = build_conference(alice)
    url = reverse("admin:conference_app_conference_steer", args=[conference.pk])
    User.objects.create_superuser("admin", password="x")
    checked = Client(enforce_csrf_checks=True)
    checked.login(username="admin", password="x")
    assert checked.post(url, {"order": "end"}).status_code == 403
    assert Client().post(url, {"order": "end"}).status_code == 302
    assert checked.get(url).status_code == 405
    assert posted == []


def test_a_live_page_names_its_socket_and_shows_names_as_text(
    admin_client: Client, alice: Account
) -> None:
    conference = build_conference(alice, "<b>room</b>")
    build_participant(conference, label="</script><b>label</b>")
    page = _page(admin_client, conference)
    assert f'data-socket="/control-room/{conference.sid}"' in page
    assert "<b>" not in page
