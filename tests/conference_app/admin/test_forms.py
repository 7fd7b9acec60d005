"""What an operator may write."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from conference_app.models import Account, ApiKey, Room, TwimlBin
from tests.builders import build_api_key

ADD_BIN = "admin:conference_app_twimlbin_add"


def test_twiml_that_parses_is_kept(admin_client: Client, alice: Account) -> None:
    sent = {"account": alice.pk, "friendly_name": "x", "twiml": "<Response><Hangup/></Response>"}
    admin_client.post(reverse(ADD_BIN), sent)
    assert TwimlBin.objects.get().twiml == "<Response><Hangup/></Response>"


@pytest.mark.parametrize("twiml", ["<Response>", "<Reply/>", "<!DOCTYPE a><Response/>"])
def test_twiml_that_no_call_could_run_is_refused(
    admin_client: Client, alice: Account, twiml: str
) -> None:
    sent = {"account": alice.pk, "friendly_name": "x", "twiml": twiml}
    response = admin_client.post(reverse(ADD_BIN), sent)
    assert response.context["adminform"].form.errors["twiml"]
    assert not TwimlBin.objects.exists()


def test_a_room_is_limited_and_keeps_its_name(admin_client: Client, alice: Account) -> None:
    room = Room.objects.create(account=alice, name="lobby")
    url = reverse("admin:conference_app_room_change", args=[room.pk])
    sent = {"name": "another", "max_participants": "3", "auto_gain_control": "on"}
    admin_client.post(url, sent)
    room.refresh_from_db()
    assert (room.name, room.max_participants) == ("lobby", 3)
    assert (room.auto_gain_control, room.noise_suppression) == (True, False)
    response = admin_client.post(url, {"max_participants": "0"})
    assert response.context["adminform"].form.errors["max_participants"]


def test_an_account_gets_its_sid_and_token_by_itself_and_shows_them_once(
    admin_client: Client,
) -> None:
    url = reverse("admin:conference_app_account_add")
    response = admin_client.post(url, {"friendly_name": "New", "status": "active"})
    account = Account.objects.get()
    assert account.sid.startswith("AC")
    assert len(account.auth_token) == 32
    _shows_once(response, account.sid, account.auth_token)


def test_an_api_key_shows_its_secret_once(admin_client: Client, alice: Account) -> None:
    url = reverse("admin:conference_app_apikey_add")
    response = admin_client.post(url, {"account": alice.pk, "friendly_name": "phone"})
    key = ApiKey.objects.get()
    assert (key.account, key.friendly_name) == (alice, "phone")
    _shows_once(response, key.sid, key.secret)


def test_an_api_key_is_renamed_and_revoked(
    admin_client: Client, alice: Account, bob: Account
) -> None:
    key = build_api_key(alice)
    url = reverse("admin:conference_app_apikey_change", args=[key.pk])
    admin_client.post(url, {"friendly_name": "another", "account": bob.pk})
    key.refresh_from_db()
    assert (key.friendly_name, key.account) == ("another", alice)
    admin_client.post(reverse("admin:conference_app_apikey_delete", args=[key.pk]), {"post": "yes"})
    assert not ApiKey.objects.exists()


def _shows_once(response: Any, *told: str) -> None:
    """Neither a browser's cache nor a row of Django's may keep what is shown."""
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    page = response.content.decode()
    for text in told:
        assert text in page
    assert not list(response.context["messages"])
    assert told[-1] not in str(list(LogEntry.objects.values()))
