"""What a first start makes, so that there is something to call: an operator, an account, examples.

Everything here may run again and again: what is there stays as it is.
"""

import secrets
from dataclasses import dataclass
from typing import Final

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import QuerySet

from conference_app.models import Account, Application, TwimlBin
from conference_app.services import accounts, applications

ACCOUNT_NAME: Final = "Demo"
ADMIN_NAME: Final = "admin"


@dataclass(frozen=True, slots=True)
class Example:
    """An application of the feature page: what callers dial, what it does, and its TwiML."""

    name: str
    explanation: str
    twiml: str


def _response(dial: str, conference: str, *, left_out: str = "") -> str:
    note = f"\n  <!-- As in Twilio's documentation, but for {left_out}. -->" if left_out else ""
    return f"<Response>{note}\n  <{dial}>\n    {conference}\n  </Dial>\n</Response>\n"


EXAMPLES: Final = (
    Example(
        "simple-conference",
        "Music until a second caller comes, then both talk.",
        _response("Dial", "<Conference>Room 1234</Conference>"),
    ),
    Example(
        "moderated-participant",
        "Music until the moderator comes.",
        _response(
            "Dial",
            '<Conference startConferenceOnEnter="false">moderated-conference-room</Conference>',
        ),
    ),
    Example(
        "moderated-moderator",
        "Starts the moderated conference, and ends it for all by leaving.",
        _response(
            "Dial",
            '<Conference startConferenceOnEnter="true" endConferenceOnExit="true">'
            "moderated-conference-room</Conference>",
        ),
    ),
    Example(
        "muted-listener",
        "Hears the others in SimpleRoom and is not heard; the API and the control room unmute.",
        _response("Dial", '<Conference muted="true">SimpleRoom</Conference>'),
    ),
    Example(
        "bridge",
        "Two callers, no music, no beep; over when either leaves.",
        _response(
            "Dial",
            '<Conference beep="false" waitUrl="" startConferenceOnEnter="true"'
            ' endConferenceOnExit="true">NoMusicNoBeepRoom</Conference>',
        ),
    ),
    Example(
        "waiting-customer",
        "On hold with music until an agent comes.",
        _response("Dial", '<Conference beep="false">Customer Waiting Room</Conference>'),
    ),
    Example(
        "waiting-agent",
        "Takes the waiting customer's call; over when the agent leaves.",
        _response(
            "Dial",
            '<Conference beep="false" endConferenceOnExit="true">'
            "Customer Waiting Room</Conference>",
        ),
    ),
    Example(
        "leave-on-star",
        "The * key leaves the conference, and so do 30 seconds.",
        _response(
            'Dial hangupOnStar="true" timeLimit="30"',
            "<Conference>LoveTwilio</Conference>",
            left_out="action, which needs a web server of yours",
        ),
    ),
    Example(
        "recorded",
        "Recorded from the moment when two are connected; listen in the control room.",
        _response(
            "Dial",
            '<Conference record="record-from-start">LoveTwilio</Conference>',
            left_out="eventCallbackUrl, which needs a web server of yours",
        ),
    ),
)


@transaction.atomic
def ensure_account(*, sid: str = "", auth_token: str = "") -> tuple[Account, bool]:
    """Give the demo account and whether it is new.

    `sid`, `auth_token`: what the operator wants them to be; a token that differs replaces the old.
    """
    account = (Account.objects.filter(sid=sid) if sid else _demo_accounts()).first()
    if account is None:
        return accounts.create(friendly_name=ACCOUNT_NAME, sid=sid, auth_token=auth_token), True
    if auth_token and account.auth_token != auth_token:
        accounts.set_auth_token(account=account, auth_token=auth_token)
    return account, False


def find_account() -> Account | None:
    """Give the demo account, if there is one."""
    return _demo_accounts().first()


@transaction.atomic
def ensure_applications(*, account: Account) -> None:
    """Make the examples that the account has not got, each with its TwiML in a bin."""
    present = set(account.applications.values_list("friendly_name", flat=True))
    for example in EXAMPLES:
        if example.name not in present:
            document = TwimlBin.objects.create(
                account=account, friendly_name=example.name, twiml=example.twiml
            )
            urls = applications.CallUrls(voice_url=document.get_absolute_url())
            applications.create(account=account, friendly_name=example.name, urls=urls)


@transaction.atomic
def ensure_admin(*, password: str = "") -> str | None:
    """Make the operator's user; give the password of a new one, None when there is one already.

    An existing user keeps the password: it may have been changed in the control room.
    """
    users = get_user_model().objects
    if users.filter(username=ADMIN_NAME).exists():
        return None
    password = password or secrets.token_urlsafe(12)
    users.create_superuser(username=ADMIN_NAME, password=password)
    return password


def callable_examples() -> list[Example]:
    """Give those examples that can be called by name now."""
    present = set(
        Application.objects.filter(account__in=_demo_accounts()).values_list(
            "friendly_name", flat=True
        )
    )
    return [example for example in EXAMPLES if example.name in present]


def _demo_accounts() -> QuerySet[Account]:
    return Account.objects.filter(friendly_name=ACCOUNT_NAME).order_by("-id")
