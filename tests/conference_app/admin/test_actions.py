"""What can be done in the control room goes through the services."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from conference_app import engine
from conference_app.models import Account, ConferenceStatus, DeliveryStatus, GuestLink, Room
from media_engine import NotRunning
from media_engine.commands import Command, EndConference, Kick, SetMuted
from tests.builders import (
    NOON,
    build_conference,
    build_delivery,
    build_guest_link,
    build_operator,
    build_participant,
    logged_in,
)

pytestmark = pytest.mark.django_db(transaction=True)


def _act(client: Client, name: str, action: str, *keys: int) -> Any:
    url = reverse(f"admin:conference_app_{name}_changelist")
    return client.post(url, {"action": action, "_selected_action": keys}, follow=True)


def _messages(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def test_a_conference_is_ended(admin_client: Client, alice: Account, posted: list[Command]) -> None:
    conference = build_conference(alice)
    response = _act(admin_client, "conference", "end_conferences", conference.pk)
    assert posted == [EndConference(conference.sid)]
    assert _messages(response) == ["Conferences asked to end: 1."]


def test_one_that_is_over_does_not_keep_the_others_from_ending(
    admin_client: Client, alice: Account, posted: list[Command]
) -> None:
    over = build_conference(alice, status=ConferenceStatus.COMPLETED)
    live = build_conference(alice)
    response = _act(admin_client, "conference", "end_conferences", over.pk, live.pk)
    assert posted == [EndConference(live.sid)]
    assert any("already completed" in message for message in _messages(response))


@pytest.mark.parametrize(("action", "muted"), [("mute", True), ("unmute", False)])
def test_people_are_muted_and_unmuted(
    admin_client: Client, alice: Account, posted: list[Command], action: str, muted: bool
) -> None:
    conference = build_conference(alice)
    people = [build_participant(conference, muted=not muted) for _ in range(2)]
    _act(admin_client, "participant", action, *[person.pk for person in people])
    for person in people:
        person.refresh_from_db()
        assert person.muted is muted
        assert SetMuted(conference.sid, person.call.sid, muted) in posted


def test_somebody_is_put_out(admin_client: Client, alice: Account, posted: list[Command]) -> None:
    person = build_participant(build_conference(alice))
    gone = build_participant(person.conference, left_at=NOON)
    response = _act(admin_client, "participant", "kick", person.pk, gone.pk)
    assert posted == [Kick(person.conference.sid, person.call.sid)]
    assert len(_messages(response)) == 2


def test_an_engine_that_does_not_run_is_told(
    admin_client: Client, alice: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(command: Command) -> None:
        raise NotRunning("the engine is not running")

    monkeypatch.setattr(engine, "post", refuse)
    response = _act(admin_client, "conference", "end_conferences", build_conference(alice).pk)
    assert any("not running" in message for message in _messages(response))


def test_who_may_only_look_can_not_act(alice: Account, posted: list[Command]) -> None:
    client = logged_in(build_operator(alice, rights=["view_conference"]))
    _act(client, "conference", "end_conferences", build_conference(alice).pk)
    assert posted == []


def test_a_dead_delivery_is_sent_again(admin_client: Client, alice: Account) -> None:
    dead = build_delivery(build_conference(alice), status=DeliveryStatus.DEAD, attempts=10)
    response = _act(admin_client, "webhookdelivery", "replay", dead.pk)
    dead.refresh_from_db()
    assert (dead.status, dead.attempts) == (DeliveryStatus.WAITING, 0)
    assert _messages(response) == ["Deliveries to be sent again: 1."]


def test_a_delivery_shows_its_parameters_and_not_the_urls_secrets(
    admin_client: Client, alice: Account
) -> None:
    url = "https://user:secret@example.org/told?key=secret"
    row = build_delivery(build_conference(alice), url, params=[("FriendlyName", "<b>bold</b>")])
    page = admin_client.get(reverse("admin:conference_app_webhookdelivery_change", args=[row.pk]))
    assert "FriendlyName = &lt;b&gt;bold&lt;/b&gt;" in page.content.decode()
    assert "secret" not in page.content.decode()


def test_a_room_gets_a_guest_link(admin_client: Client, alice: Account) -> None:
    room = Room.objects.create(account=alice, name="<Lobby>")
    response = _act(admin_client, "room", "make_guest_link", room.pk)
    link = GuestLink.objects.get(room=room)
    (message,) = _messages(response)
    assert f"http://127.0.0.1:8000/join/{link.token}" in message
    assert "&lt;Lobby&gt;" in message
    assert 6 < (link.expires_at - timezone.now()).total_seconds() / 86_400 <= 7


def test_guest_links_are_revoked(admin_client: Client, alice: Account) -> None:
    link, gone = build_guest_link(alice), build_guest_link(alice, revoked_at=NOON)
    response = _act(admin_client, "guestlink", "revoke", link.pk, gone.pk)
    link.refresh_from_db()
    assert link.state_at(timezone.now()) == "revoked"
    assert any("withdrawn" in message for message in _messages(response))


def test_a_guest_link_is_prolonged(admin_client: Client, alice: Account) -> None:
    link = build_guest_link(alice, expires_at=NOON)
    url = reverse("admin:conference_app_guestlink_change", args=[link.pk])
    form = {"note": "", "max_guests": "3", "expires_at_0": "2099-01-01", "expires_at_1": "12:00"}
    admin_client.post(url, form)
    link.refresh_from_db()
    assert link.state_at(timezone.now()) == "open"
    assert link.max_guests == 3


def test_an_accounts_token_is_rotated(admin_client: Client, alice: Account) -> None:
    first = alice.auth_token
    shown = _act(admin_client, "account", "make_secondary_token", alice.pk)
    alice.refresh_from_db()
    second = alice.secondary_auth_token
    assert second in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    done = _act(admin_client, "account", "promote_secondary_token", alice.pk)
    alice.refresh_from_db()
    assert alice.auth_tokens == [second]
    for secret in (first, second):
        assert secret not in done.content.decode()


def test_a_rotation_is_called_off_once(admin_client: Client, alice: Account) -> None:
    _act(admin_client, "account", "make_secondary_token", alice.pk)
    _act(admin_client, "account", "drop_secondary_token", alice.pk)
    alice.refresh_from_db()
    assert alice.auth_tokens == [alice.auth_token]
    for action in ("drop_secondary_token", "promote_secondary_token"):
        response = _act(admin_client, "account", action, alice.pk)
        assert _messages(response) == ["Alice: the account has no second token"]
