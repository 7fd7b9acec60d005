"""Recordings: their length, that they are readable at every moment, and what a crash or a full
disk leaves.
"""

import io
import json
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from media_engine import recording as recording_module
from media_engine.events import RecordingFinished
from media_engine.pcm import FRAMES_PER_SECOND, Pcm
from media_engine.recording import (
    BLOCK_FRAMES,
    HEADER_BYTES,
    Recorder,
    Recording,
    finish_abandoned,
    wav_header,
)

RATE_HZ = 8000
FRAME = 160


def frame(number: int) -> Pcm:
    """A frame that can be told from its neighbours."""
    return np.full(FRAME, number + 1, np.int16)


class Disk:
    """A recorder under a directory, and what it told."""

    def __init__(self, directory: Path) -> None:
        self.finished: list[RecordingFinished] = []
        self.recorder = Recorder(directory, self._on_finished)
        self._settled = threading.Semaphore(0)
        self._stopped = False

    def open(self, recording_id: str = "RE1") -> Recording:
        return self.recorder.open("CF1", recording_id, RATE_HZ)

    def settle(self) -> None:
        """Return when all that was queued so far is written."""
        self.open("settled").finish()
        assert self._settled.acquire(timeout=10)

    def stop(self) -> None:
        if not self._stopped:
            self._stopped = True
            self.recorder.stop()

    def _on_finished(self, event: RecordingFinished) -> None:
        if event.recording_id == "settled":
            self._settled.release()
        else:
            self.finished.append(event)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    disk = Disk(tmp_path)
    disk.recorder.start()
    yield disk
    disk.stop()


def read(path: str | Path) -> Pcm:
    sound, rate_hz = soundfile.read(path, dtype="int16")
    assert rate_hz == RATE_HZ
    pcm: Pcm = sound
    return pcm


def only(finished: list[RecordingFinished]) -> RecordingFinished:
    (event,) = finished
    return event


# --- length and content --------------------------------------------------------------------------


@pytest.mark.parametrize("ticks", [0, 1, BLOCK_FRAMES - 1, BLOCK_FRAMES, BLOCK_FRAMES + 1, 123])
def test_a_recording_is_as_long_as_there_were_ticks(disk: Disk, ticks: int) -> None:
    recording = disk.open()
    for number in range(ticks):
        recording.write(frame(number))
    recording.finish()
    disk.stop()
    event = only(disk.finished)
    assert (event.samples, event.rate_hz, event.error) == (ticks * FRAME, RATE_HZ, None)
    assert (event.conference_id, event.recording_id) == ("CF1", "RE1")
    assert read(event.path).tolist() == [n + 1 for n in range(ticks) for _ in range(FRAME)]


@pytest.mark.parametrize("before", [0, 1, BLOCK_FRAMES])
def test_skipped_ticks_are_silence_in_their_place(disk: Disk, before: int) -> None:
    recording = disk.open()
    for number in range(before):
        recording.write(frame(number))
    recording.skip(3 * FRAME)
    recording.write(frame(99))
    recording.finish()
    disk.stop()
    expected = [n + 1 for n in range(before)] + [0, 0, 0, 100]
    assert read(only(disk.finished).path)[::FRAME].tolist() == expected
    assert only(disk.finished).samples == FRAME * len(expected)


def test_an_hour_of_skipped_ticks_is_queued_as_a_number(disk: Disk) -> None:
    recording = disk.open()
    recording.skip(3600 * RATE_HZ)
    recording.write(frame(0))
    recording.finish()
    disk.stop()
    assert only(disk.finished).samples == 3600 * RATE_HZ + FRAME
    assert soundfile.info(only(disk.finished).path).frames == 3600 * RATE_HZ + FRAME


def test_the_header_of_a_finished_file_tells_its_true_lengths(disk: Disk) -> None:
    recording = disk.open()
    recording.write(frame(0))
    recording.finish()
    disk.stop()
    content = Path(only(disk.finished).path).read_bytes()
    assert struct.unpack_from("<I", content, 4)[0] == len(content) - 8
    assert struct.unpack_from("<I", content, 40)[0] == len(content) - HEADER_BYTES == 2 * FRAME


@pytest.mark.parametrize("data_bytes", [None, 2**32 - 1, 2**32, 2**40])
def test_a_header_that_can_not_tell_the_length_says_until_the_end(data_bytes: int | None) -> None:
    header = wav_header(RATE_HZ, data_bytes)
    assert (len(header), header[4:8], header[40:]) == (HEADER_BYTES, b"\xff" * 4, b"\xff" * 4)


def test_two_channels_lie_side_by_side_with_skipped_ticks_in_both(disk: Disk) -> None:
    recording = disk.recorder.open("CF1", "RE2", RATE_HZ, leg_id="CA1", channels=2)
    recording.write(np.stack((frame(0), frame(1)), axis=1))
    recording.skip(FRAME)
    recording.write(np.stack((frame(2), frame(3)), axis=1))
    recording.finish()
    disk.stop()
    event = only(disk.finished)
    assert (event.samples, event.leg_id, event.error) == (3 * FRAME, "CA1", None)
    sound, rate_hz = soundfile.read(event.path, dtype="int16")
    assert (rate_hz, sound.shape) == (RATE_HZ, (3 * FRAME, 2))
    assert sound[::FRAME].tolist() == [[1, 2], [0, 0], [3, 4]]
    header = wav_header(RATE_HZ, 3 * FRAME * 4, channels=2)
    assert Path(event.path).read_bytes()[:HEADER_BYTES] == header
    assert struct.unpack_from("<HIIHH", header, 22) == (2, RATE_HZ, 4 * RATE_HZ, 4, 16)


def test_an_abandoned_file_of_two_channels_keeps_whole_samples(tmp_path: Path) -> None:
    path = tmp_path / "RE1.wav"
    path.write_bytes(wav_header(RATE_HZ, None, channels=2) + bytes(4 * 100 + 3))
    assert finish_abandoned(path) == (100, RATE_HZ)
    sound, _ = soundfile.read(path, dtype="int16")
    assert sound.shape == (100, 2)
    assert path.stat().st_size == HEADER_BYTES + 400


def test_several_recordings_do_not_mix(disk: Disk) -> None:
    recordings = [disk.open(f"RE{n}") for n in range(5)]
    for _ in range(25):
        for number, recording in enumerate(recordings):
            recording.write(frame(number))
    for recording in recordings:
        recording.finish()
    disk.stop()
    assert [set(read(event.path)) for event in disk.finished] == [{n + 1} for n in range(5)]


# --- readable at every moment --------------------------------------------------------------------


def test_the_file_is_readable_at_every_moment_while_it_is_written(disk: Disk) -> None:
    recording = disk.open()
    for number in range(50):
        recording.write(frame(number))
        disk.settle()
        blocks = (number + 1) // BLOCK_FRAMES
        if blocks:
            assert len(read(recording.path)) == blocks * BLOCK_FRAMES * FRAME
    recording.finish()


def test_a_recording_that_was_not_finished_at_stop_is_as_after_a_crash(disk: Disk) -> None:
    recording = disk.open()
    for number in range(2 * BLOCK_FRAMES):
        recording.write(frame(number))
    disk.stop()
    assert recording.file is not None
    recording.file.close()  # as the end of the process does
    assert disk.finished == []
    assert len(read(recording.path)) == 2 * BLOCK_FRAMES * FRAME
    assert finish_abandoned(recording.path) == (2 * BLOCK_FRAMES * FRAME, RATE_HZ)


RECORD_FOR_EVER = """
import sys, threading
from pathlib import Path
import numpy as np
from media_engine.recording import Recorder

recorder = Recorder(Path(sys.argv[1]), print)
recorder.start()
recording = recorder.open("CF1", "RE1", 8000)
ticks = 0
while True:
    recording.write(np.full(160, 1 + ticks % 1000, np.int16))
    ticks += 1
    print(ticks, flush=True)
    threading.Event().wait(0.004)
"""


def test_after_kill_9_at_most_a_second_is_lost_and_the_file_opens(tmp_path: Path) -> None:
    ticks = 0
    with subprocess.Popen(
        [sys.executable, "-c", RECORD_FOR_EVER, tmp_path], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        while ticks < 3 * FRAMES_PER_SECOND:
            ticks = int(child.stdout.readline())
        child.kill()
    path = tmp_path / "RE1.wav"
    expected = np.repeat(1 + np.arange(ticks + 50) % 1000, FRAME)
    before = read(path)
    samples, rate_hz = finish_abandoned(path)
    after = read(path)
    assert len(before) == len(after) == samples >= ticks * FRAME - RATE_HZ
    assert rate_hz == RATE_HZ
    assert (after == expected[: len(after)]).all() and (before == after).all()


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
