from pathlib import Path

import pytest

from conference_app import sids
from conference_app.models import Account, Recording, RecordingStatus
from conference_app.services import recordings
from tests.builders import NOON, build_conference


def _begin(account: Account, path: Path) -> Recording:
    return recordings.begin(
        conference=build_conference(account), sid=sids.new("RE"), path=str(path), started_at=NOON
    )


def _write(media_root: Path, content: bytes) -> Path:
    path = media_root / "recordings" / "a.wav"
    path.parent.mkdir()
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("samples", "error", "expected"),
    [
        (8000, "", RecordingStatus.COMPLETED),
        (0, "", RecordingStatus.ABSENT),
        (8000, "disk full", RecordingStatus.FAILED),
    ],
)
def test_the_status_says_what_became_of_it(
    alice: Account, media_root: Path, samples: int, error: str, expected: RecordingStatus
) -> None:
    recording = _begin(alice, _write(media_root, bytes(44)))
    recordings.finish(recording=recording, samples=samples, rate_hz=8000, error=error)
    recording.refresh_from_db()
    assert recording.status == expected
    assert recording.duration_ms == samples // 8


def test_a_file_that_is_not_there_has_failed(alice: Account, media_root: Path) -> None:
    recording = _begin(alice, media_root / "recordings" / "missing.wav")
    recordings.finish(recording=recording, samples=8000, rate_hz=8000)
    assert (recording.status, recording.size_bytes) == (RecordingStatus.FAILED, 0)
    assert not recording.is_playable


def test_what_is_finished_stays_as_it_is(alice: Account, media_root: Path) -> None:
    recording = _begin(alice, _write(media_root, bytes(44)))
    recordings.finish(recording=recording, samples=8000, rate_hz=8000)
    recordings.finish(recording=recording, samples=1, rate_hz=8000, error="late")
    recording.refresh_from_db()
    assert (recording.status, recording.duration_ms) == (RecordingStatus.COMPLETED, 1000)


@pytest.mark.parametrize("path", ["/etc/passwd", "recordings/../../x.wav"])
def test_a_path_elsewhere_is_not_taken_up(
    alice: Account, media_root: Path, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    recording = _begin(alice, media_root / path)
    assert recording.file.name == ""
    assert "outside of MEDIA_ROOT" in caplog.text
