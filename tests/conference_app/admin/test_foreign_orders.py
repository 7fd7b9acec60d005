"""What belongs to others is neither steered nor found in ways that are not a list's or a page's."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse

from conference_app.admin.orders import ORDERS
from conference_app.models import Account, GuestLink, Room, TwimlBin
from media_engine.commands import Command
from tests.conference_app.admin.all_rows import FOREIGN, conference_of, everything_of


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order.name)
def test_meetings_of_others_are_not_steered(
    operator: Client, own: Account, foreign: Account, posted: list[Command], order: Any
) -> None:
    before = everything_of(foreign)
    conference = conference_of(foreign)
    person = conference.participants.get()
    form = {"order": order.name, "person": person.pk, "volume": "1", "text": "Hello"}
    for key in (conference.pk, conference_of(own).pk if order.person else 0):
        url = reverse("admin:conference_app_conference_steer", args=[key])
        answer = operator.post(url, form)
        assert (answer.status_code, answer.json()) == (404, {"error": "That is not here any more."})
    assert everything_of(foreign) == before
    assert posted == []


def test_webhooks_of_others_are_not_sent_again(operator: Client, foreign: Account) -> None:
    before = everything_of(foreign)
    delivery = foreign.webhook_deliveries.get()
    url = reverse("admin:conference_app_conference_replay", args=[delivery.conference_id])
    operator.post(url, {"delivery": delivery.pk})
    assert everything_of(foreign) == before


@pytest.mark.parametrize("path", ["/admin/", "/admin/conference_app/", "/"])
def test_overviews_name_nothing_of_others(
    operator: Client, admin_client: Client, foreign: Account, path: str
) -> None:
    room = Room.objects.filter(account=foreign)[0]
    admin_client.post(f"/admin/conference_app/room/{room.pk}/change/", {"max_participants": 3})
    assert FOREIGN in str(list(LogEntry.objects.values()))
    assert FOREIGN not in operator.get(path).content.decode()


def test_the_search_for_all_names_nothing_of_others(operator: Client) -> None:
    found = operator.get("/admin/search/", {"s": FOREIGN, "extended": "1"})
    assert found.status_code == 200
    assert FOREIGN not in found.content.decode()


def test_there_is_no_way_around_to_the_address_of_a_row(
    operator: Client, admin_client: Client, foreign: Account
) -> None:
    link = GuestLink.objects.get(room__account=foreign)
    document = TwimlBin.objects.get(account=foreign)
    for row in (link, document):
        kind = ContentType.objects.get_for_model(row)
        for client in (operator, admin_client):
            assert client.get(f"/admin/r/{kind.pk}/{row.pk}/").status_code == 410
    url = reverse("admin:conference_app_twimlbin_change", args=[document.pk])
    page = admin_client.get(url).content.decode()
    assert f'href="{document.get_absolute_url()}"' in page
    assert "/admin/r/" not in page
