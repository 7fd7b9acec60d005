"""What can be asked of a meeting."""

from django.db import transaction

from conference_app import engine
from conference_app.models import Conference
from conference_app.services import announcing
from conference_app.services.errors import ConferenceIsOver
from conference_app.services.sound_wish import SoundWish
from media_engine.commands import EndConference, SetLocked


@transaction.atomic
def end(*, conference: Conference) -> None:
    """End a meeting for everybody; their calls go on. The row follows when the engine tells that it
    ended.

    Raises ConferenceIsOver; after the commit, NotRunning or EngineFull when the engine takes no
    commands.
    """
    fresh = Conference.objects.get(pk=conference.pk)
    if fresh.is_over:
        raise ConferenceIsOver(f"{fresh.sid} has already completed")
    command = EndConference(fresh.sid)
    transaction.on_commit(lambda: engine.post(command))


@transaction.atomic
def set_locked(*, conference: Conference, locked: bool) -> Conference:
    """Let nobody else into a meeting, whoever invited them, or newcomers again; who is in stays,
    and a lock ends with its meeting.

    Raises what end raises.
    """
    fresh = Conference.objects.select_for_update().get(pk=conference.pk)
    if fresh.is_over:
        raise ConferenceIsOver(f"{fresh.sid} has already completed")
    fresh.locked = locked
    fresh.save(update_fields=["locked", "updated_at"])
    command = SetLocked(fresh.sid, locked)
    transaction.on_commit(lambda: engine.post(command))
    return fresh


@transaction.atomic
def announce(*, conference: Conference, wish: SoundWish) -> None:
    """Let all who are in hear something over the talk; the engine tells when it has ended.

    Raises ConferenceIsOver; after the commit, NotRunning.
    """
    fresh = Conference.objects.select_related("account").get(pk=conference.pk)
    if fresh.is_over:
        raise ConferenceIsOver(f"{fresh.sid} has already completed")
    announcing.on_commit(account=fresh.account, conference=fresh, wish=wish, to=None)
