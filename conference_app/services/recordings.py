"""Recordings: the row of a file that the engine writes, from its start to its removal.

What happens to the file after its last frame is in `recording_finishing`.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.core.files.storage import Storage
from django.db import transaction
from django.db.models import QuerySet

from conference_app import engine
from conference_app.models import Call, Conference, Recording, RecordingStatus
from conference_app.services import webhooks
from conference_app.services.errors import NotFinished
from conference_app.services.recording_wish import RecordingWish
from media_engine import finish_abandoned
from media_engine.speech_notes import notes_path

logger = logging.getLogger(__name__)

_UNFINISHED: Final = (RecordingStatus.IN_PROGRESS, RecordingStatus.PROCESSING)
_OF_A_DIAL: Final = "DialVerb"
ASKED_FOR_OF_A_CALL: Final = "StartCallRecordingAPI"
_FOLDER: Final = "recordings"
_AT_A_TIME: Final = 100


def raw_file(sid: str) -> Path:
    """Where the engine writes a recording, frame by frame."""
    return engine.recordings_directory() / f"{sid}.wav"


def delete_raw(sid: str) -> None:
    """Delete what the engine has written: the sound, and who spoke."""
    raw_file(sid).unlink(missing_ok=True)
    notes_path(raw_file(sid)).unlink(missing_ok=True)


def stored_name(sid: str, suffix: str) -> str:
    """Name a finished file in the storage; `suffix` ".wav" or ".mp3"."""
    return f"{_FOLDER}/{sid}{suffix}"


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
    recording, is_new = Recording.everything.get_or_create(sid=sid, defaults=columns)
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


def remove(*, recording: Recording) -> bool:
    """Forget a recording: from now on nobody finds it, and its files go, then its row. False when
    they could not go yet: finish_removals() tries again.

    So no row is found without its file, and a crash leaves no file that no row knows of. Raises
    NotFinished.
    """
    rows = Recording.objects.filter(pk=recording.pk)
    if not forget(rows) and rows.exists():
        raise NotFinished(f"{recording.sid} is not finished")
    return _finish_removal(recording.pk)


def forget(rows: QuerySet[Recording]) -> int:
    """Let nobody find those of these recordings that are finished; give how many. Their files are
    finish_removals()' to delete.
    """
    finished = rows.exclude(status__in=_UNFINISHED)
    return finished.update(status=RecordingStatus.REMOVING, wants_mp3=False)


def forget_with(*, call: Call) -> None:
    """Forget the recordings of a call whose row goes in this transaction; their files go after it.

    Raises NotFinished.
    """
    if call.recordings.filter(status__in=_UNFINISHED).exists():
        raise NotFinished(f"a recording of {call.sid} is not finished")
    forget(Recording.objects.filter(call=call))
    own = Recording.everything.filter(call=call)
    keys = list(own.values_list("pk", flat=True))
    # What is being removed may belong to nobody: its row goes after its files, not with the call.
    own.update(call=None)

    def delete_files() -> None:
        for pk in keys:
            _finish_removal(pk)

    transaction.on_commit(delete_files, robust=True)


def remove_older(*, before: datetime, go_on: Callable[[], bool] = lambda: True) -> tuple[int, int]:
    """Remove the finished recordings that were started before a moment; give (removed, failed).

    One whose files can not be deleted is logged, and found no more nevertheless. `go_on` is asked
    before each.
    """
    old = Recording.objects.filter(started_at__lt=before).exclude(status__in=_UNFINISHED)
    gone: list[bool] = []
    while rows := list(old.only("sid").order_by("started_at")[:_AT_A_TIME]):
        for recording in rows:
            if not go_on():
                return gone.count(True), gone.count(False)
            gone.append(remove(recording=recording))
    return gone.count(True), gone.count(False)


def finish_removals(*, go_on: Callable[[], bool] = lambda: True) -> tuple[int, int]:
    """Delete the files and rows of what was forgotten and is still there, after a crash or because
    the storage failed; give (removed, failed). `go_on` as in remove_older.
    """
    forgotten = Recording.everything.filter(status=RecordingStatus.REMOVING)
    gone = [
        _finish_removal(pk)
        for pk in list(forgotten.order_by("id").values_list("pk", flat=True))
        if go_on()
    ]
    return gone.count(True), gone.count(False)


def to_be_removed() -> int:
    """Give how many are forgotten whose files are still there."""
    return Recording.everything.filter(status=RecordingStatus.REMOVING).count()


def _finish_removal(pk: int) -> bool:
    """Delete the files of one that is forgotten, then its row; False (and logged) when that does
    not go. Nothing happens to one that is gone already.
    """
    forgotten = Recording.everything.filter(pk=pk, status=RecordingStatus.REMOVING)
    row = forgotten.only("sid", "file", "mp3").first()
    if row is None:
        return True
    # By the names that they would have, too: one may have been stored, and not written down.
    names = {stored_name(row.sid, ".wav"), stored_name(row.sid, ".mp3")}
    names.update(str(file.name) for file in (row.file, row.mp3) if file)
    try:
        for name in sorted(names):
            storage().delete(name)
        delete_raw(row.sid)
    except Exception:  # a storage raises what it likes
        logger.exception("%s could not be removed; it will be tried again", row.sid)
        return False
    forgotten.delete()
    return True
