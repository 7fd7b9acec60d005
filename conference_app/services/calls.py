"""Calls: their beginning and their end, as rows, and what can be asked of them in between.

What happens between is `call_session`; an order reaches it as an event of its leg.
"""

from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from conference_app import engine, selectors, sids
from conference_app.models import LIVE_CALL_STATUSES, Account, Call, CallDirection, CallStatus
from conference_app.services import recordings, reserved_conferences, webhooks
from conference_app.services.call_orders import EndCall, LimitCall, NewDocument, Order
from conference_app.services.errors import (
    BadTwiml,
    CallIsNotInProgress,
    NotFinished,
    ServiceError,
)
from conference_app.twiml import TwimlError, parse
from media_engine.commands import Interrupt
from media_engine.dialects import Start


class NobodyThere(ServiceError):
    """The account has no application of this SID or name, or the application has no voice URL."""


@dataclass(frozen=True)
class Outcome:
    """How a call ended; the code and message are Twilio's, for what went wrong last.

    `by_fault`: that is what ended it, and the caller is to be told; else the call went on after it.
    """

    status: CallStatus = CallStatus.COMPLETED
    error_code: int | None = None
    error_message: str = ""
    by_fault: bool = False


@transaction.atomic
def begin(
    *, account: Account, start: Start, dialect: str, caller: str = "", application_sid: str = ""
) -> Call:
    """Write down that somebody has connected and wants `start.to`. Raises NobodyThere.

    `caller`: the name that was proven, before the one that `start` gives. `application_sid`: what
    runs the call, whatever `start.to` names.
    """
    wanted = application_sid or start.to
    application = selectors.application_called(account, wanted)
    if application is None:
        raise NobodyThere(f"there is no application with this SID or name: {wanted[:64]!r}")
    if not application.voice_url:
        raise NobodyThere(f"application {application.sid} has no voice URL")
    return Call.objects.create(
        sid=sids.new("CA"),
        account=account,
        application=application,
        caller=caller or start.from_ or "",
        called=start.to,
        direction=CallDirection.INBOUND,
        status=CallStatus.IN_PROGRESS,
        dialect=dialect,
        stream_sid=start.stream_sid or sids.new("MZ"),
        started_at=timezone.now(),
    )


@transaction.atomic
def end(*, call: Call, outcome: Outcome) -> None:
    """Write down how a call ended; an error that is there already stays when there is no newer
    one.
    """
    # First, for it may lock a conference: the event log locks conferences before calls, too.
    reserved_conferences.release(call)
    rows = Call.objects.select_for_update(of=("self",)).select_related("application")
    row = rows.get(pk=call.pk)
    row.status = outcome.status
    row.ended_at = row.ended_at or timezone.now()
    if outcome.error_code is not None:
        row.error_code, row.error_message = outcome.error_code, outcome.error_message
    row.save(update_fields=["status", "ended_at", "error_code", "error_message", "updated_at"])
    webhooks.call_ended(row)


@dataclass(frozen=True, slots=True)
class Callback:
    """Who is to hear of a call's end; "" for nobody but the application's own."""

    url: str
    method: str = "POST"


@transaction.atomic
def set_callback(*, call: Call, callback: Callback) -> Call:
    """Let somebody else hear of the call's end. Raises CallIsNotInProgress once it has ended."""
    row = _live(call)
    row.status_callback, row.status_callback_method = callback.url, callback.method
    row.status_callback_events = sorted({*row.status_callback_events, "completed"})
    columns = ["status_callback", "status_callback_method", "status_callback_events"]
    row.save(update_fields=[*columns, "updated_at"])
    return row


@transaction.atomic
def redirect(*, call: Call, document: NewDocument) -> Call:
    """Let a call go on with another document at once, wherever it is; a meeting it leaves.

    Raises BadTwiml, CallIsNotInProgress; after the commit, NotRunning or EngineFull when the engine
    takes no commands.
    """
    if document.twiml:
        _check(document.twiml)
    row = _in_progress(call)
    _order(row, document)
    return row


@transaction.atomic
def limit(*, call: Call, seconds: int) -> Call:
    """Let a call last so many seconds from its beginning at the most; one that has lasted as long
    ends. Raises CallIsNotInProgress; after the commit what redirect() raises.
    """
    row = _in_progress(call)
    _order(row, LimitCall(seconds))
    return row


@transaction.atomic
def hang_up(*, call: Call, unless_answered: bool = False) -> Call:
    """End a call; the row follows when it has ended. `unless_answered`: one in progress goes on.

    Raises what redirect() raises.
    """
    row = _live(call)
    if not (unless_answered and row.status == CallStatus.IN_PROGRESS):
        _order(row, EndCall())
    return row


@transaction.atomic
def delete(*, call: Call) -> None:
    """Remove a call that has ended, with its stays and recordings; what its meetings told stays
    told.

    Raises NotFinished.
    """
    row = Call.objects.select_for_update().get(pk=call.pk)
    if row.ended_at is None:
        raise NotFinished(f"{row.sid} has not ended")
    recordings.forget_with(call=row)
    row.conference_events.update(call=None)
    row.webhook_deliveries.update(call=None)
    row.delete()


def _live(call: Call) -> Call:
    rows = Call.objects.select_for_update(of=("self",)).select_related("account")
    row = rows.get(pk=call.pk)
    if row.status not in LIVE_CALL_STATUSES:
        raise CallIsNotInProgress(f"{row.sid} is not in progress: it is {row.status}.")
    return row


def _in_progress(call: Call) -> Call:
    row = _live(call)
    if row.status != CallStatus.IN_PROGRESS:
        raise CallIsNotInProgress(f"{row.sid} is not in progress yet: it is {row.status}.")
    return row


def _check(twiml: str) -> None:
    try:
        parse(twiml, max_participants=settings.CONFAB_MAX_PARTICIPANTS)
    except TwimlError as error:
        place = "" if error.line is None else f"line {error.line}: "
        raise BadTwiml(int(error.code), f"Twiml: {place}{error.reason}") from error


def _order(call: Call, order: Order) -> None:
    command = Interrupt(call.sid, order.to_json())
    transaction.on_commit(lambda: engine.post(command))
