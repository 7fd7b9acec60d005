from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from pytest_django import Settings

from conference_app.models import Account, Application

pytestmark = pytest.mark.django_db


def _bootstrap() -> str:
    said = StringIO()
    call_command("bootstrap", stdout=said)
    return said.getvalue()


def test_the_first_start_shows_its_secrets_once(settings: Settings) -> None:
    settings.CONFAB_PUBLIC_URL = "https://voice.example.org"
    first, second = _bootstrap(), _bootstrap()
    account = Account.objects.get()
    assert account.auth_token in first
    assert account.auth_token not in second
    assert account.sid in first
    assert account.sid in second
    for address in ("/", "/admin/", "/2010-04-01/"):
        assert f"https://voice.example.org{address} " in first.replace("\n", " ")
        assert f"https://voice.example.org{address} " in second.replace("\n", " ")


def test_the_password_that_is_shown_is_the_password() -> None:
    password = _bootstrap().split("password ")[1].split()[0]
    assert get_user_model().objects.get(username="admin").check_password(password)


def test_secrets_that_the_operator_chose_are_not_printed(settings: Settings) -> None:
    settings.CONFAB_ADMIN_PASSWORD = "chosen-password"
    settings.CONFAB_AUTH_TOKEN = "chosen-token"
    settings.CONFAB_ACCOUNT_SID = "AC" + "1" * 32
    said = _bootstrap()
    assert "chosen" not in said
    assert Account.objects.get().sid == settings.CONFAB_ACCOUNT_SID
    assert Account.objects.get().auth_token == "chosen-token"


def test_a_second_start_makes_nothing_new() -> None:
    _bootstrap()
    before = list(Application.objects.values_list("sid", flat=True))
    _bootstrap()
    assert list(Application.objects.values_list("sid", flat=True)) == before
    assert Account.objects.count() == 1
