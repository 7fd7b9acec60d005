"""Calls: their beginning and their end, as rows. What happens between is `call_session`."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from conference_app import selectors, sids
from conference_app.models import Account, Call, CallDirection, CallStatus
from conference_app.services import webhooks
from conference_app.services.errors import ServiceError
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
    row = Call.objects.select_for_update().get(pk=call.pk)
    row.status = outcome.status
    row.ended_at = row.ended_at or timezone.now()
    if outcome.error_code is not None:
        row.error_code, row.error_message = outcome.error_code, outcome.error_message
    row.save(update_fields=["status", "ended_at", "error_code", "error_message", "updated_at"])
    webhooks.call_ended(row)
