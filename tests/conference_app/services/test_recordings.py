from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile

from conference_app import sids
from conference_app.models import Account, Recording, RecordingStatus
from conference_app.services import recordings
from conference_app.services.errors import NotFinished
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


def test_one_that_can_not_be_removed_keeps_its_row_and_nobody_else(
    alice: Account, media_root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    conference = build_conference(alice)
    stuck, other = (build_recording(conference, b"RIFF") for _ in range(2))
    Path(stuck.file.path).unlink()
    (Path(stuck.file.path) / "a directory with something in it").mkdir(parents=True)
    assert recordings.remove_older(before=NOON + timedelta(days=1)) == (1, 1)
    assert list(Recording.objects.all()) == [stuck]
    assert f"{stuck.sid} could not be removed" in caplog.text
