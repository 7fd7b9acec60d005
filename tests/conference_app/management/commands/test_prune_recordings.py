"""manage.py prune_recordings"""

from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from conference_app.models import Account, Recording
from tests.builders import build_conference, build_recording


def test_recordings_older_than_so_many_days_go(alice: Account, media_root: Path) -> None:
    conference = build_conference(alice)
    for days in (1, 29, 31, 400):
        recording = build_recording(conference, b"RIFF")
        recording.started_at = timezone.now() - timedelta(days=days)
        recording.save()
    said = StringIO()
    call_command("prune_recordings", "--older-than", "30", stdout=said)
    assert "Removed 2 recordings" in said.getvalue()
    assert Recording.objects.count() == 2


@pytest.mark.parametrize("days", ["-1", "many", "nan", "1e300"])
def test_nothing_goes_by_a_wrong_number(days: str) -> None:
    with pytest.raises(CommandError):
        call_command("prune_recordings", f"--older-than={days}")


@pytest.mark.django_db
def test_without_a_number_the_setting_counts(
    alice: Account, media_root: Path, settings: Settings
) -> None:
    with pytest.raises(CommandError, match="CONFAB_RECORDING_RETENTION_DAYS"):
        call_command("prune_recordings")
    recording = build_recording(build_conference(alice), b"RIFF")
    recording.started_at = timezone.now() - timedelta(days=2)
    recording.save()
    for days_kept, left in ((3, 1), (1, 0)):
        settings.CONFAB_RECORDING_RETENTION_DAYS = days_kept
        call_command("prune_recordings", stdout=StringIO())
        assert Recording.objects.count() == left


def test_what_could_not_be_removed_is_an_error(alice: Account, media_root: Path) -> None:
    recording = build_recording(build_conference(alice), b"RIFF")
    path = Path(recording.file.path)
    path.unlink()
    (path / "a directory with something in it").mkdir(parents=True)
    with pytest.raises(CommandError, match="1 recordings could not be removed"):
        call_command("prune_recordings", "--older-than", "0", stdout=StringIO())
