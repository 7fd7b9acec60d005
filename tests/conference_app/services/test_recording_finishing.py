"""From the file that the engine has closed to the one that is kept, whatever gets in the way."""

import errno
import tracemalloc
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import soundfile
from django.core.files.storage import FileSystemStorage
from pytest_django import Settings

from conference_app import sids
from conference_app.models import Account, Conference, Recording, RecordingStatus
from conference_app.services import recording_finishing, recordings, webhooks
from conference_app.services.recording_wish import RecordingWish
from media_engine import speech_notes
from media_engine.pcm import Pcm
from media_engine.peaks import as_json
from tests.builders import NOON, build_call, build_conference
from tests.conference_app.far_away import FarAway, keep_in
from tests.conference_app.services.raw_recordings import (
    SPOKEN,
    leave_raw,
    silence,
    tone,
    write_raw,
)


@pytest.fixture
def conference(alice: Account, media_root: Path) -> Conference:
    return build_conference(alice)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What users were told of: (SID, status)."""
    words: list[tuple[str, str]] = []

    def tell(recording: Recording) -> None:
        words.append((recording.sid, recording.status))

    monkeypatch.setattr(webhooks, "recording_finished", tell)
    return words


class ReadOnly(FileSystemStorage):
    """A storage that takes nothing."""

    def _save(self, name: str, content: object) -> str:
        raise OSError(errno.EROFS, "Read-only file system")


def finish(recording: Recording) -> Recording:
    recording_finishing.finish(recording.pk)
    return Recording.objects.get(pk=recording.pk)


def sound_of(recording: Recording) -> Pcm:
    with recording.file.open("rb") as opened:
        sound: Pcm
        sound, _ = soundfile.read(opened, dtype="int16")
    return sound


def stored(media_root: Path) -> list[str]:
    return sorted(path.name for path in media_root.rglob("*.*"))


def raw_files() -> list[str]:
    return [path.name for path in recordings.raw_file("").parent.glob("*")]


def test_silence_is_cut_off_and_both_lengths_are_kept(
    conference: Conference, told: list[tuple[str, str]]
) -> None:
    recording = finish(leave_raw(conference))
    assert recording.status == RecordingStatus.COMPLETED
    assert (recording.duration_ms, recording.raw_duration_ms) == (1320, 4000)
    assert np.array_equal(sound_of(recording), SPOKEN[6720:17280])
    assert recording.file.name == f"recordings/{recording.sid}.wav"
    assert recording.size_bytes == recording.file.size == 44 + 2 * 10560
    assert told == [(recording.sid, "completed")]


def note(recording: Recording, lines: str) -> None:
    """Note what was said, as the engine does."""
    speech_notes.notes_path(recordings.raw_file(recording.sid)).write_text(lines)


def test_who_spoke_is_told_in_the_time_of_the_kept_file(conference: Conference) -> None:
    recording = leave_raw(conference)
    note(recording, "8000 + CA1\n12000 + CA2\n16000 - CA1\n16000 - CA2\n15000 ~ 800\n")
    recording = finish(recording)
    assert recording.trimmed_start_ms == 840
    assert recording.speech == {
        "spans": {"CA1": [[160, 1160]], "CA2": [[660, 1160]]},
        "left_out": [[1035, 100]],
        "merged_ms": 0,
        "until_ms": None,
    }
    assert raw_files() == []


def test_what_a_crash_left_of_the_notes_is_kept(conference: Conference) -> None:
    recording = leave_raw(conference, trim=False)
    note(recording, "8000 + CA1\n9600 - CA1\n12000 + CA2\n1600")
    recording = finish(recording)
    assert recording.speech["spans"] == {"CA1": [[1000, 1200]], "CA2": [[1500, 4000]]}


def test_without_notes_there_is_sound_nevertheless(conference: Conference) -> None:
    recording, other = leave_raw(conference), leave_raw(conference)
    speech_notes.notes_path(recordings.raw_file(other.sid)).mkdir()
    for pk in (recording.pk, other.pk):
        with suppress(OSError):  # the directory, which is nobody's
            recording_finishing.finish(pk)
        row = Recording.objects.get(pk=pk)
        assert (row.status, row.speech, row.is_playable) == (RecordingStatus.COMPLETED, {}, True)


def test_both_sides_of_a_call_are_cut_drawn_and_encoded(alice: Account, media_root: Path) -> None:
    wish = RecordingWish(channels=2, trim=True)
    call, sid = build_call(alice), sids.new("RE")
    raw = recordings.begin_of_call(call=call, sid=sid, started_at=NOON, wish=wish)
    says = np.concatenate((silence(1), tone(1), silence(3)))
    hears = np.concatenate((silence(3), tone(1) // 2, silence(1)))
    sides: Pcm = np.stack((says, hears), axis=1)
    write_raw(raw, sides)
    recordings.close(recording=raw)
    recording = finish(raw)
    assert (recording.status, recording.error) == (RecordingStatus.COMPLETED, "")
    assert (recording.duration_ms, recording.raw_duration_ms) == (3320, 5000)
    kept = sides[6720:33280]
    assert np.array_equal(sound_of(recording), kept)
    assert recording.size_bytes == 44 + kept.nbytes
    outline = as_json(bytes(recording.peaks))["data"]
    assert (max(outline[:20]), max(outline[-20:])) == (31, 15)
    recording_finishing.add_mp3(recording.pk)
    recording.refresh_from_db()
    with recording.mp3.open("rb") as opened:
        encoded, _ = soundfile.read(opened, dtype="int16")
    for side in (0, 1):
        assert np.corrcoef(encoded[:, side], kept[:, side])[0, 1] > 0.99


def test_do_not_trim_keeps_every_sample_and_copies_none(conference: Conference) -> None:
    raw = leave_raw(conference, trim=False)
    place_on_disk = recordings.raw_file(raw.sid).stat().st_ino
    recording = finish(raw)
    assert np.array_equal(sound_of(recording), SPOKEN)
    assert recording.duration_ms == recording.raw_duration_ms == 4000
    assert Path(recording.file.path).stat().st_ino == place_on_disk


def test_the_conference_says_whether_to_trim(alice: Account, media_root: Path) -> None:
    recording = leave_raw(build_conference(alice, trim_recordings=False))
    assert finish(recording).duration_ms == 4000


def test_the_outline_is_that_of_the_kept_file(conference: Conference) -> None:
    outline = as_json(bytes(finish(leave_raw(conference)).peaks))
    assert outline["length"] == 27  # of 50 ms, the last one short
    assert outline["data"][:4] == [0, 0, 0, 0]
    assert max(outline["data"]) == 8000 // 256


def test_nothing_is_left_where_the_engine_writes(conference: Conference) -> None:
    finish(leave_raw(conference))
    finish(leave_raw(conference, trim=False))
    assert raw_files() == []


@pytest.mark.parametrize(
    ("pcm", "error", "expected"),
    [
        (SPOKEN, "", ("completed", 1320, True)),
        (silence(3), "", ("absent", 0, False)),
        (silence(0), "", ("absent", 0, False)),
        (SPOKEN, "OSError: disk full", ("failed", 4000, True)),
        (silence(3), "OSError: disk full", ("failed", 3000, True)),
        (silence(0), "OSError: disk full", ("failed", 0, False)),
    ],
)
def test_the_status_says_what_became_of_it(
    conference: Conference,
    told: list[tuple[str, str]],
    pcm: Pcm,
    error: str,
    expected: tuple[str, int, bool],
) -> None:
    recording = finish(leave_raw(conference, pcm, error=error))
    assert (recording.status, recording.duration_ms, recording.is_playable) == expected
    assert recording.error == error
    assert told == [(recording.sid, recording.status)]
    assert recording.wants_mp3 == recording.is_playable


@pytest.mark.parametrize("content", [None, b"", b"RIFF", b"no sound at all, for sure"])
def test_without_a_readable_file_it_has_failed(
    conference: Conference, told: list[tuple[str, str]], content: bytes | None
) -> None:
    recording = leave_raw(conference)
    raw = recordings.raw_file(recording.sid)
    raw.unlink() if content is None else raw.write_bytes(content)
    recording = finish(recording)
    assert (recording.status, recording.is_playable) == (RecordingStatus.FAILED, False)
    assert recording.error
    assert told == [(recording.sid, "failed")]


def test_what_is_finished_is_not_finished_again(
    conference: Conference, told: list[tuple[str, str]]
) -> None:
    recording = finish(leave_raw(conference))
    before = Recording.objects.values().get()
    finish(recording)
    assert Recording.objects.values().get() == before
    assert len(told) == 1


def test_a_row_that_can_not_be_written_leaves_all_for_the_next_try(
    conference: Conference, media_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = leave_raw(conference)
    with monkeypatch.context() as patch:
        patch.setattr(webhooks, "recording_finished", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            finish(recording)
    recording.refresh_from_db()
    assert recording.status == RecordingStatus.PROCESSING
    assert finish(recording).status == RecordingStatus.COMPLETED
    assert stored(media_root) == [f"{recording.sid}.wav"]


def test_a_full_disk_leaves_it_untrimmed(
    conference: Conference, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(recording_finishing, "copy_part", full)
    recording = finish(leave_raw(conference))
    assert (recording.status, recording.duration_ms) == (RecordingStatus.COMPLETED, 4000)
    assert "No space left on device" in recording.error


def test_a_storage_that_takes_nothing_costs_no_sound(
    conference: Conference, settings: Settings, told: list[tuple[str, str]]
) -> None:
    keep_in(settings, ReadOnly)
    recording = leave_raw(conference)
    with pytest.raises(OSError, match="Read-only"):
        finish(recording)
    assert not told
    recording_finishing.give_up(recording.pk, OSError(errno.EROFS, "Read-only file system"))
    recording.refresh_from_db()
    assert (recording.status, recording.is_playable) == (RecordingStatus.FAILED, False)
    assert "Read-only file system" in recording.error
    assert raw_files() == [f"{recording.sid}.wav"]
    assert told == [(recording.sid, "failed")]


@pytest.mark.parametrize("trim", [True, False])
def test_a_storage_far_away_is_as_good(
    conference: Conference, settings: Settings, trim: bool
) -> None:
    keep_in(settings, FarAway)
    recording = finish(leave_raw(conference, trim=trim))
    assert recording.status == RecordingStatus.COMPLETED
    assert len(sound_of(recording)) == (10560 if trim else 32000)
    recording_finishing.add_mp3(recording.pk)
    recording.refresh_from_db()
    with recording.mp3.open("rb") as opened:
        assert soundfile.info(opened).duration == pytest.approx(1.32 if trim else 4)
    assert raw_files() == []


def test_the_mp3_is_beside_the_file(conference: Conference, media_root: Path) -> None:
    recording = finish(leave_raw(conference))
    assert recording_finishing.waiting_for_mp3() == [recording.pk]
    recording_finishing.add_mp3(recording.pk)
    recording.refresh_from_db()
    assert recording_finishing.waiting_for_mp3() == []
    assert stored(media_root) == [f"{recording.sid}.mp3", f"{recording.sid}.wav"]
    decoded, _ = soundfile.read(recording.mp3.path, dtype="int16")
    assert np.corrcoef(decoded, sound_of(recording))[0, 1] > 0.99
    assert raw_files() == []


def test_one_that_was_removed_in_the_meantime_leaves_nothing(
    conference: Conference, media_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def remove_then_store(path: Path, name: str) -> str:
        Recording.objects.all().delete()
        return store(path, name)

    store = recording_finishing._store
    monkeypatch.setattr(recording_finishing, "_store", remove_then_store)
    recording_finishing.finish(leave_raw(conference).pk)
    assert stored(media_root) == raw_files() == []


def test_what_an_earlier_process_left_is_cleared_up(
    conference: Conference, caplog: pytest.LogCaptureFixture
) -> None:
    waiting, finished = leave_raw(conference), leave_raw(conference)
    Recording.objects.filter(pk=finished.pk).update(status=RecordingStatus.COMPLETED)
    folder = recordings.raw_file("").parent
    (folder / f"{waiting.sid}.cut").write_bytes(b"half")
    (folder / "RE1.wav").write_bytes(b"whose?")
    note(waiting, "0 + CA1\n")
    note(finished, "0 + CA1\n")
    recording_finishing.clear_up()
    assert set(raw_files()) == {"RE1.wav", f"{waiting.sid}.wav", f"{waiting.sid}.speech"}
    assert "RE1.wav belongs to no recording" in caplog.text


def test_a_long_one_is_finished_in_little_memory(conference: Conference) -> None:
    pcm = np.tile(tone(60), 30)
    recording = leave_raw(conference, np.concatenate((silence(1), pcm)))
    del pcm
    tracemalloc.start()
    recording = finish(recording)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert recording.duration_ms == 30 * 60_000 + 160
    assert most < 5_000_000  # of a file of 28 MB
