"""The sidebar and the look of the control room."""

import re

import pytest
from django.contrib import admin
from django.test import Client

from conference_app.models import Account, Conference
from tests.builders import build_conference, build_operator, logged_in

pytestmark = pytest.mark.django_db


def test_the_sidebar_leads_to_what_the_user_may_look_at() -> None:
    client = logged_in(build_operator(rights=["view_conference", "change_room"]))
    page = client.get("/admin/").content.decode()
    assert 'href="/admin/conference_app/conference/?ended_at__isempty=1"' in page
    assert 'href="/admin/conference_app/room/"' in page
    assert 'href="/admin/conference_app/recording/"' not in page
    assert 'href="/admin/auth/user/"' not in page


def test_meetings_are_counted_as_far_as_they_are_seen(alice: Account, bob: Account) -> None:
    for account in (alice, bob, bob):
        build_conference(account, f"room {Conference.objects.count()}")
    for accounts, number in (([alice], 1), ([bob], 2), ([], None)):
        user = build_operator(*accounts, rights=["view_conference"], name=f"sees {number}")
        page = logged_in(user).get("/admin/")
        items = [item for group in page.context["sidebar_navigation"] for item in group["items"]]
        (badge,) = (item["badge"] for item in items if item["title"] == "Meetings")
        assert badge == number


def test_every_list_has_its_place(admin_client: Client) -> None:
    page = admin_client.get("/admin/").content.decode()
    for model in admin.site._registry:
        name = model._meta.model_name
        assert f'href="/admin/{model._meta.app_label}/{name}/' in page, name


def test_meetings_leads_to_those_that_are_not_over(admin_client: Client) -> None:
    path = "/admin/conference_app/conference/?ended_at__isempty=1"
    assert admin_client.get(path).status_code == 200


def test_nothing_is_loaded_from_elsewhere(admin_client: Client) -> None:
    page = admin_client.get("/admin/").content.decode()
    loaded = re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="([^"]+)"', page)
    assert loaded
    assert all(address.startswith("/") for address in loaded)


def test_operators_are_made_in_the_look_of_the_control_room(admin_client: Client) -> None:
    for path in ("/admin/auth/user/", "/admin/auth/user/add/", "/admin/auth/group/add/"):
        assert "unfold/css/styles.css" in admin_client.get(path).content.decode()
