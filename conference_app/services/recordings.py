"""Recordings: the row of a file that the engine writes, from its start to its removal.

What happens to the file after its last frame is in `recording_finishing`.
"""

import logging
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.core.files.storage import Storage
from django.db import transaction

from conference_app import engine
from conference_app.models import Call, Conference, Recording, RecordingStatus
from conference_app.services import webhooks
from conference_app.services.errors import NotFinished
from conference_app.services.recording_wish import RecordingWish
from media_engine import finish_abandoned

logger = logging.getLogger(__name__)

_UNFINISHED: Final = (RecordingStatus.IN_PROGRESS, RecordingStatus.PROCESSING)
_OF_A_DIAL: Final = "DialVerb"
ASKED_FOR_OF_A_CALL: Final = "StartCallRecordingAPI"


def raw_file(sid: str) -> Path:
    """Where the engine writes a recording, frame by frame."""
    return engine.recordings_directory() / f"{sid}.wav"


def storage() -> Storage:
    """Give the storage of finished recordings: Django's default one."""
    kept: Storage = Recording._meta.get_field("file").storage
    return kept


@transaction.atomic
def begin(
    *, conference: Conference, sid: str, started_at: datetime, source: str = "Conference"
) -> Recording:
    """Give the row of a conference's recording; make it if there is none."""
    return _get_or_make(
        sid,
        conference=conference,
        account_id=conference.account_id,
        started_at=started_at,
        source=source,
        trim=conference.trim_recordings,
    )


@transaction.atomic
def begin_of_call(
    *, call: Call, sid: str, started_at: datetime, wish: RecordingWish, source: str = _OF_A_DIAL
) -> Recording:
    """Give the row of the recording of a call; make it if there is none."""
    return _get_or_make(
        sid,
        call=call,
        account_id=call.account_id,
        started_at=started_at,
        source=source,
        **wish.columns(),
    )


def _get_or_make(sid: str, **columns: Any) -> Recording:
    recording, is_new = Recording.objects.get_or_create(sid=sid, defaults=columns)
    if is_new:
        webhooks.recording_started(recording)
    return recording


@transaction.atomic
def close(*, recording: Recording, error: str = "") -> None:
    """Note that the engine has closed the file: it waits to be finished. No effect the second time.

    `error`: why the file is not what it should be.
    """
    if recording.status != RecordingStatus.IN_PROGRESS:
        return
    recording.status = RecordingStatus.PROCESSING
    recording.error = error
    recording.save(update_fields=["status", "error", "updated_at"])


@transaction.atomic
def call_off(*, recording: Recording) -> None:
    """Note that one which was asked for has not begun. No effect on one that has gone on."""
    if recording.status == RecordingStatus.IN_PROGRESS:
        recording.status = RecordingStatus.ABSENT
        recording.save(update_fields=["status", "updated_at"])
        webhooks.recording_finished(recording)


def close_what_a_crash_left(*, recording: Recording) -> None:
    """Give the file of an abandoned recording its true length, and let it be finished."""
    error = ""
    try:
        finish_abandoned(raw_file(recording.sid))
    except (OSError, ValueError) as broken:
        logger.warning("%s could not be closed: %s", recording.sid, broken)
        error = "The server stopped before anything was written."
    close(recording=recording, error=error)


def remove(*, recording: Recording) -> None:
    """Delete the files, then the row: whoever dies in between can do it again.

    Raises NotFinished, and what the storage raises.
    """
    if recording.status in _UNFINISHED:
        raise NotFinished(f"{recording.sid} is not finished")
    for file in (recording.file, recording.mp3):
        if file:
            file.storage.delete(str(file.name))
    raw_file(recording.sid).unlink(missing_ok=True)
    recording.delete()


def remove_older(*, before: datetime) -> tuple[int, int]:
    """Remove the finished recordings that were started before a moment; give (removed, failed).

    One that can not be removed is logged and stays as it is.
    """
    removed = failed = 0
    old = Recording.objects.filter(started_at__lt=before).exclude(status__in=_UNFINISHED)
    for recording in old.defer("peaks").order_by("id").iterator():
        try:
            remove(recording=recording)
            removed += 1
        except Exception:  # a storage raises what it likes
            logger.exception("%s could not be removed", recording.sid)
            failed += 1
    return removed, failed
