"""What can be asked of somebody in a meeting."""

from django.db import transaction

from conference_app import engine
from conference_app.models import Participant
from conference_app.services.errors import ParticipantIsGone
from media_engine.commands import Command, Kick, SetMuted


@transaction.atomic
def set_muted(*, participant: Participant, muted: bool) -> Participant:
    """Make somebody unheard, or heard again: note the wish, and pass it on once the row is safe.

    Raises ParticipantIsGone; after the commit, NotRunning or EngineFull when the engine takes no
    commands.
    """
    participant = _still_in(participant)
    participant.muted = muted
    participant.save(update_fields=["muted", "updated_at"])
    _post_on_commit(SetMuted(participant.conference.sid, participant.call.sid, muted))
    return participant


@transaction.atomic
def kick(*, participant: Participant) -> None:
    """Put somebody out; their call goes on. The row follows when the engine tells that they left.

    Raises what set_muted raises.
    """
    participant = _still_in(participant)
    _post_on_commit(Kick(participant.conference.sid, participant.call.sid))


def _still_in(participant: Participant) -> Participant:
    """Read the row again, locked: it may have left since the caller read it."""
    rows = Participant.objects.select_for_update(of=("self",))
    fresh = rows.select_related("conference__account", "call").get(pk=participant.pk)
    if not fresh.is_in:
        raise ParticipantIsGone(f"{fresh.call.sid} is not in {fresh.conference.sid} any more")
    return fresh


def _post_on_commit(command: Command) -> None:
    transaction.on_commit(lambda: engine.post(command))
