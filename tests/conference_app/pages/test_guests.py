"""Guest links: whom they let in, where to, and what they say once they are closed."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from conference_app.models import Account, AccountStatus, Application, GuestLink, Room
from conference_app.pages.guess_limit import WRONG_LINKS
from conference_app.services import guest_links
from conference_app.streams.access_tokens import read_access_token
from conference_app.streams.proven_caller import ProvenCaller

pytestmark = pytest.mark.django_db

GUEST = {"name": "Eve"}


@pytest.fixture(autouse=True)
def no_guesses_so_far() -> Iterator[None]:
    """One test's wrong links are not another one's."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def room(alice: Account) -> Room:
    return Room.objects.create(account=alice, name="Guests")


def link_to(room: Room, hours: float = 1, **terms: Any) -> GuestLink:
    return guest_links.create(
        room=room, expires_at=timezone.now() + timedelta(hours=hours), **terms
    )


def start(link: GuestLink) -> str:
    return f"{link.get_absolute_url()}/start"


def test_a_guest_gets_a_ticket_for_that_room(room: Room, stranger: Client) -> None:
    link = link_to(room)
    page = stranger.get(link.get_absolute_url())
    assert page.status_code == 200
    assert f'data-start="{start(link)}"' in page.content.decode()
    ticket = stranger.post(start(link), GUEST).json()
    room.refresh_from_db()
    assert room.application is not None
    proven = ProvenCaller(room.account, "Eve", room.application.sid)
    assert read_access_token(ticket["token"]) == proven


def test_the_page_shows_markup_in_names_as_text(alice: Account, stranger: Client) -> None:
    room = Room.objects.create(account=alice, name='<img src=x onerror="alert(1)">')
    page = stranger.get(link_to(room).get_absolute_url())
    assert "<img" not in page.content.decode()
    assert "unsafe" not in page["Content-Security-Policy"]


@pytest.mark.parametrize("state", ["expired", "withdrawn"])
def test_a_closed_link_says_why_and_lets_nobody_in(
    room: Room, stranger: Client, state: str
) -> None:
    link = link_to(room, hours=-1 if state == "expired" else 1)
    if state == "withdrawn":
        guest_links.revoke(link=link, at=timezone.now())
    page = stranger.get(link.get_absolute_url())
    assert page.status_code == 410
    assert state in page.content.decode()
    assert "data-start" not in page.content.decode()
    refused = stranger.post(start(link), GUEST)
    assert refused.status_code == 410
    assert state in refused.json()["message"]
    assert not Application.objects.exists()


def test_a_link_for_one_lets_one_in_who_may_come_back(room: Room, stranger: Client) -> None:
    link = link_to(room, max_guests=1)
    assert stranger.post(start(link), {"name": ""}).status_code == 400
    assert stranger.post(start(link), GUEST).status_code == 200
    second = Client()
    page = second.get(link.get_absolute_url())
    assert page.status_code == 410
    assert "as often as it may" in page.content.decode()
    assert second.post(start(link), GUEST).status_code == 410
    assert stranger.get(link.get_absolute_url()).status_code == 200
    assert stranger.post(start(link), GUEST).status_code == 200
    link.refresh_from_db()
    assert link.guests == 1


def test_a_made_up_cookie_does_not_make_a_guest(room: Room, stranger: Client) -> None:
    link = link_to(room, max_guests=1)
    stranger.post(start(link), GUEST)
    second = Client()
    second.cookies[f"guest-{link.pk}"] = link.token
    assert second.post(start(link), GUEST).status_code == 410


@pytest.mark.parametrize("token", ["x", "%00", "%E2%98%83", "a" * 2000])
def test_what_is_no_link_leads_nowhere(stranger: Client, token: str) -> None:
    assert stranger.get(f"/join/{token}").status_code == 404
    assert stranger.post(f"/join/{token}/start", GUEST).status_code == 404


def test_a_suspended_accounts_links_lead_nowhere(room: Room, stranger: Client) -> None:
    link = link_to(room)
    room.account.status = AccountStatus.SUSPENDED
    room.account.save()
    assert stranger.get(link.get_absolute_url()).status_code == 404
    assert stranger.post(start(link), GUEST).status_code == 404


def test_who_guesses_has_to_wait_and_others_do_not(room: Room, stranger: Client) -> None:
    link = link_to(room)
    for n in range(WRONG_LINKS):
        assert stranger.get(f"/join/guess-{n}").status_code == 404
    assert stranger.get("/join/one-more").status_code == 429
    assert stranger.get(link.get_absolute_url()).status_code == 429
    assert stranger.post(start(link), GUEST).status_code == 429
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert elsewhere.get(link.get_absolute_url()).status_code == 200


def test_a_form_from_elsewhere_is_refused(room: Room) -> None:
    link = link_to(room)
    client = Client(enforce_csrf_checks=True)
    client.get(link.get_absolute_url())
    assert client.post(start(link), GUEST).status_code == 403


def test_a_link_is_withdrawn_once(room: Room) -> None:
    link = link_to(room)
    guest_links.revoke(link=link, at=timezone.now())
    with pytest.raises(guest_links.LinkIsClosed):
        guest_links.revoke(link=link, at=timezone.now())
