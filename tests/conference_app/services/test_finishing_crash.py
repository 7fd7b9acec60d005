"""`kill -9` at each step of finishing, on a database and disk of its own, until all is done."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import soundfile

ROOT = Path(__file__).resolve().parents[3]

PREPARE = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from tests.builders import build_account, build_conference
from tests.conference_app.services.raw_recordings import leave_raw
leave_raw(build_conference(build_account()))
"""

WORK_OFF_UNTIL = """
import os, signal, sys
import django
django.setup()
from conference_app.services import recording_finishing, webhooks
from conference_app.services.row_worker import RowWorker

def die_after(module, name):
    step = getattr(module, name)
    def then_die(*arguments):
        step(*arguments)
        os.kill(os.getpid(), signal.SIGKILL)
    setattr(module, name, then_die)

if sys.argv[1] != "the end":
    die_after(globals()[sys.argv[1]], sys.argv[2])
steps = [("waiting", "finish", "give_up"), ("waiting_for_mp3", "add_mp3", "do_without_mp3")]
recording_finishing.clear_up()
for names in steps:
    waiting, work, give_up = (getattr(recording_finishing, name) for name in names)
    RowWorker("test", waiting=waiting, work=work, give_up=give_up).turn()
"""

DEATHS = [
    ("recording_finishing", "copy_part"),
    ("recording_finishing", "find_peaks"),
    ("recording_finishing", "_store"),
    ("webhooks", "recording_finished"),
    ("recording_finishing", "_write_down"),
    ("recording_finishing", "encode_mp3"),
    ("recording_finishing", "_store"),
    ("the end", ""),
]


def run(directory: Path, script: str, *arguments: str) -> int:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("CONFAB_")
    }
    environment |= {"CONFAB_DATA_DIR": str(directory), "DATABASE_URL": ""}
    environment |= {"DJANGO_SETTINGS_MODULE": "project.settings"}
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode in (0, -9), done.stderr.decode()
    return done.returncode


@pytest.mark.slow
def test_nothing_is_lost_and_nothing_is_there_twice(tmp_path: Path) -> None:
    assert run(tmp_path, PREPARE) == 0
    exits = [run(tmp_path, WORK_OFF_UNTIL, *death) for death in DEATHS]
    assert exits == [-9] * (len(DEATHS) - 1) + [0]
    with closing(sqlite3.connect(tmp_path / "confab.sqlite3")) as books:
        columns = "sid, status, duration_ms, raw_duration_ms, file, mp3, wants_mp3"
        (row,) = books.execute(f"SELECT {columns} FROM conference_app_recording")
    assert row[1:] == (
        "completed",
        1320,
        4000,
        *(f"recordings/{row[0]}.{x}" for x in ("wav", "mp3")),
        0,
    )
    kept = sorted(path.name for path in (tmp_path / "media" / "recordings").iterdir())
    assert kept == [f"{row[0]}.mp3", f"{row[0]}.wav"]
    assert list((tmp_path / "being-recorded").iterdir()) == []
    for name in kept:
        seconds = soundfile.info(tmp_path / "media" / "recordings" / name).duration
        assert seconds == pytest.approx(1.32)
