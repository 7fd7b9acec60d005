"""What belongs to accounts, and who sees it."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Model

from conference_app.models import Account, Participant, Room
from conference_app.visibility import (
    PATHS,
    lacks_account,
    may_see,
    only_visible,
    visible_to,
)
from tests.builders import build_conference, build_operator, build_participant
from tests.conference_app.admin.all_rows import KINDS

pytestmark = pytest.mark.django_db


def test_all_kinds_that_belong_to_accounts_are_known() -> None:
    assert set(PATHS) == set(KINDS)


@pytest.mark.parametrize(("kind", "path"), PATHS.items(), ids=str)
def test_the_way_to_the_account_is_never_missing(kind: type[Model], path: str) -> None:
    for name in path.split("__"):
        field: Any = kind._meta.pk if name == "pk" else kind._meta.get_field(name)
        assert not field.null
        kind = field.remote_field.model if field.remote_field else kind
    assert kind is Account


def test_an_operator_sees_what_is_of_his_accounts_each_row_once(
    alice: Account, bob: Account
) -> None:
    both = build_operator(alice, bob, name="both")
    one = build_operator(alice, name="one")
    for account in (alice, bob):
        for _ in range(2):
            build_participant(build_conference(account, f"room {Room.objects.count()}"))
    people = Participant.objects.order_by("pk")
    assert list(visible_to(both, Participant).order_by("pk")) == list(people)
    assert list(only_visible(people, one)) == list(people[:2])
    assert set(visible_to(one, Account)) == {alice}
    assert may_see(one, alice)
    assert not may_see(one, bob)
    assert not lacks_account(one)


def test_a_superuser_sees_all_and_who_is_inactive_or_unknown_nothing(alice: Account) -> None:
    root = User.objects.create_superuser("root")
    assert list(visible_to(root, Account)) == [alice]
    assert not lacks_account(root)
    inactive = build_operator(alice)
    for user in (root, inactive):
        user.is_active = False
    for nobody in (root, inactive, AnonymousUser()):
        assert not visible_to(nobody, Account)
        assert not may_see(nobody, alice)
        assert lacks_account(nobody)


def test_what_belongs_to_no_account_is_not_asked_about_here() -> None:
    with pytest.raises(KeyError):
        visible_to(build_operator(), User)
