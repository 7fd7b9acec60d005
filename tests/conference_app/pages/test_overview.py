import pytest
from django.test import Client

from conference_app.models import Account, ConferenceStatus
from conference_app.services import demo
from tests.builders import build_application, build_conference


@pytest.mark.django_db
def test_it_lists_what_can_be_called(stranger: Client) -> None:
    account, _ = demo.ensure_account()
    demo.ensure_applications(account=account)
    page = stranger.get("/").content.decode()
    for example in demo.EXAMPLES:
        assert example.name in page


@pytest.mark.django_db
def test_without_demo_applications_it_says_how_to_get_them(stranger: Client) -> None:
    assert "manage.py bootstrap" in stranger.get("/").content.decode()


def test_it_counts_live_conferences(alice: Account, stranger: Client) -> None:
    build_conference(alice, "one", status=ConferenceStatus.COMPLETED)
    assert "No conference" in stranger.get("/").content.decode()
    build_conference(alice, "two")
    assert "1 conference in progress" in stranger.get("/").content.decode()


def test_strangers_see_no_name_and_no_secret(alice: Account, stranger: Client) -> None:
    account, _ = demo.ensure_account()
    demo.ensure_applications(account=account)
    build_application(alice, "private-application")
    build_conference(alice, "private-room")
    page = stranger.get("/").content.decode()
    for hidden in ("private", "/twiml/EH", account.sid, account.auth_token):
        assert hidden not in page


@pytest.mark.django_db
def test_nothing_in_it_is_inline_and_it_can_not_be_framed(stranger: Client) -> None:
    response = stranger.get("/")
    page = response.content.decode()
    assert "<style" not in page
    assert "<script" not in page
    assert "style=" not in page
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
