"""Recordings: their length and content, and that they are readable at every moment."""

import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from media_engine.pcm import FRAMES_PER_SECOND
from media_engine.recording import BLOCK_FRAMES, HEADER_BYTES, finish_abandoned, wav_header
from tests.media_engine.recording_disk import FRAME, RATE_HZ, Disk, frame, only, read

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
