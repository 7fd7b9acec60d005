"""What the orders of a live meeting's page ask the services for.

Each takes a Participant or a Conference, and what the page sent along. A text that comes back is
shown, to copy. Raises Unreadable, ServiceError, EngineError.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

from django.utils import timezone

from conference_app.admin.rooms import LINK_LIFE
from conference_app.models import Conference, Participant
from conference_app.services import (
    conferences,
    guest_links,
    own_addresses,
    participants,
    recording_control,
    test_speaker,
)
from conference_app.services.participants import MAX_VOLUME, Wishes
from conference_app.services.sound_wish import SoundWish

LONGEST_TEXT: Final = 1000
"""Characters to be read aloud: more than a minute, over the talk of everybody."""

LONGEST_URL: Final = 2048

Said: TypeAlias = Mapping[str, str]

CarryOut: TypeAlias = Callable[[Any, Said], str | None]


class Unreadable(Exception):
    """What was sent along makes no sense; the text says why."""


def wish(**wishes: Any) -> CarryOut:
    """Give what changes how somebody is in; `wishes` are fields of Wishes."""
    return lambda person, _said: _steer(person, Wishes(**wishes))


def volume(person: Participant, said: Said) -> None:
    """Change how loud somebody is heard."""
    try:
        volume = float(said.get("volume", ""))
    except ValueError:
        volume = -1.0
    if not 0 <= volume <= MAX_VOLUME:
        raise Unreadable(f"A volume is a number from 0 to {MAX_VOLUME:g}.")
    _steer(person, Wishes(volume=volume))


def announce_to_one(person: Participant, said: Said) -> None:
    """Let one hear a text or a file."""
    _steer(person, Wishes(announcement=_announcement(said)))


def _steer(person: Participant, wishes: Wishes) -> None:
    participants.steer(participant=person, wishes=wishes)


def kick(person: Participant, _said: Said) -> None:
    """Put somebody out."""
    participants.kick(participant=person)


def lock(locked: bool) -> CarryOut:
    """Give what locks a meeting, or unlocks it."""

    def carry_out(conference: Conference, _said: Said) -> None:
        conferences.set_locked(conference=conference, locked=locked)

    return carry_out


def announce_to_all(conference: Conference, said: Said) -> None:
    """Let all hear a text or a file."""
    conferences.announce(conference=conference, wish=_announcement(said))


def record(conference: Conference, _said: Said) -> None:
    """Start to record."""
    recording_control.start(conference=conference)


def pause(conference: Conference, _said: Said) -> None:
    """Let the recording be silent for a while."""
    recording_control.pause(recording=recording_control.running(conference), skip=False)


def resume(conference: Conference, _said: Said) -> None:
    """Let the recording hear again."""
    recording_control.resume(recording=recording_control.running(conference))


def stop(conference: Conference, _said: Said) -> None:
    """End the recording."""
    recording_control.stop(recording=recording_control.running(conference))


def call_test_speaker(conference: Conference, _said: Said) -> None:
    """Let a synthetic talker in."""
    test_speaker.call_in(conference=conference)


def invite(conference: Conference, _said: Said) -> str:
    """Make a guest link to the meeting's room; give its address."""
    link = guest_links.create(room=conference.room, expires_at=timezone.now() + LINK_LIFE)
    return own_addresses.absolute(link.get_absolute_url())


def end(conference: Conference, _said: Said) -> None:
    """End the meeting for everybody."""
    conferences.end(conference=conference)


def _announcement(said: Said) -> SoundWish:
    text, url = " ".join(said.get("text", "").split()), said.get("url", "").strip()
    if bool(text) == bool(url):
        raise Unreadable("Give a text or an address, one of the two.")
    if len(text) > LONGEST_TEXT or not text.isprintable():
        raise Unreadable(f"A text has at most {LONGEST_TEXT} characters.")
    if url and not _is_address(url):
        raise Unreadable("Give an address that begins with http:// or https://.")
    return SoundWish(text=text) if text else SoundWish(own_addresses.absolute(url), "GET")


def _is_address(url: str) -> bool:
    """Whether it is an absolute URL of the web, or a path on this server."""
    if len(url) > LONGEST_URL or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    on_this_server = url.startswith("/") and not url.startswith("//")
    return on_this_server or (parts.scheme in ("http", "https") and bool(parts.hostname))
