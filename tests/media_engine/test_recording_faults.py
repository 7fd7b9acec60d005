"""Recordings after a crash, and on disks that fail."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from media_engine import recording as recording_module
from media_engine.recording import BLOCK_FRAMES, HEADER_BYTES, finish_abandoned, wav_header
from tests.media_engine.recording_disk import FRAME, RATE_HZ, Disk, frame, only, read

# --- files that a crash left ---------------------------------------------------------------------


def abandoned(path: Path, content: bytes) -> Path:
    path.write_bytes(wav_header(RATE_HZ, None) + content)
    return path


@pytest.mark.parametrize(
    ("content", "samples"), [(b"", 0), (b"\1", 0), (b"\1\0\2", 1), (b"\1\0\2\0", 2)]
)
def test_finishing_an_abandoned_file_cuts_an_odd_last_byte_off(
    tmp_path: Path, content: bytes, samples: int
) -> None:
    path = abandoned(tmp_path / "RE1.wav", content)
    assert finish_abandoned(path) == (samples, RATE_HZ)
    assert path.read_bytes() == wav_header(RATE_HZ, 2 * samples) + content[: 2 * samples]
    assert read(path).tolist() == [1, 2][:samples]


def test_finishing_a_file_twice_changes_nothing(tmp_path: Path) -> None:
    path = abandoned(tmp_path / "RE1.wav", b"\1\0\2\0")
    assert finish_abandoned(path) == finish_abandoned(path) == (2, RATE_HZ)


@pytest.mark.parametrize(
    "content", [b"", wav_header(RATE_HZ, None)[:-1], b"ID3" + b"\0" * 100, b"RIFF" + b"\0" * 100]
)
def test_a_file_that_is_not_ours_is_refused_and_not_changed(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "RE1.wav"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"RE1\.wav"):
        finish_abandoned(path)
    assert path.read_bytes() == content


def test_a_file_that_is_gone_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        finish_abandoned(tmp_path / "RE1.wav")


# --- disks that fail -----------------------------------------------------------------------------


def test_a_disk_that_takes_nothing_ends_that_recording_with_an_error_and_no_other(
    disk: Disk, tmp_path: Path
) -> None:
    (tmp_path / "full.wav").symlink_to("/dev/full")
    full, good = disk.open("full"), disk.open("good")
    for number in range(5 * BLOCK_FRAMES):
        full.write(frame(number))
        good.write(frame(number))
    full.finish()
    good.finish()
    disk.stop()
    failed, fine = disk.finished
    assert (failed.samples, failed.error) == (0, "OSError: No space left on device")
    assert (fine.samples, fine.error) == (5 * BLOCK_FRAMES * FRAME, None)


def test_a_file_that_can_not_be_made_ends_the_recording_with_an_error(
    disk: Disk, tmp_path: Path
) -> None:
    (tmp_path / "RE1.wav").mkdir()
    recording = disk.open()
    for number in range(2 * BLOCK_FRAMES):
        recording.write(frame(number))
    recording.finish()
    disk.stop()
    assert only(disk.finished).error == "IsADirectoryError: Is a directory"


RECORD_ON_A_SMALL_DISK = """
import json, resource, sys
from dataclasses import asdict
from pathlib import Path
import numpy as np
from media_engine.recording import Recorder

resource.setrlimit(resource.RLIMIT_FSIZE, (20_001, 20_001))
finished = []
recorder = Recorder(Path(sys.argv[1]), finished.append)
recorder.start()
recording = recorder.open("CF1", "RE1", 8000)
for _ in range(100):
    recording.write(np.ones(160, np.int16))
recording.finish()
recorder.stop()
print(json.dumps(asdict(finished[0])))
"""


def test_a_disk_that_becomes_full_ends_the_recording_with_an_error_and_what_it_took(
    tmp_path: Path,
) -> None:
    child = subprocess.run(
        [sys.executable, "-c", RECORD_ON_A_SMALL_DISK, tmp_path],
        capture_output=True,
        text=True,
        check=True,
    )
    event = json.loads(child.stdout)
    assert event["error"] == "OSError: File too large"
    assert event["samples"] == (20_001 - HEADER_BYTES) // 2
    assert read(event["path"]).tolist() == [1] * event["samples"]


def test_blocks_that_the_queue_refuses_become_silence_of_the_same_length(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording_module, "QUEUE_BLOCKS", 2)
    disk = Disk(tmp_path)
    recording = disk.open()
    for number in range(5 * BLOCK_FRAMES):  # the thread does not run yet: 3 of 5 are refused
        recording.write(frame(number))
    disk.recorder.start()
    disk.settle()
    recording.write(frame(99))
    recording.finish()
    disk.stop()
    event = only(disk.finished)
    taken = [n + 1 for n in range(2 * BLOCK_FRAMES)]
    assert read(event.path)[::FRAME].tolist() == taken + [0] * 3 * BLOCK_FRAMES + [100]
    assert (event.samples, disk.recorder.dropped_blocks) == ((5 * BLOCK_FRAMES + 1) * FRAME, 3)
    assert event.error is not None and "silence" in event.error


def test_a_recording_whose_end_is_refused_still_has_its_length(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording_module, "QUEUE_BLOCKS", 1)
    disk = Disk(tmp_path)
    recording = disk.open()
    for number in range(3 * BLOCK_FRAMES + 1):
        recording.write(frame(number))
    recording.finish()
    disk.recorder.start()
    disk.stop()
    assert only(disk.finished).samples == (3 * BLOCK_FRAMES + 1) * FRAME


def test_a_program_error_in_one_recording_does_not_end_the_thread_of_all(disk: Disk) -> None:
    broken, good = disk.open("broken"), disk.open("good")
    broken.path = None  # type: ignore[assignment]
    for recording in (broken, good):
        recording.write(frame(0))
        recording.finish()
    disk.stop()
    assert [event.error is None for event in disk.finished] == [False, True]


class Dribbling:
    """A file that takes a little at a time, as it may when the disk is filling up."""

    def __init__(self, path: Path) -> None:
        self._file = io.FileIO(path, "w+")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> "Dribbling":
        return self

    def __exit__(self, *exception: object) -> None:
        self._file.close()

    def write(self, content: memoryview) -> int:
        return self._file.write(content[:100])


def test_a_file_that_takes_a_part_at_a_time_gets_everything(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "open", lambda path, mode, buffering: Dribbling(path))
    recording = disk.open()
    for number in range(15):
        recording.write(frame(number))
    recording.finish()
    disk.stop()
    monkeypatch.undo()
    assert read(recording.path)[::FRAME].tolist() == list(range(1, 16))
