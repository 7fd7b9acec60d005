"""Rooms: how callers of the phone get into them."""

from typing import Final
from xml.sax.saxutils import escape

from django.db import transaction

from conference_app.models import Account, Application, Room, TwimlBin
from conference_app.services import applications
from conference_app.services.errors import NameTaken, ServiceError

LONGEST_NAME: Final = 128
"""As in TwiML."""

_LONGEST_FRIENDLY_NAME: Final = 64


class NoRoomName(ServiceError):
    """The text can not be the name of a room."""


@transaction.atomic
def ensure(*, account: Account, name: str) -> Room:
    """Give the account's room of this name, a new one if there is none. Raises NoRoomName."""
    tidy = " ".join(name.split())
    if not tidy or len(tidy) > LONGEST_NAME or not tidy.isprintable():
        raise NoRoomName(f"A room's name has 1 to {LONGEST_NAME} characters.")
    room, _ = Room.objects.get_or_create(account=account, name=tidy)
    return room


@transaction.atomic
def ensure_application(*, room: Room) -> Application:
    """Give what brings a caller to the room; it is made when it is first asked for."""
    row = Room.objects.select_for_update().get(pk=room.pk)
    if row.application is None:
        row.application = _make_application(row)
        row.save(update_fields=["application", "updated_at"])
    return row.application


def _make_application(room: Room) -> Application:
    name = f"room: {room.name}"[:_LONGEST_FRIENDLY_NAME]
    conference = f"<Conference>{escape(room.name)}</Conference>"
    document = TwimlBin.objects.create(
        account=room.account,
        friendly_name=name,
        twiml=f"<Response>\n  <Dial>\n    {conference}\n  </Dial>\n</Response>\n",
    )
    urls = applications.CallUrls(voice_url=document.get_absolute_url())
    try:
        return applications.create(account=room.account, friendly_name=name, urls=urls)
    except NameTaken:
        return applications.create(account=room.account, urls=urls)
