"""Guest links: made, revoked, and followed."""

from datetime import datetime

from django.db import transaction

from conference_app.models import GuestLink, Room
from conference_app.services.errors import ServiceError


class LinkIsClosed(ServiceError):
    """The link lets nobody in any more; the text says why."""


_WHY = {
    "revoked": "This link has been withdrawn.",
    "expired": "This link has expired.",
    "used-up": "This link has been used as often as it may be.",
}


@transaction.atomic
def create(
    *, room: Room, expires_at: datetime, max_guests: int | None = None, note: str = ""
) -> GuestLink:
    """Make a link to a room, good until `expires_at` for `max_guests` browsers (None: any)."""
    return GuestLink.objects.create(
        room=room, expires_at=expires_at, max_guests=max_guests, note=note
    )


@transaction.atomic
def revoke(*, link: GuestLink, at: datetime) -> None:
    """Let nobody in by this link from now on; who is in stays. LinkIsClosed if it was revoked."""
    row = GuestLink.objects.select_for_update().get(pk=link.pk)
    if row.revoked_at is not None:
        raise LinkIsClosed(_WHY["revoked"])
    row.revoked_at = at
    row.save(update_fields=["revoked_at", "updated_at"])


def check(*, link: GuestLink, came_before: bool, at: datetime) -> None:
    """Raise LinkIsClosed unless the link lets this browser in now.

    `came_before`: it has been counted, so it may come back to a link that is used up.
    """
    state = link.state_at(at)
    if state != "open" and not (state == "used-up" and came_before):
        raise LinkIsClosed(_WHY[state])


@transaction.atomic
def admit(*, link: GuestLink, came_before: bool, at: datetime) -> None:
    """Let a browser in, and count it when it is new. Raises LinkIsClosed."""
    row = GuestLink.objects.select_for_update().get(pk=link.pk)
    check(link=row, came_before=came_before, at=at)
    if not came_before:
        row.guests += 1
        row.save(update_fields=["guests", "updated_at"])
