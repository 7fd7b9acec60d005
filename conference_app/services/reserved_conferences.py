"""SIDs of conferences that are promised to a room before its meeting has begun.

Who invites somebody is told the conference's SID at once. Whoever comes to the room first, invited
or not, brings the promised SID along, so that the engine's meeting has it. All in memory: it is for
calls of this process. What the engine says of a room goes before any promise.
"""

from dataclasses import dataclass, field
from threading import Lock

from django.utils import timezone

from conference_app import engine, sids
from conference_app.models import Call, ConferenceStatus
from conference_app.services import timeline
from conference_app.services.ledger import open_ledger
from media_engine.events import RoomKey


@dataclass(slots=True)
class _Promise:
    """`is_taken`: somebody is on the way to the room with it. `call_sids`: who was invited."""

    sid: str
    is_taken: bool = False
    call_sids: set[str] = field(default_factory=set)


_lock = Lock()
_promises: dict[RoomKey, _Promise] = {}
_rooms_of_calls: dict[str, RoomKey] = {}


def promise(room: RoomKey, call_sid: str) -> str:
    """Give the SID of the meeting that a call is invited to: the live one, or the next."""
    with _lock:
        live = engine.meeting_in(room)
        if live is not None:
            return live
        promised = _promises.setdefault(room, _Promise(sids.new("CF")))
        promised.is_taken = False
        promised.call_sids.add(call_sid)
        _rooms_of_calls[call_sid] = room
        return promised.sid


def take(room: RoomKey) -> str:
    """Give the SID that who comes to a room brings along, should nobody be there."""
    with _lock:
        promised = _promises.get(room)
        if promised is not None and not promised.is_taken:
            promised.is_taken = True
            return promised.sid
        sid = sids.new("CF")
        if promised is None and engine.meeting_in(room) is None:
            _promises[room] = _Promise(sid, is_taken=True)
        return sid


def give_back(room: RoomKey, sid: str) -> None:
    """Note that who has taken a SID is out of the room; no meeting may have come of it."""
    with _lock:
        promised = _promises.get(room)
        if promised is None or promised.sid != sid:
            return
        promised.is_taken = False
        if not promised.call_sids:
            del _promises[room]


def meeting_began(room: RoomKey) -> None:
    """Note that the engine has a meeting in a room: what was promised is used up."""
    with _lock:
        _promises.pop(room, None)


def release(call: Call) -> None:
    """Note that an invited call is over, in the transaction that says so. A conference that nobody
    came to is over with the last of them.
    """
    sid = drop(call.sid)
    if sid is None:
        return
    with open_ledger() as ledger:
        conference = ledger.conference(sid)
        if conference is not None and conference.status == ConferenceStatus.INIT:
            timeline.end_conference(ledger, conference, timezone.now())


def drop(call_sid: str) -> str | None:
    """Forget that a call was invited; give the SID that is promised to nobody any more."""
    with _lock:
        room = _rooms_of_calls.pop(call_sid, None)
        promised = None if room is None else _promises.get(room)
        if room is None or promised is None:
            return None
        promised.call_sids.discard(call_sid)
        if promised.call_sids or promised.is_taken:
            return None
        del _promises[room]
        return promised.sid
