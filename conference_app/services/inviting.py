"""Somebody is called and brought into a conference, which is made where there is none."""

from dataclasses import dataclass, replace

from django.db import transaction

from conference_app import sids
from conference_app.models import Account, Call, Conference, Room
from conference_app.services import calling, reserved_conferences
from conference_app.services.call_plan import CallPlan
from conference_app.services.calling import Callee, StatusCallback
from conference_app.services.errors import ConferenceIsOver
from conference_app.twiml import Conference as Terms
from conference_app.twiml import Dial, TwimlDocument
from media_engine.events import RoomKey


@dataclass(frozen=True, slots=True)
class Invitation:
    """Whom to call, and how. `terms`: on which he or she comes; their name does not count."""

    callee: Callee
    caller: str
    terms: Terms
    plan: CallPlan
    callback: StatusCallback


def invite(*, account: Account, room: str, invitation: Invitation) -> tuple[Conference, Call]:
    """Call somebody into the conference of a room (its SID, or the room's name).

    Raises Conference.DoesNotExist for an unknown SID, ConferenceIsOver, and what calling.place
    raises.
    """
    call_sid = sids.new("CA")
    try:
        return _invite(account, room, invitation, call_sid)
    except Exception:
        reserved_conferences.drop(call_sid)
        raise


@transaction.atomic
def _invite(
    account: Account, room: str, invitation: Invitation, call_sid: str
) -> tuple[Conference, Call]:
    conference = _conference(account, room, call_sid)
    terms = replace(invitation.terms, name=conference.friendly_name)
    document = TwimlDocument((Dial(conference=terms),))
    call = calling.place(
        account=account,
        callee=invitation.callee,
        caller=invitation.caller,
        plan=replace(invitation.plan, document=document),
        callback=invitation.callback,
        sid=call_sid,
    )
    return conference, call


def _conference(account: Account, room: str, call_sid: str) -> Conference:
    if sids.is_sid(room, "CF"):
        named = Conference.objects.select_related("account").get(account=account, sid=room)
        if named.is_over:
            raise ConferenceIsOver(f"{named.sid} is over")
        # Held where it is a promise still; else the engine has the meeting.
        reserved_conferences.promise(RoomKey(account.sid, named.friendly_name), call_sid)
        return named
    sid = reserved_conferences.promise(RoomKey(account.sid, room), call_sid)
    row, _ = Room.objects.get_or_create(account=account, name=room)
    # The engine's own word of a meeting may not have been written down yet.
    conference, _ = Conference.objects.get_or_create(
        sid=sid, defaults={"account": account, "room": row, "friendly_name": row.name}
    )
    return conference
