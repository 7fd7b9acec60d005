"""Reads that more than one caller needs. Nothing here writes."""

import hmac

from django.db.models import Q, QuerySet

from conference_app import sids
from conference_app.models import (
    Account,
    AccountStatus,
    Application,
    Conference,
    ConferenceStatus,
    GuestLink,
    Participant,
    Recording,
    Room,
    TwimlBin,
)


def active_account(sid: str) -> Account | None:
    """Find an account that may do something; `sid` may be any text."""
    if not sids.is_sid(sid, "AC"):
        return None
    return Account.objects.filter(sid=sid, status=AccountStatus.ACTIVE).first()


def account_by_credentials(sid: str, auth_token: str) -> Account | None:
    """Give the active account that these credentials belong to; the comparison takes the same time
    either way.
    """
    account = active_account(sid)
    expected = account.auth_token if account else ""
    matches = hmac.compare_digest(expected.encode(), auth_token.encode())
    return account if matches and expected else None


def application_called(account: Account, to: str) -> Application | None:
    """Find the application that a caller of this account means by `to`: its SID, or its friendly
    name.
    """
    if "\0" in to:  # PostgreSQL refuses to compare with it
        return None
    applications = Application.objects.filter(account=account).select_related("account")
    return applications.filter(Q(sid=to) | Q(friendly_name=to)).order_by("id").first()


def room_capacity(account: Account, name: str) -> int | None:
    """Give the operator's limit for a room of the account; None: no limit of its own (or no such
    room yet).
    """
    room = Room.objects.filter(account=account, name=name).first()
    return room.max_participants if room else None


def live_conferences() -> QuerySet[Conference]:
    """Meetings that are not over: people are in them, waiting or bridged."""
    return Conference.objects.exclude(status=ConferenceStatus.COMPLETED)


def people_in(conference: Conference) -> QuerySet[Participant]:
    """Those who are in a meeting now, with what is needed to render them; none once it is over."""
    return Participant.objects.filter(conference=conference, left_at__isnull=True).select_related(
        "conference__account", "call"
    )


def recording_by_sid(sid: str) -> Recording | None:
    """Find a recording, whoever owns it: the caller checks that. Its peaks come when asked for."""
    return Recording.objects.select_related("account").defer("peaks").filter(sid=sid).first()


def twiml_bin_by_sid(sid: str) -> TwimlBin | None:
    """Find a TwiML bin; who knows the SID may read it."""
    return TwimlBin.objects.filter(sid=sid, account__status=AccountStatus.ACTIVE).first()


def guest_link(token: str) -> GuestLink | None:
    """Find the link that a guest has followed; `token` may be any text. Whether it still opens its
    room is another question.
    """
    if not token.isascii() or not token.isprintable():
        return None
    return GuestLink.objects.select_related("room__account").filter(token=token).first()
