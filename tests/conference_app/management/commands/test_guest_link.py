"""`manage.py guest_link` prints an address."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from conference_app.models import Account, GuestLink
from conference_app.services import demo
from tests.builders import build_account

pytestmark = pytest.mark.django_db


def make(*arguments: object) -> str:
    said = StringIO()
    call_command("guest_link", *map(str, arguments), stdout=said)
    return said.getvalue().strip()


@pytest.fixture
def demo_account() -> Account:
    return demo.ensure_account()[0]


def test_it_prints_the_address_of_a_new_link(demo_account: Account) -> None:
    said = make("Stand-up", "--hours", 2, "--guests", 3)
    link = GuestLink.objects.get()
    assert said == f"http://127.0.0.1:8000/join/{link.token}"
    assert (link.room.account, link.room.name, link.max_guests) == (demo_account, "Stand-up", 3)
    assert (link.expires_at - link.created_at).total_seconds() == pytest.approx(7200, abs=60)


def test_another_account_may_be_named(demo_account: Account) -> None:
    other = build_account("Other")
    make("Stand-up", "--account", other.sid)
    assert GuestLink.objects.get().room.account == other


@pytest.mark.parametrize(
    "arguments",
    [
        ["Stand-up", "--account", "AC0"],
        [" "],
        ["x" * 129],
        ["Stand-up", "--guests", 0],
        ["Stand-up", "--hours", 1e30],
        ["Stand-up", "--hours", 1e8],
    ],
)
def test_what_can_not_be_is_said(demo_account: Account, arguments: list[object]) -> None:
    with pytest.raises(CommandError):
        make(*arguments)
    assert not GuestLink.objects.exists()
