"""Rows for tests: each builder makes one, with what it needs, unless the test gives it."""

import base64
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth.models import Permission, User
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone
from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant

from conference_app import sids
from conference_app.models import (
    Account,
    Alert,
    ApiKey,
    Application,
    Call,
    CallStatus,
    Conference,
    ConferenceStatus,
    DeliveryKind,
    EventKind,
    GuestLink,
    Participant,
    Recording,
    RecordingStatus,
    Room,
    TwimlBin,
    WebhookDelivery,
)
from conference_app.services import outbox, timeline
from conference_app.services.ledger import open_ledger

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def build_account(name: str = "Alice") -> Account:
    """An account that may do everything that is its own."""
    return Account.objects.create(friendly_name=name)


def build_operator(*accounts: Account, rights: Iterable[str] = (), name: str = "operator") -> User:
    """Somebody who may come into the control room, has these rights there and no other, and sees
    what belongs to these accounts.
    """
    user = User.objects.create_user(name, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    user.accounts.set(accounts)
    return user


def build_api_key(account: Account, name: str = "phone") -> ApiKey:
    """A key of the account's."""
    return ApiKey.objects.create(account=account, friendly_name=name)


def build_application(account: Account, name: str = "reception", **columns: Any) -> Application:
    """An application that nobody has called yet."""
    columns.setdefault("voice_url", "https://example.org/voice")
    return Application.objects.create(account=account, friendly_name=name, **columns)


def build_twiml_bin(account: Account, twiml: str = "<Response/>") -> TwimlBin:
    """A document."""
    return TwimlBin.objects.create(account=account, friendly_name="document", twiml=twiml)


def build_guest_link(account: Account, room: str = "Lobby", **columns: Any) -> GuestLink:
    """A link to a room that is open for an hour from now."""
    row, _ = Room.objects.get_or_create(account=account, name=room)
    columns.setdefault("expires_at", timezone.now() + timedelta(hours=1))
    return GuestLink.objects.create(room=row, **columns)


def build_call(account: Account, caller: str = "+15550100", **columns: Any) -> Call:
    """A call that lasts."""
    columns.setdefault("status", CallStatus.IN_PROGRESS)
    columns.setdefault("started_at", NOON)
    return Call.objects.create(account=account, caller=caller, called="reception", **columns)


def build_conference(account: Account, name: str = "Room 1234", **columns: Any) -> Conference:
    """A conference in progress, or with `status="completed"` one that is over."""
    room, _ = Room.objects.get_or_create(account=account, name=name)
    columns.setdefault("status", ConferenceStatus.IN_PROGRESS)
    columns.setdefault("started_at", NOON)
    if columns["status"] == ConferenceStatus.COMPLETED:
        columns.setdefault("ended_at", NOON)
    return Conference.objects.create(account=account, room=room, friendly_name=name, **columns)


def build_participant(conference: Conference, **columns: Any) -> Participant:
    """Somebody who is in."""
    columns.setdefault("call", build_call(conference.account))
    columns.setdefault("joined_at", NOON)
    return Participant.objects.create(conference=conference, **columns)


def build_event(
    conference: Conference,
    kind: EventKind,
    occurred_at: datetime = NOON,
    **more: Any,
) -> None:
    """A fact of a conference, told to whoever asked for that; `more`: see Ledger.append()."""
    with open_ledger() as ledger:
        row = ledger.conference(conference.sid)
        assert row is not None
        ledger.append(row, kind, occurred_at, **more)


def end_of(conference: Conference) -> None:
    """Its end, at noon."""
    with open_ledger() as ledger:
        row = ledger.conference(conference.sid)
        assert row is not None
        timeline.end_conference(ledger, row, NOON)


def build_recording(about: Conference | Call, content: bytes, **columns: Any) -> Recording:
    """A finished recording whose file holds `content`; ask for the fixture `media_root`."""
    columns.setdefault("status", RecordingStatus.COMPLETED)
    sid = sids.new("RE")
    return Recording.objects.create(
        sid=sid,
        account=about.account,
        conference=about if isinstance(about, Conference) else None,
        call=about if isinstance(about, Call) else None,
        started_at=NOON,
        size_bytes=len(content),
        duration_ms=1000,
        file=ContentFile(content, name=f"{sid}.wav"),
        **columns,
    )


def build_alert(account: Account, message: str = "Something is wrong.") -> Alert:
    """An entry of the debugger log."""
    return Alert.objects.create(account=account, code=11200, message=message)


def build_delivery(
    conference: Conference, url: str = "https://example.org/told", **columns: Any
) -> WebhookDelivery:
    """Word of something, due now."""
    params = columns.pop("params", [("StatusCallbackEvent", "participant-join")])
    delivery = outbox.put(DeliveryKind.CONFERENCE_STATUS, url, "POST", params, about=conference)
    for name, value in {"next_attempt_at": NOON, "queued_at": NOON, **columns}.items():
        setattr(delivery, name, value)
    delivery.save()
    return delivery


def basic(user: str, password: str) -> str:
    """The value of an Authorization header."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def logged_in(user: User) -> Client:
    """The browser of somebody who has logged in."""
    client = Client()
    client.force_login(user)
    return client


def client_of(account: Account) -> Client:
    """A program that has the account's credentials."""
    return Client(headers={"authorization": basic(account.sid, account.auth_token)})


def access_token(
    key: ApiKey, identity: str | None = None, grant: Any = None, **options: Any
) -> str:
    """A token as Twilio's own library mints it; right, unless something is given."""
    options = {"account_sid": key.account.sid, "secret": key.secret, "ttl": 60, **options}
    token = AccessToken(signing_key_sid=key.sid, identity=identity, **options)
    token.add_grant(grant or VoiceGrant())
    return str(token.to_jwt())
