"""What an operator may ask for on the page of a live meeting.

An order that needs nothing but its meeting or its person is one more entry of ORDERS; the page
makes its button from that.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, JsonResponse

from conference_app.models import Conference, Participant
from conference_app.services import conferences, participants
from conference_app.services.errors import ServiceError
from conference_app.services.participants import Wishes
from media_engine import EngineError

LONGEST_KEY: Final = 18
"""Digits: what fits into a database's integer."""


@dataclass(frozen=True, slots=True)
class Order:
    """A button. `right`: the permission that it takes. `person`: it is asked of a participant, not
    of the meeting. `shown`: the person's state in which it makes sense ("!muted": when not).
    `confirm`: the question that comes first, "" for none; {who} is the person's name.
    """

    right: str
    label: str
    icon: str
    carry_out: Callable[[Any], object]
    person: bool = True
    shown: str = ""
    confirm: str = ""


ORDERS: Final[dict[str, Order]] = {
    "mute": Order(
        "conference_app.change_participant",
        "Mute",
        "mic_off",
        lambda person: participants.set_muted(participant=person, muted=True),
        shown="!muted",
    ),
    "unmute": Order(
        "conference_app.change_participant",
        "Unmute",
        "mic",
        lambda person: participants.set_muted(participant=person, muted=False),
        shown="muted",
    ),
    "hold": Order(
        "conference_app.change_participant",
        "Hold",
        "pause",
        lambda person: participants.steer(participant=person, wishes=Wishes(held=True)),
        shown="!hold",
    ),
    "unhold": Order(
        "conference_app.change_participant",
        "Take back",
        "play_arrow",
        lambda person: participants.steer(participant=person, wishes=Wishes(held=False)),
        shown="hold",
    ),
    "kick": Order(
        "conference_app.change_participant",
        "Put out",
        "person_remove",
        lambda person: participants.kick(participant=person),
        confirm="Put {who} out of this meeting? The call goes on with its own TwiML.",
    ),
    "end": Order(
        "conference_app.change_conference",
        "End meeting",
        "call_end",
        lambda conference: conferences.end(conference=conference),
        person=False,
        confirm="End this meeting for everybody? Their calls go on with their own TwiML.",
    ),
}


def orders_of(request: HttpRequest) -> list[dict[str, Any]]:
    """Give the buttons for which the user has the right, as the page's script reads them."""
    return [
        {
            "name": name,
            "label": order.label,
            "icon": order.icon,
            "person": order.person,
            "shown": order.shown,
            "confirm": order.confirm,
        }
        for name, order in ORDERS.items()
        if request.user.has_perm(order.right)
    ]


def carry_out(request: HttpRequest, conference_key: str) -> JsonResponse:
    """Do what a button asks for: `order`, and for one of a person, `person`. The page shows what
    came of it when the engine has told it.
    """
    order = ORDERS.get(request.POST.get("order", ""))
    if order is None:
        return _refusal(400, "There is no such order.")
    if not request.user.has_perm(order.right):
        return _refusal(403, "You may not do that.")
    row = _row(order, conference_key, request.POST.get("person", ""))
    if row is None:
        return _refusal(404, "That is not here any more.")
    try:
        order.carry_out(row)
    except ServiceError as error:
        return _refusal(409, str(error))
    except EngineError as error:
        return _refusal(503, str(error))
    return JsonResponse({"asked": True})


def _row(order: Order, conference_key: str, person_key: str) -> Conference | Participant | None:
    if not order.person:
        return Conference.objects.filter(pk=read_key(conference_key)).first()
    people = Participant.objects.filter(conference_id=read_key(conference_key))
    return people.filter(pk=read_key(person_key)).first()


def read_key(text: str) -> int:
    """Read the key of a row; 0, which none has, for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < LONGEST_KEY else 0


def _refusal(status: int, words: str) -> JsonResponse:
    return JsonResponse({"error": words}, status=status)
