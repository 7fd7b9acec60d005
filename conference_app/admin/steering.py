"""How the orders of a live meeting's page are offered and carried out."""

from typing import Any, Final

from django.http import HttpRequest, JsonResponse

from conference_app.admin.order_actions import Unreadable
from conference_app.admin.orders import ORDERS, Order
from conference_app.models import Conference, Participant
from conference_app.services.errors import ServiceError
from conference_app.visibility import visible_to
from media_engine import EngineError

LONGEST_KEY: Final = 18
"""Digits: what fits into a database's integer."""

_BY_NAME: Final = {order.name: order for order in ORDERS}

_TOLD: Final = ("name", "label", "icon", "person", "shown", "asks", "confirm", "done", "undo")


def orders_of(request: HttpRequest) -> list[dict[str, Any]]:
    """Give the orders for which the user has the right, as the page's script reads them."""
    allowed = [order for order in ORDERS if request.user.has_perm(order.right)]
    return [{name: getattr(order, name) for name in _TOLD} for order in allowed]


def carry_out(request: HttpRequest, conference_key: str) -> JsonResponse:
    """Do what a button asks for: `order`, for one of a person `person`, and what it takes besides.
    The page shows what came of it when the engine has told it.
    """
    order = _BY_NAME.get(request.POST.get("order", ""))
    if order is None:
        return _refusal(400, "There is no such order.")
    if not request.user.has_perm(order.right):
        return _refusal(403, "You may not do that.")
    row = _row(request, order, conference_key)
    if row is None:
        return _refusal(404, "That is not here any more.")
    try:
        answer = order.carry_out(row, request.POST.dict())
    except Unreadable as error:
        return _refusal(400, str(error))
    except ServiceError as error:
        return _refusal(409, str(error))
    except EngineError as error:
        return _refusal(503, str(error))
    return JsonResponse({"asked": True, "copy": answer or ""})


def _row(
    request: HttpRequest, order: Order, conference_key: str
) -> Conference | Participant | None:
    if not order.person:
        rows = visible_to(request.user, Conference).select_related("room")
        return rows.filter(pk=read_key(conference_key)).first()
    people = visible_to(request.user, Participant).filter(conference_id=read_key(conference_key))
    return people.filter(pk=read_key(request.POST.get("person", ""))).first()


def read_key(text: str) -> int:
    """Read the key of a row; 0, which none has, for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < LONGEST_KEY else 0


def _refusal(status: int, words: str) -> JsonResponse:
    return JsonResponse({"error": words}, status=status)
