"""The buttons of a live meeting's page."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from conference_app import engine
from conference_app.admin.orders import ORDERS
from conference_app.models import Account, Conference, ConferenceStatus, GuestLink
from conference_app.services import dialing
from conference_app.services.call_plan import PlacedCall
from media_engine import NotRunning
from media_engine.commands import (
    Command,
    EndConference,
    Kick,
    PauseRecording,
    ResumeRecording,
    SetHeld,
    SetLocked,
    SetMuted,
    SetVolume,
    StartRecording,
    StopRecording,
)
from tests.builders import NOON, build_conference, build_operator, build_participant, logged_in

pytestmark = pytest.mark.django_db(transaction=True)

ASKED = (200, {"asked": True, "copy": ""})


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


def test_somebody_is_muted_held_and_put_out(
    admin_client: Client, alice: Account, posted: list[Command]
) -> None:
    person = build_participant(build_conference(alice))
    names = (person.conference.sid, person.call.sid)
    for order in ("mute", "unmute", "hold", "unhold", "kick"):
        assert _steer(admin_client, person.conference, order=order, person=person.pk) == ASKED
    assert posted == [
        SetMuted(*names, True),
        SetMuted(*names, False),
        SetHeld(*names, True, ""),
        SetHeld(*names, False, ""),
        Kick(*names),
    ]


def test_somebody_is_heard_louder_or_softer(
    admin_client: Client, alice: Account, posted: list[Command]
) -> None:
    person = build_participant(build_conference(alice))
    steer = {"order": "volume", "person": person.pk}
    assert _steer(admin_client, person.conference, volume="1.5", **steer) == ASKED
    assert posted == [SetVolume(person.conference.sid, person.call.sid, 1.5)]
    for volume in ("", "2.1", "-0.1", "nan", "inf", "loud"):
        assert _steer(admin_client, person.conference, volume=volume, **steer)[0] == 400
    assert len(posted) == 1


def test_a_meeting_is_locked_unlocked_and_ended(
    admin_client: Client, alice: Account, posted: list[Command]
) -> None:
    conference = build_conference(alice)
    for order in ("lock", "unlock", "end"):
        assert _steer(admin_client, conference, order=order) == ASKED
    sid = conference.sid
    assert posted == [SetLocked(sid, True), SetLocked(sid, False), EndConference(sid)]


def test_a_meeting_is_recorded_paused_and_stopped(
    admin_client: Client, alice: Account, posted: list[Command]
) -> None:
    conference = build_conference(alice)
    assert _steer(admin_client, conference, order="pause")[0] == 409
    for order in ("record", "pause", "resume", "stop"):
        assert _steer(admin_client, conference, order=order) == ASKED
    names = (conference.sid, conference.recordings.get().sid)
    assert posted == [
        StartRecording(*names),
        PauseRecording(*names, skip=False),
        ResumeRecording(*names),
        StopRecording(*names),
    ]
    assert _steer(admin_client, conference, order="record")[0] == 409


def test_something_is_announced_to_one_or_to_all(
    admin_client: Client, alice: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[dict[str, Any]] = []
    monkeypatch.setattr(engine, "spawn", lambda task, *, name: begun.append(task.keywords))
    person = build_participant(build_conference(alice))
    conference = person.conference
    to_one = {"order": "speak-to", "person": person.pk}
    assert _steer(admin_client, conference, order="announce", text=" Five\nminutes ") == ASKED
    assert _steer(admin_client, conference, url="https://example.org/a.wav", **to_one) == ASKED
    assert _steer(admin_client, conference, url="/holdmusic", **to_one) == ASKED
    said = [(task["wish"].text, task["wish"].url, task["to"]) for task in begun]
    assert said == [
        ("Five minutes", None, None),
        ("", "https://example.org/a.wav", person.call),
        ("", "http://127.0.0.1:8000/holdmusic", person.call),
    ]


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"text": " ", "url": ""},
        {"text": "Hello", "url": "https://example.org/"},
        {"text": "x" * 1001},
        {"text": "a\0b"},
        {"url": "ftp://example.org/"},
        {"url": "//example.org/"},
        {"url": "https://"},
        {"url": "https://[/"},
        {"url": "https://example.org:x/"},
        {"url": "https://example.org/" + "x" * 2048},
        {"url": "javascript:alert(1)"},
    ],
)
def test_what_can_not_be_announced_is_said(
    admin_client: Client, alice: Account, said: dict[str, str]
) -> None:
    conference = build_conference(alice)
    status, answer = _steer(admin_client, conference, order="announce", **said)
    assert status == 400
    assert answer["error"].startswith(("Give", "A text"))


def test_a_guest_link_to_the_room_is_made(admin_client: Client, alice: Account) -> None:
    conference = build_conference(alice)
    status, answer = _steer(admin_client, conference, order="invite")
    link = GuestLink.objects.get()
    assert status == 200
    assert answer["copy"] == f"http://127.0.0.1:8000{link.get_absolute_url()}"
    assert link.room == conference.room
    assert timedelta(days=6) < link.expires_at - timezone.now() <= timedelta(days=7)


def test_what_can_not_be_done_is_said(
    admin_client: Client, alice: Account, posted: list[Command]
) -> None:
    over = build_conference(alice, status=ConferenceStatus.COMPLETED)
    gone = build_participant(build_conference(alice), left_at=NOON)
    elsewhere = build_participant(build_conference(alice, "elsewhere"))
    for conference, order, status in (
        (over, {"order": "end"}, 409),
        (over, {"order": "lock"}, 409),
        (over, {"order": "record"}, 409),
        (over, {"order": "announce", "text": "Hello"}, 409),
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


RIGHTS = {
    "change_participant": ["mute", "unmute", "hold", "unhold", "volume", "speak-to", "kick"],
    "change_conference": ["lock", "unlock", "announce", "end"],
    "add_recording": ["record"],
    "change_recording": ["pause", "resume", "stop"],
    "add_guestlink": ["invite"],
    "add_call": ["test-speaker"],
}


@pytest.mark.parametrize("right", RIGHTS)
def test_each_button_takes_its_right(alice: Account, posted: list[Command], right: str) -> None:
    person = build_participant(build_conference(alice))
    client = logged_in(build_operator(alice, rights=["view_conference", right]))
    assert _buttons(_page(client, person.conference)) == RIGHTS[right]
    for order in (order for other in RIGHTS if other != right for order in RIGHTS[other]):
        assert _steer(client, person.conference, order=order, person=person.pk)[0] == 403
    assert posted == []
    assert not GuestLink.objects.exists()
    for order in RIGHTS[right]:
        assert _steer(client, person.conference, order=order, person=person.pk)[0] != 403


def test_every_order_takes_a_right_of_the_table_above() -> None:
    assert sorted(order.name for order in ORDERS) == sorted(sum(RIGHTS.values(), []))


def test_what_undoes_an_order_is_there_for_who_may_give_it() -> None:
    by_name = {order.name: order for order in ORDERS}
    for order in ORDERS:
        if order.undo:
            back = by_name[order.undo]
            assert (back.undo, back.right, back.person) == (order.name, order.right, order.person)


def test_who_may_only_look_has_no_buttons(alice: Account, posted: list[Command]) -> None:
    person = build_participant(build_conference(alice))
    client = logged_in(build_operator(alice, rights=["view_conference"]))
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


def test_a_test_speaker_is_called_in_once(
    admin_client: Client, alice: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = build_participant(build_conference(alice))
    placed: list[PlacedCall] = []
    monkeypatch.setattr(dialing, "check_that_calls_are_made", lambda: None)
    monkeypatch.setattr(dialing, "carry", placed.append)
    monkeypatch.setattr(engine, "meeting_in", lambda room: person.conference.sid)
    assert _steer(admin_client, person.conference, order="test-speaker")[0] == 200
    assert _steer(admin_client, person.conference, order="test-speaker") == (
        409,
        {"error": "The test speaker is there already."},
    )
    (call,) = placed
    assert call.is_to_test_speaker


def test_whether_a_test_speaker_may_be_called_is_a_permission(alice: Account) -> None:
    person = build_participant(build_conference(alice))
    rights = ("view_conference", "change_conference", "change_participant")
    user = build_operator(alice, rights=rights)
    client = logged_in(user)
    assert "test-speaker" not in _buttons(_page(client, person.conference))
    assert _steer(client, person.conference, order="test-speaker")[0] == 403
    user.user_permissions.add(Permission.objects.get(codename="add_call"))
    assert "test-speaker" in _buttons(_page(client, person.conference))
