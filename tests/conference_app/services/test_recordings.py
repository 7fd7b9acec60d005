from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile

from conference_app import sids
from conference_app.models import Account, Recording, RecordingStatus
from conference_app.services import recordings
from conference_app.services.errors import NotFinished
from media_engine.speech_notes import notes_path
from tests.builders import NOON, build_conference, build_recording
from tests.conference_app.services.raw_recordings import leave_raw


def _begin(account: Account, **columns: Any) -> Recording:
    return recordings.begin(
        conference=build_conference(account, **columns), sid=sids.new("RE"), started_at=NOON
    )


@pytest.mark.parametrize("trim", [True, False])
def test_it_is_trimmed_as_the_conference_says(alice: Account, trim: bool) -> None:
    assert _begin(alice, trim_recordings=trim).trim == trim


def test_closing_lets_it_be_finished(alice: Account) -> None:
    recording = _begin(alice)
    recordings.close(recording=recording, error="disk full")
    recording.refresh_from_db()
    assert (recording.status, recording.error) == (RecordingStatus.PROCESSING, "disk full")
    assert not recording.is_playable


@pytest.mark.parametrize(
    "status", [status for status in RecordingStatus if status != RecordingStatus.IN_PROGRESS]
)
def test_what_is_closed_stays_as_it_is(alice: Account, status: RecordingStatus) -> None:
    recording = _begin(alice)
    recording.status = status
    recording.save()
    recordings.close(recording=recording, error="late")
    recording.refresh_from_db()
    assert (recording.status, recording.error) == (status, "")


def test_removing_takes_files_and_row(alice: Account, media_root: Path) -> None:
    recording = build_recording(build_conference(alice), b"RIFF")
    recording.mp3.save("a.mp3", ContentFile(b"ID3"))
    recordings.remove(recording=recording)
    assert [path for path in media_root.rglob("*") if path.is_file()] == []
    assert not Recording.objects.exists()


def test_a_file_that_is_gone_already_does_not_keep_the_row(
    alice: Account, media_root: Path
) -> None:
    recording = build_recording(build_conference(alice), b"RIFF")
    Path(recording.file.path).unlink()
    recordings.remove(recording=recording)
    assert not Recording.objects.exists()


def test_what_is_not_finished_is_not_removed(alice: Account, media_root: Path) -> None:
    conference = build_conference(alice)
    running = recordings.begin(conference=conference, sid=sids.new("RE"), started_at=NOON)
    for recording in (leave_raw(conference), running):
        with pytest.raises(NotFinished, match="not finished"):
            recordings.remove(recording=recording)
    assert recordings.remove_older(before=NOON + timedelta(days=1)) == (0, 0)
    assert Recording.objects.count() == 2


def test_only_what_is_older_is_removed(alice: Account, media_root: Path) -> None:
    conference = build_conference(alice)
    old, young = (build_recording(conference, b"RIFF") for _ in range(2))
    Recording.objects.filter(pk=old.pk).update(started_at=NOON - timedelta(seconds=1))
    assert recordings.remove_older(before=NOON) == (1, 0)
    assert list(Recording.objects.all()) == [young]
    assert Path(young.file.path).exists()


def block_removal_of(recording: Recording) -> Path:
    """Put something in place of a file that a storage can not delete; give what blocks."""
    path = Path(recording.file.path)
    path.unlink()
    path.mkdir()
    blocking = path / "something"
    blocking.touch()
    return blocking


def test_files_that_can_not_go_keep_a_row_that_nobody_finds(
    alice: Account, media_root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    conference = build_conference(alice)
    stuck, _ = (build_recording(conference, b"RIFF") for _ in range(2))
    blocking = block_removal_of(stuck)
    assert recordings.remove_older(before=NOON + timedelta(days=1)) == (1, 1)
    assert f"{stuck.sid} could not be removed" in caplog.text
    assert not Recording.objects.exists()
    assert not conference.recordings.exists()
    assert list(Recording.everything.all()) == [stuck]
    assert recordings.finish_removals() == (0, 1)
    blocking.unlink()
    assert recordings.finish_removals() == (1, 0)
    assert not Recording.everything.exists()
    assert recordings.finish_removals() == (0, 0)


def test_a_removal_is_done_twice_without_harm(alice: Account, media_root: Path) -> None:
    recording = build_recording(build_conference(alice), b"RIFF")
    assert recordings.remove(recording=recording)
    recording.pk = 1
    assert recordings.remove(recording=recording)


def test_what_was_stored_and_not_written_down_goes_too(alice: Account, media_root: Path) -> None:
    recording = build_recording(build_conference(alice), b"RIFF", wants_mp3=True)
    stored = media_root / "recordings" / f"{recording.sid}.mp3"
    stored.write_bytes(b"ID3")
    raw = recordings.raw_file(recording.sid)
    raw.parent.mkdir(parents=True)
    raw.touch()
    notes_path(raw).touch()
    recordings.remove(recording=recording)
    assert [path for path in media_root.parent.rglob("*") if path.is_file()] == []


def test_whoever_is_asked_to_stop_removes_no_more(alice: Account, media_root: Path) -> None:
    conference = build_conference(alice)
    for _ in range(3):
        build_recording(conference, b"RIFF")
    answers = iter([True, False, False])
    before = NOON + timedelta(days=1)
    assert recordings.remove_older(before=before, go_on=lambda: next(answers)) == (1, 0)
    assert Recording.objects.count() == 2


def test_the_event_of_one_that_is_being_removed_does_not_bring_it_back(
    alice: Account, media_root: Path
) -> None:
    conference = build_conference(alice)
    recording = build_recording(conference, b"RIFF")
    recordings.forget(Recording.objects.all())
    recordings.begin(conference=conference, sid=recording.sid, started_at=NOON)
    assert not Recording.objects.exists()
