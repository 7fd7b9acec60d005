"""Recordings: the row of a file that the engine writes."""

import logging
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from conference_app.models import Conference, Recording, RecordingStatus
from media_engine import finish_abandoned

logger = logging.getLogger(__name__)


@transaction.atomic
def begin(*, conference: Conference, sid: str, path: str, started_at: datetime) -> Recording:
    """Give the recording's row; make it if there is none.

    `path`: where the engine writes, inside MEDIA_ROOT. One elsewhere is logged, and its row has no
    file.
    """
    recording, _ = Recording.objects.get_or_create(
        sid=sid,
        defaults={
            "conference": conference,
            "account_id": conference.account_id,
            "started_at": started_at,
            "file": _name_in_storage(sid, path),
        },
    )
    return recording


@transaction.atomic
def finish(*, recording: Recording, samples: int, rate_hz: int, error: str = "") -> None:
    """Note what became of the file; no effect on a recording that is finished already.

    `samples` at `rate_hz` is its length. `error`: why it is not what it should be.
    """
    if recording.status not in (RecordingStatus.IN_PROGRESS, RecordingStatus.PROCESSING):
        return
    size_bytes = _size_bytes(recording)
    if size_bytes is None and not error:
        error = "The file is missing."
    if error:
        recording.status = RecordingStatus.FAILED
    else:
        recording.status = RecordingStatus.COMPLETED if samples else RecordingStatus.ABSENT
    recording.duration_ms = samples * 1000 // rate_hz if rate_hz else 0
    recording.size_bytes = size_bytes or 0
    recording.error = error
    recording.save(update_fields=["status", "duration_ms", "size_bytes", "error", "updated_at"])


def finish_what_a_crash_left(*, recording: Recording) -> None:
    """Give the file of an abandoned recording its true length, and the row what it then holds."""
    samples, rate_hz, error = 0, 0, ""
    try:
        samples, rate_hz = finish_abandoned(Path(recording.file.path))
    except (OSError, ValueError) as broken:
        logger.warning("%s could not be finished: %s", recording.sid, broken)
        error = "The server stopped before anything was written."
    finish(recording=recording, samples=samples, rate_hz=rate_hz, error=error)


def _name_in_storage(sid: str, path: str) -> str:
    try:
        return str(Path(path).resolve().relative_to(Path(settings.MEDIA_ROOT).resolve()))
    except ValueError:
        logger.error("%s is written outside of MEDIA_ROOT", sid)
        return ""


def _size_bytes(recording: Recording) -> int | None:
    try:
        return int(recording.file.size) if recording.file else None
    except OSError:
        return None
