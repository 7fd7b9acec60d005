"""What happens to a recording after its last frame: it is trimmed, measured, stored and told of.

The rows are the queue: those in status "processing" are to be finished, those with `wants_mp3` to
be encoded. Every step may be done again: what the engine has written stays until the row says that
the finished file is kept, and what somebody stored who died before saying so is replaced. So
nothing is lost, and nothing is there twice.
"""

import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final

import soundfile
from django.core.files import File
from django.db import transaction

from conference_app import engine
from conference_app.models import DRAWN, Conference, Recording, RecordingStatus
from conference_app.services import recordings, webhooks
from media_engine import speech_notes
from media_engine.mp3 import encode_mp3
from media_engine.peaks import find_peaks
from media_engine.trimming import copy_part, find_sound

logger = logging.getLogger(__name__)

_WRITTEN_BY_THE_ENGINE: Final = (".wav", speech_notes.SUFFIX)


@dataclass(frozen=True)
class _Finished:
    """What became of a recording; `name` is its file's in the storage, "" for none."""

    status: RecordingStatus
    name: str = ""
    duration_ms: int = 0
    raw_duration_ms: int | None = None
    trimmed_start_ms: int = 0
    size_bytes: int = 0
    peaks: bytes = b""
    speech: dict[str, Any] = field(default_factory=dict)
    error: str = ""


class _MovableFile(File):  # type: ignore[type-arg] # not generic at run time
    """A file of ours: a local storage moves it into its place, any other reads it."""

    def __init__(self, path: Path, opened: BinaryIO) -> None:
        super().__init__(opened, name=path.name)
        self._path = path

    def temporary_file_path(self) -> str:
        """Where it is; FileSystemStorage looks for this very name."""
        return str(self._path)


def waiting() -> list[int]:
    """Give the keys of the recordings that are to be finished, the oldest first."""
    rows = Recording.objects.filter(status=RecordingStatus.PROCESSING)
    return list(rows.order_by("id").values_list("pk", flat=True))


def finish(pk: int) -> None:
    """Finish one recording, if it is still to be finished.

    Raises what the database and the storage raise; then nothing has changed and it can be tried
    again. Takes seconds for an hour of sound.
    """
    recording = Recording.objects.filter(pk=pk, status=RecordingStatus.PROCESSING).first()
    if recording is None:
        return
    raw = recordings.raw_file(recording.sid)
    try:
        finished = _keep(recording, raw)
    except soundfile.SoundFileError as broken:
        # Another try would find the same.
        logger.warning("%s can not be finished: %s", recording.sid, broken)
        error = recording.error or "The file is missing or has no sound that can be read."
        finished = _Finished(RecordingStatus.FAILED, error=error)
    written = _write_down(recording, finished)
    if finished.name and not written:
        recordings.storage().delete(finished.name)
    if finished.name or finished.status == RecordingStatus.ABSENT or not written:
        recordings.delete_raw(recording.sid)


def give_up(pk: int, error: Exception) -> None:
    """Write down that a recording can not be kept; what the engine has written stays."""
    recording = Recording.objects.filter(pk=pk, status=RecordingStatus.PROCESSING).first()
    if recording is not None:
        lost = f"It could not be stored: {type(error).__name__}: {error}"
        reasons = [reason for reason in (recording.error, lost) if reason]
        _write_down(recording, _Finished(RecordingStatus.FAILED, error="\n".join(reasons)))


def waiting_for_mp3() -> list[int]:
    """Give the keys of the recordings that are to be encoded, the oldest first."""
    rows = Recording.objects.filter(wants_mp3=True)
    return list(rows.order_by("id").values_list("pk", flat=True))


def add_mp3(pk: int) -> None:
    """Keep a recording as MP3 too, if that is still wanted. Raises as finish() does.

    Takes 20 s of a core for an hour of sound.
    """
    recording = Recording.objects.filter(pk=pk, wants_mp3=True).defer(*DRAWN).first()
    if recording is None:
        return
    encoded = _beside(recordings.raw_file(recording.sid), ".mp3")
    with _local_copy(recording) as sound, _removed_after(encoded):
        encode_mp3(sound, encoded)
        name = _store(encoded, recordings.stored_name(recording.sid, ".mp3"))
    if not Recording.objects.filter(pk=pk).update(mp3=name, wants_mp3=False):
        recordings.storage().delete(name)  # removed in the meantime


def do_without_mp3(pk: int, error: Exception) -> None:
    """Write down that a recording will not be there as MP3."""
    Recording.objects.filter(pk=pk).update(wants_mp3=False)


def clear_up() -> None:
    """Delete what an earlier process had no time to delete. Call it while nobody records."""
    finished = (RecordingStatus.COMPLETED, RecordingStatus.ABSENT, RecordingStatus.REMOVING)
    for path in engine.recordings_directory().glob("*"):
        rows = Recording.everything.filter(sid=path.stem)
        status = rows.values_list("status", flat=True).first()
        if path.suffix not in _WRITTEN_BY_THE_ENGINE or status in finished:
            path.unlink(missing_ok=True)
        elif status is None:
            logger.warning("%s belongs to no recording in the books", path.name)


def _keep(recording: Recording, raw: Path) -> _Finished:
    """Cut, measure and store the file. One with an error is not cut: all of it may be needed."""
    with soundfile.SoundFile(raw) as file:
        rate_hz, whole = file.samplerate, range(file.frames)
    part: range | None = whole
    if recording.trim and not recording.error:
        part = find_sound(raw)
    raw_duration_ms = len(whole) * 1000 // rate_hz
    if not part:
        status = RecordingStatus.FAILED if recording.error else RecordingStatus.ABSENT
        return _Finished(status, raw_duration_ms=raw_duration_ms, error=recording.error)
    cut = _beside(raw, ".cut")
    with _removed_after(cut):
        if note := _cut(raw, whole, part, cut):
            part = whole
        size_bytes, peaks = cut.stat().st_size, find_peaks(cut)
        name = _store(cut, recordings.stored_name(recording.sid, ".wav"))
    return _Finished(
        status=RecordingStatus.FAILED if recording.error else RecordingStatus.COMPLETED,
        name=name,
        duration_ms=len(part) * 1000 // rate_hz,
        raw_duration_ms=raw_duration_ms,
        trimmed_start_ms=part.start * 1000 // rate_hz,
        size_bytes=size_bytes,
        peaks=peaks,
        speech=_speech(raw, rate_hz, part),
        error=recording.error or note,
    )


def _speech(raw: Path, rate_hz: int, part: range) -> dict[str, Any]:
    """Give who spoke in the part of the file that is kept, as its row holds it; {} when nobody
    knows.
    """
    try:
        speech = speech_notes.read_speech(speech_notes.notes_path(raw), rate_hz, part)
    except OSError as error:
        # The sound is what counts.
        logger.warning("who spoke in %s can not be read: %s", raw.name, error)
        return {}
    return {} if speech is None else speech.to_json()


def _cut(raw: Path, whole: range, part: range, cut: Path) -> str:
    """Make the file that is to be kept; give why it is the whole one nevertheless, or ""."""
    note = ""
    if part != whole:
        try:
            copy_part(raw, part, cut)
            return ""
        except OSError as error:
            # A link takes no room: better all of it, with silence at its ends, than nothing.
            logger.warning("%s is not trimmed: %s", raw.name, error)
            note = f"It could not be trimmed: {error.strerror}."
    _link(raw, cut)
    return note


@transaction.atomic
def _write_down(recording: Recording, finished: _Finished) -> bool:
    """Bring the row up to what became of it, and tell of it; False: it is no longer wanted."""
    if recording.conference_id is not None:
        # The conference first: whoever locks both does it in this order.
        Conference.objects.select_for_update().filter(pk=recording.conference_id).first()
    unfinished = Recording.objects.filter(status=RecordingStatus.PROCESSING)
    row = unfinished.select_for_update().filter(pk=recording.pk).first()
    if row is None:
        return False
    row.status = finished.status
    row.file.name = finished.name
    row.duration_ms = finished.duration_ms
    row.raw_duration_ms = finished.raw_duration_ms
    row.trimmed_start_ms = finished.trimmed_start_ms
    row.size_bytes = finished.size_bytes
    row.peaks = finished.peaks
    row.speech = finished.speech
    row.error = finished.error
    row.wants_mp3 = bool(finished.name)
    row.save()
    webhooks.recording_finished(row)
    return True


def _store(path: Path, name: str) -> str:
    """Put a file into the storage in place of what has this name; give the name that it has got."""
    storage = recordings.storage()
    if storage.exists(name):
        storage.delete(name)
    with path.open("rb") as opened:
        return str(storage.save(name, _MovableFile(path, opened)))


def _beside(raw: Path, suffix: str) -> Path:
    return raw.with_suffix(suffix)


def _link(raw: Path, other: Path) -> None:
    """Give a file a second name; where the disk knows no links, copy it."""
    other.unlink(missing_ok=True)
    try:
        os.link(raw, other)
    except OSError:
        shutil.copyfile(raw, other)


@contextmanager
def _removed_after(path: Path) -> Iterator[None]:
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


@contextmanager
def _local_copy(recording: Recording) -> Iterator[Path]:
    """Have a stored file on this machine: in its place, or fetched."""
    name = str(recording.file.name)
    try:
        path = Path(recordings.storage().path(name))
    except NotImplementedError:
        fetched = _beside(recordings.raw_file(recording.sid), ".fetched")
        with _removed_after(fetched):
            with recordings.storage().open(name, "rb") as kept, fetched.open("wb") as copy:
                shutil.copyfileobj(kept, copy)
            yield fetched
    else:
        yield path
