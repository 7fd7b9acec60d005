"""A row of every kind that belongs to an account, each with a word in it that is nowhere else."""

from typing import Any, Final

from django.apps import apps
from django.contrib import admin
from django.db.models import Model, QuerySet

from conference_app.models import Account, AudibilityChange, Conference, ConferenceEvent, EventKind
from tests.builders import (
    NOON,
    build_account,
    build_alert,
    build_api_key,
    build_application,
    build_call,
    build_conference,
    build_delivery,
    build_guest_link,
    build_participant,
    build_recording,
    build_twiml_bin,
)

OWN: Final = "marimba"
FOREIGN: Final = "xylophone"
"""Words that are in nobody else's rows."""


def build_all(word: str) -> Account:
    """An account that has everything. Ask for the fixture `media_root`."""
    account = build_account(f"{word} account")
    build_application(account, f"{word} application")
    build_twiml_bin(account, f"<Response><Say>{word}</Say></Response>")
    build_alert(account, f"{word} went wrong.")
    build_guest_link(account, f"{word} lobby", note=word)
    build_api_key(account, f"{word} key")
    conference = build_conference(account, f"{word} room")
    call = build_call(account, f"{word} caller")
    build_participant(conference, call=call, label=f"{word} label")
    build_delivery(conference, f"https://{word}.example.org/")
    build_recording(conference, b"RIFF")
    build_recording(call, b"RIFF", channels=2, source="DialVerb", track="both")
    about: dict[str, Any] = {"conference": conference, "call": call, "occurred_at": NOON}
    ConferenceEvent.objects.create(
        sequence_number=1, kind=EventKind.PARTICIPANT_JOIN, details={"word": word}, **about
    )
    AudibilityChange.objects.create(**about)
    return account


def path_to_account(model: type[Model]) -> str | None:
    """Find how a row leads to its account, by foreign keys; None: it belongs to none."""
    if model is Account:
        return "pk"
    found = [
        f"{field.name}__{path}".removesuffix("__pk")
        for field in model._meta.concrete_fields
        if field.remote_field is not None and field.remote_field.model is not model
        if (path := path_to_account(field.remote_field.model)) is not None
    ]
    return min(found, key=len, default=None)


def rows_of(account: Account, model: type[Model]) -> QuerySet[Model]:
    """All rows of a kind that belong to the account."""
    return model._base_manager.filter(**{path_to_account(model) or "": account.pk})


def everything_of(account: Account) -> dict[str, list[dict[str, Any]]]:
    """All columns of all rows of an account, to see whether anything has become of them."""
    return {
        model.__name__: list(rows_of(account, model).order_by("pk").values()) for model in KINDS
    }


def conference_of(account: Account) -> Conference:
    """The account's meeting."""
    return Conference.objects.get(account=account)


KINDS: Final = [
    model
    for model in apps.get_app_config("conference_app").get_models()
    if path_to_account(model) is not None
]
"""What belongs to accounts."""

SHOWN: Final = [model for model in admin.site._registry if path_to_account(model) is not None]
"""What of that the control room has pages of."""
