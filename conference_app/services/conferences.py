"""What can be asked of a meeting."""

from django.db import transaction

from conference_app import engine
from conference_app.models import Conference
from conference_app.services.errors import ConferenceIsOver
from media_engine.commands import EndConference


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
