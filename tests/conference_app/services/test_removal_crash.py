"""`kill -9` between the steps of a removal: no row is found without its file, no file is left."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.conference_app.services.test_finishing_crash import run

PREPARE = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.core.files.base import ContentFile
from tests.builders import build_account, build_conference, build_recording
recording = build_recording(build_conference(build_account()), b"RIFF")
recording.mp3.save(f"{recording.sid}.mp3", ContentFile(b"ID3"))
"""

REMOVE_AND_DIE = """
import os, signal, sys
import django
django.setup()
from django.core.files.storage import FileSystemStorage
from conference_app.models import Recording
from conference_app.services import recordings

deletions = 0
delete = FileSystemStorage.delete
def die_at(self, name):
    global deletions
    if deletions == int(sys.argv[1]):
        os.kill(os.getpid(), signal.SIGKILL)
    deletions += 1
    delete(self, name)
FileSystemStorage.delete = die_at
recordings.remove(recording=Recording.objects.get())
"""

GO_ON = """
import django
django.setup()
from conference_app.models import Recording
from conference_app.services import recordings
assert not Recording.objects.exists()
assert recordings.finish_removals() == (1, 0)
"""


@pytest.mark.slow
@pytest.mark.parametrize("deletions", [0, 1])
def test_a_removal_goes_on_after_a_crash(tmp_path: Path, deletions: int) -> None:
    assert run(tmp_path, PREPARE) == 0
    assert run(tmp_path, REMOVE_AND_DIE, str(deletions)) == -9
    assert _rows(tmp_path) == [("removing",)]
    assert len(list((tmp_path / "media" / "recordings").iterdir())) == 2 - deletions
    assert run(tmp_path, GO_ON) == 0
    assert _rows(tmp_path) == []
    assert list((tmp_path / "media" / "recordings").iterdir()) == []


def _rows(directory: Path) -> list[tuple[str]]:
    with closing(sqlite3.connect(directory / "confab.sqlite3")) as books:
        return books.execute("SELECT status FROM conference_app_recording").fetchall()
