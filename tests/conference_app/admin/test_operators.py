"""Whose account is whose to see: who gives it, and that nobody takes it."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from conference_app.models import Account
from tests.builders import build_operator, logged_in

pytestmark = pytest.mark.django_db

MANAGES_USERS = ("view_user", "add_user", "change_user", "delete_user", "change_group")
MANAGES_ACCOUNTS = ("view_account", "add_account", "change_account")
ACCOUNTS = "/admin/conference_app/account/"
USERS = "/admin/auth/user/"


@pytest.fixture
def manager(alice: Account) -> User:
    """Somebody who may change users and accounts, sees what is Alice's, and is no superuser."""
    rights = [*MANAGES_USERS, *MANAGES_ACCOUNTS]
    return build_operator(alice, rights=rights, name="manager")


def _form(user: User, **changes: Any) -> dict[str, Any]:
    """What the page of a user sends."""
    form = {
        "username": user.username,
        "date_joined_0": "2026-03-02",
        "date_joined_1": "12:00:00",
        "is_active": "on",
        "is_staff": "on",
        "user_permissions": list(user.user_permissions.values_list("pk", flat=True)),
    }
    return {**form, **changes}


def _change(client: Client, user: User, **changes: Any) -> int:
    form = _form(user, **changes)
    return client.post(f"{USERS}{user.pk}/change/", form).status_code


def _set_password(client: Client, user: User) -> int:
    form = {"password1": "taken over 1", "password2": "taken over 1", "usable_password": "true"}
    return client.post(f"{USERS}{user.pk}/password/", form).status_code


def _takes_over(client: Client, user: User) -> bool:
    _set_password(client, user)
    return User.objects.get(pk=user.pk).check_password("taken over 1")


# --- given by superusers -------------------------------------------------------------------------


def test_a_superuser_says_who_an_accounts_operators_are(
    admin_client: Client, alice: Account
) -> None:
    olga = build_operator(name="olga", rights=["view_account"])
    url = f"{ACCOUNTS}{alice.pk}/change/"
    form = {"friendly_name": "Alice", "status": "active", "operators": [olga.pk]}
    assert admin_client.post(url, form).status_code == 302
    assert list(alice.operators.all()) == [olga]
    assert ">olga</option>" in admin_client.get(url).content.decode()
    page = logged_in(olga).get(url).content.decode()
    assert "olga" in page
    admin_client.post(url, {**form, "operators": []})
    assert not alice.operators.exists()


def test_a_new_account_gets_operators_at_once(admin_client: Client) -> None:
    olga = build_operator(name="olga")
    form = {"friendly_name": "New", "status": "active", "operators": [olga.pk]}
    admin_client.post(f"{ACCOUNTS}add/", form)
    assert list(Account.objects.get(friendly_name="New").operators.all()) == [olga]


def test_the_list_of_users_says_who_operates_what(
    admin_client: Client,
    manager: User,
    bob: Account,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(5):
        build_operator(bob, manager.accounts.get(), name=f"olga{number}")
    with django_assert_max_num_queries(8):
        page = admin_client.get(USERS).content.decode()
    assert page.count(f'href="{ACCOUNTS}{bob.pk}/change/"') == 5
    assert "all accounts, as a superuser" in page
    olga = User.objects.get(username="olga0")
    for path in (USERS, f"{USERS}{olga.pk}/change/"):
        page = logged_in(manager).get(path).content.decode()
        assert ">Alice</a>" in page
        assert "Bob" not in page
    for lookup in ("accounts", "accounts__id__exact", "accounts__friendly_name"):
        assert logged_in(manager).get(USERS, {lookup: bob.pk}).status_code == 400


# --- and by nobody else --------------------------------------------------------------------------


def test_who_may_change_accounts_makes_nobody_their_operator(
    manager: User, alice: Account, bob: Account
) -> None:
    client = logged_in(manager)
    olga = build_operator(name="olga")
    form = {"friendly_name": "Renamed", "status": "active", "operators": [manager.pk, olga.pk]}
    assert client.post(f"{ACCOUNTS}{alice.pk}/change/", form).status_code == 302
    client.post(f"{ACCOUNTS}{bob.pk}/change/", form)
    alice.refresh_from_db()
    assert (alice.friendly_name, list(alice.operators.all())) == ("Renamed", [manager])
    assert not bob.operators.exists()


def test_who_makes_an_account_is_its_operator(manager: User) -> None:
    client = logged_in(manager)
    assert 'name="operators"' not in client.get(f"{ACCOUNTS}add/").content.decode()
    olga = build_operator(name="olga")
    form = {"friendly_name": "New", "status": "active", "operators": [olga.pk]}
    shown = client.post(f"{ACCOUNTS}add/", form).content.decode()
    account = Account.objects.get(friendly_name="New")
    assert account.auth_token in shown
    assert list(account.operators.all()) == [manager]


def test_who_may_change_users_gives_himself_no_accounts_and_is_no_superuser(
    manager: User, bob: Account
) -> None:
    client = logged_in(manager)
    more = {"is_superuser": "on", "accounts": [bob.pk], "operator_of": [bob.pk]}
    assert _change(client, manager, first_name="Max", **more) == 302
    manager.refresh_from_db()
    assert manager.first_name == "Max"
    assert not manager.is_superuser
    assert [account.friendly_name for account in manager.accounts.all()] == ["Alice"]


def test_who_may_change_users_makes_no_superuser_of_others(manager: User) -> None:
    client = logged_in(manager)
    form = {"password1": "a long one 1", "password2": "a long one 1", "usable_password": "true"}
    client.post(f"{USERS}add/", {"username": "puppet", "is_superuser": "on", **form})
    puppet = User.objects.get(username="puppet")
    assert _change(client, puppet, is_superuser="on", first_name="P") == 302
    puppet.refresh_from_db()
    assert (puppet.first_name, puppet.is_superuser, puppet.is_staff) == ("P", False, True)
    assert not puppet.accounts.exists()
    root = Client()
    root.force_login(User.objects.create_superuser("root", password="x"))
    assert _change(root, puppet, is_superuser="on") == 302
    assert User.objects.get(username="puppet").is_superuser


@pytest.mark.parametrize("active", [True, False])
def test_nobody_takes_over_the_login_of_who_sees_more(
    manager: User, alice: Account, bob: Account, active: bool
) -> None:
    client = logged_in(manager)
    root = User.objects.create_superuser("root", password="x")
    both = build_operator(alice, bob, name="both")
    other = build_operator(bob, name="other")
    User.objects.exclude(pk=manager.pk).update(is_active=active)
    for user in (root, both, other):
        assert client.get(f"{USERS}{user.pk}/change/").status_code == 200
        assert _change(client, user, username="mine") == 403
        assert _set_password(client, user) == 403
        assert client.post(f"{USERS}{user.pk}/delete/", {"post": "yes"}).status_code == 403
        assert not _takes_over(client, user)
    form = {"action": "delete_selected", "_selected_action": [root.pk, both.pk], "post": "yes"}
    client.post(USERS, form)
    assert set(User.objects.values_list("username", flat=True)) == {
        *("manager", "root", "both", "other")
    }


def test_the_logins_of_who_sees_no_more_are_the_managers(manager: User, alice: Account) -> None:
    client = logged_in(manager)
    for user in (build_operator(alice, name="same"), build_operator(name="less"), manager):
        assert _takes_over(client, user)
    less = User.objects.get(username="less")
    client.post(f"{USERS}{less.pk}/delete/", {"post": "yes"})
    assert not User.objects.filter(username="less").exists()


def test_more_permissions_show_no_more_accounts(manager: User, alice: Account) -> None:
    """Permissions are given by who may change users, as Django has it."""
    every = list(Permission.objects.values_list("pk", flat=True))
    client = logged_in(manager)
    assert _change(client, manager, user_permissions=every) == 302
    assert manager.user_permissions.count() == len(every)
    listed = client.get(reverse("admin:conference_app_account_changelist")).context["cl"]
    assert list(listed.result_list) == [alice]
