"""What is noted of a recording's sound: beside it on the disk, never at its cost."""

import pytest

from media_engine import recording as recording_module
from media_engine.recording import BLOCK_FRAMES
from media_engine.speech_notes import notes_path
from tests.media_engine.recording_disk import FRAME, Disk, frame, only


def test_notes_go_to_the_disk_with_the_sound_they_are_about(disk: Disk) -> None:
    recording = disk.open()
    notes = notes_path(recording.path)
    recording.write(frame(0))
    recording.note(0, "+ a")
    disk.settle()
    assert not notes.exists()
    for number in range(BLOCK_FRAMES):
        recording.write(frame(number))
    disk.settle()
    assert notes.read_text() == "0 + a\n"
    recording.note(700, "- a")
    recording.finish()
    disk.stop()
    assert notes.read_text() == "0 + a\n700 - a\n"
    assert only(disk.finished).error is None


def test_notes_of_sound_that_was_refused_come_with_the_next(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = disk.open()
    monkeypatch.setattr(recording_module, "QUEUE_BLOCKS", 0)
    recording.note(0, "+ a")
    for number in range(BLOCK_FRAMES):
        recording.write(frame(number))
    recording.finish()
    disk.stop()
    assert notes_path(recording.path).read_text() == "0 + a\n"


def test_too_many_notes_are_counted_and_the_last_line_says_so(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording_module, "MOST_NOTES", 3)
    recording = disk.open()
    for sample in range(5):
        recording.note(sample, "+ a")
    recording.finish()
    disk.stop()
    assert notes_path(recording.path).read_text() == "0 + a\n1 + a\n2 !\n"
    assert recording.refused_notes == 2


def test_notes_that_can_not_be_written_cost_no_sound(
    disk: Disk, caplog: pytest.LogCaptureFixture
) -> None:
    recording = disk.open()
    notes_path(recording.path).mkdir()
    for number in range(2 * BLOCK_FRAMES):
        recording.note(number, "+ a")
        recording.write(frame(number))
    recording.finish()
    disk.stop()
    event = only(disk.finished)
    assert (event.samples, event.error) == (2 * BLOCK_FRAMES * FRAME, None)
    assert caplog.text.count("nothing more is noted of recording RE1") == 1
