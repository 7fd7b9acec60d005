"""Calls that we make: placed, ringing, answered or not. `dialing`'s carrier carries them out.

The row decides who is first: a call that is answered can not be called off any more, and one that
was called off can not be answered.
"""

from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.utils import timezone

from conference_app import sids
from conference_app.models import (
    UNANSWERED_CALL_STATUSES,
    Account,
    Application,
    Call,
    CallDirection,
    CallStatus,
)
from conference_app.services import calls, dialing, reserved_conferences, webhooks
from conference_app.services.call_plan import CallPlan, PlacedCall
from conference_app.services.calls import Outcome
from conference_app.services.errors import ServiceError

MAX_UNANSWERED: Final = 100
"""Calls of one account that may ring at the same time."""


class TooManyCalls(ServiceError):
    """So many calls of the account ring already that this one is not made."""


class CallIsUnderWay(ServiceError):
    """The call does not ring any more: it was answered, or it is over."""


@dataclass(frozen=True, slots=True)
class StatusCallback:
    """Who is told how a call fares: `events` are of initiated, ringing, answered, completed."""

    url: str = ""
    method: str = "POST"
    events: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Callee:
    """Whom to call. `called` is Twilio's To, as it was given; `address`: the identity, or the
    URL.
    """

    called: str
    address: str


@transaction.atomic
def place(  # noqa: PLR0913 - all by name
    *,
    account: Account,
    callee: Callee,
    caller: str,
    plan: CallPlan,
    callback: StatusCallback | None = None,
    application: Application | None = None,
    sid: str | None = None,
) -> Call:
    """Write a call down and have it made. `application`: whose document the plan begins with, if
    any; it is told of the end. `sid`: the call's, made up when None.

    Raises TooManyCalls; NotRunning where no calls are made.
    """
    dialing.check_that_calls_are_made()
    unanswered = Call.objects.filter(
        account=account, status__in=UNANSWERED_CALL_STATUSES, ended_at__isnull=True
    )
    if unanswered.count() >= MAX_UNANSWERED:
        raise TooManyCalls(f"{MAX_UNANSWERED} calls of this account are ringing already")
    callback = callback or StatusCallback()
    call = Call.objects.create(
        sid=sid or sids.new("CA"),
        account=account,
        application=application,
        caller=caller,
        called=callee.called,
        direction=CallDirection.OUTBOUND_API,
        status=CallStatus.QUEUED,
        stream_sid=sids.new("MZ"),
        status_callback=callback.url,
        status_callback_method=callback.method,
        status_callback_events=list(callback.events),
    )
    webhooks.call_progress(call, "initiated", timezone.now())
    transaction.on_commit(lambda: dialing.carry(PlacedCall(call, plan, callee.address)))
    return call


@transaction.atomic
def ringing(*, call: Call) -> None:
    """Write down that it rings. Raises CallIsUnderWay."""
    row = _unanswered(call)
    row.status = CallStatus.RINGING
    row.save(update_fields=["status", "updated_at"])
    webhooks.call_progress(row, "ringing", timezone.now())


@transaction.atomic
def answered(*, call: Call, dialect: str) -> Call:
    """Write down that somebody has answered; give the fresh row. Raises CallIsUnderWay."""
    row = _unanswered(call)
    row.status = CallStatus.IN_PROGRESS
    row.dialect = dialect
    row.started_at = timezone.now()
    row.save(update_fields=["status", "dialect", "started_at", "updated_at"])
    webhooks.call_progress(row, "answered", row.started_at)
    return row


@transaction.atomic
def not_answered(*, call: Call, outcome: Outcome) -> None:
    """Write down what came of a call that nobody took. Raises CallIsUnderWay."""
    row = _unanswered(call)
    row.status = outcome.status
    row.ended_at = timezone.now()
    row.error_code, row.error_message = outcome.error_code, outcome.error_message
    row.save(update_fields=["status", "ended_at", "error_code", "error_message", "updated_at"])
    webhooks.call_ended(row)
    reserved_conferences.release(row)


@transaction.atomic
def cancel(call: Call) -> Call:
    """Call off a call that is queued or rings; give the fresh row. Raises CallIsUnderWay.

    It is canceled from here on, and stops ringing when that is safe in the row.
    """
    not_answered(call=call, outcome=Outcome(status=CallStatus.CANCELED))
    transaction.on_commit(lambda: dialing.call_off(call.sid))
    return Call.objects.select_related("account", "application").get(pk=call.pk)


def hang_up(*, call: Call, unless_answered: bool = False) -> Call:
    """End a call, whether it still rings or was answered. `unless_answered`: one in progress goes
    on. Raises what calls.hang_up() raises.
    """
    try:
        return cancel(call)
    except CallIsUnderWay:
        return calls.hang_up(call=call, unless_answered=unless_answered)


def _unanswered(call: Call) -> Call:
    """Read the row again, locked."""
    rows = Call.objects.select_for_update(of=("self",)).select_related("account", "application")
    row = rows.get(pk=call.pk)
    if row.status not in UNANSWERED_CALL_STATUSES or row.ended_at is not None:
        raise CallIsUnderWay(f"{row.sid} does not ring any more: it is {row.status}")
    return row
