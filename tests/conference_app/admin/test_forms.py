"""What an operator may write."""

import pytest
from django.test import Client
from django.urls import reverse

from conference_app.models import Account, Room, TwimlBin

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
    admin_client.post(url, {"name": "another", "max_participants": "3"})
    room.refresh_from_db()
    assert (room.name, room.max_participants) == ("lobby", 3)
    response = admin_client.post(url, {"max_participants": "0"})
    assert response.context["adminform"].form.errors["max_participants"]


def test_an_account_gets_its_sid_and_token_by_itself(admin_client: Client) -> None:
    url = reverse("admin:conference_app_account_add")
    admin_client.post(url, {"friendly_name": "New", "status": "active"})
    account = Account.objects.get()
    assert account.sid.startswith("AC")
    assert len(account.auth_token) == 32
