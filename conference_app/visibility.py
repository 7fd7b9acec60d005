"""Which rows a person sees and steers: those of the accounts whose operator he is, and a superuser
all.

Whatever is shown to somebody who has logged in, or done for him, comes through here: the control
room, its live socket, the pages. What he may do with it is a matter of Django's permissions.
Programs come with an account's own credentials and are of one account from the beginning.
"""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias, TypeVar

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Model, QuerySet

from conference_app.models import (
    Account,
    Alert,
    ApiKey,
    Application,
    AudibilityChange,
    Call,
    Conference,
    ConferenceEvent,
    GuestLink,
    Participant,
    Recording,
    Room,
    TwimlBin,
    WebhookDelivery,
)

PATHS: Final[Mapping[type[Model], str]] = {
    Account: "pk",
    Alert: "account",
    ApiKey: "account",
    Application: "account",
    AudibilityChange: "conference__account",
    Call: "account",
    Conference: "account",
    ConferenceEvent: "conference__account",
    GuestLink: "room__account",
    Participant: "conference__account",
    Recording: "account",
    Room: "account",
    TwimlBin: "account",
    WebhookDelivery: "account",
}
"""The way from a row to its account. What has none belongs to the whole installation."""

Person: TypeAlias = User | AnonymousUser

_Row = TypeVar("_Row", bound=Model)


def sees_all(user: Person) -> bool:
    """Whether what belongs to any account is his to see."""
    return user.is_active and user.is_superuser


def only_visible(rows: QuerySet[_Row], user: Person) -> QuerySet[_Row]:
    """Leave of rows those that this person sees. KeyError: they belong to no account."""
    path = PATHS[rows.model]
    return rows if sees_all(user) else rows.filter(**{f"{path}__in": _keys_of_accounts(user)})


def visible_to(user: Person, model: type[_Row]) -> QuerySet[_Row]:
    """Give the rows of a kind that this person sees. KeyError: they belong to no account."""
    return only_visible(model._default_manager.all(), user)


def may_see(user: Person, row: Model) -> bool:
    """Whether this person sees a row that is there. KeyError: it belongs to no account."""
    return sees_all(user) or visible_to(user, type(row)).filter(pk=row.pk).exists()


def lacks_account(user: Person) -> bool:
    """Whether nothing that belongs to an account is his to see."""
    return not sees_all(user) and not _keys_of_accounts(user).exists()


def may_manage(user: Person, other: User) -> bool:
    """Whether this person may change another's login, if his permissions let him: who could set the
    password of somebody who sees more would see that too.
    """
    if sees_all(user):
        return True
    beyond = _assignments().filter(user=other).exclude(account_id__in=_keys_of_accounts(user))
    return not other.is_superuser and not beyond.exists()


def _keys_of_accounts(user: Person) -> QuerySet[Any, Any]:
    """A subquery and not a join, which would give rows twice."""
    return _assignments().filter(user_id=user.pk if user.is_active else None).values("account_id")


def _assignments() -> QuerySet[Any]:
    return Account.operators.through._default_manager.all()
