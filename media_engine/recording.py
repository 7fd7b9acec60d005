"""Recording: frames of a meeting or a leg → a WAV file that a crash can not spoil.

The tick hands frames over and goes on; one thread writes them all, unbuffered, behind a header
whose lengths say "until the end of the file" (0xFFFFFFFF), which players accept. What the kernel
has is safe from `kill -9`: at most the frames in the queue are lost. When a recording ends, the
header gets its true lengths.

The length of a recording is the number of ticks since it began: what could not be queued, and
ticks that did not take place, are replaced by silence of the same length. Silence is queued and
written as a number, so an hour of it costs no more than a second.

Beside the sound lies what is noted of it (`speech_notes`), written by the same thread with the
sound that it belongs to.
"""

import logging
import os
import queue
import struct
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final, TypeAlias

import numpy as np

from media_engine.events import RecordingFinished
from media_engine.pcm import Pcm
from media_engine.speech_notes import MOST_NOTES, NO_MORE, notes_path

logger = logging.getLogger(__name__)

BLOCK_FRAMES: Final = 10
"""Sound goes to the disk every 200 ms: a fifth of what a crash may cost, and few wake-ups of the
thread.
"""

QUEUE_BLOCKS: Final = 3_000
"""For all recordings of the process together: ten meetings may wait a minute for a disk."""

HEADER_BYTES: Final = 44
_UNTIL_END_OF_FILE: Final = 0xFFFFFFFF
_BYTES_PER_SAMPLE: Final = 2


def wav_header(rate_hz: int, data_bytes: int | None, channels: int = 1) -> bytes:
    """Build the 44-byte RIFF header of 16-bit PCM; `data_bytes=None`, or more than it can tell
    (4 GiB): until the end of the file.
    """
    step = channels * _BYTES_PER_SAMPLE
    data_size = _UNTIL_END_OF_FILE if data_bytes is None else min(data_bytes, _UNTIL_END_OF_FILE)
    riff_size = min(data_size + HEADER_BYTES - 8, _UNTIL_END_OF_FILE)
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        *(b"RIFF", riff_size, b"WAVE"),
        *(b"fmt ", 16, 1, channels, rate_hz, rate_hz * step, step, 16),
        *(b"data", data_size),
    )


def finish_abandoned(path: Path) -> tuple[int, int]:
    """Give a file that a crash left open its true lengths; give (samples of a channel, rate_hz).

    Raises ValueError when the file does not begin with a header of ours, OSError when it can not be
    read.
    """
    with path.open("r+b") as file:
        header = file.read(HEADER_BYTES)
        if len(header) < HEADER_BYTES or header[:4] != b"RIFF" or header[36:40] != b"data":
            raise ValueError(f"{path.name} has no complete WAV header")
        channels, rate_hz = struct.unpack_from("<HI", header, 22)
        if not channels:
            raise ValueError(f"{path.name} has no channels")
        return _close(file, rate_hz, channels), rate_hz


def _close(file: BinaryIO, rate_hz: int, channels: int) -> int:
    """Write the true lengths into the header, cut a last sample off that is not whole, and sync;
    give the number of samples of a channel.
    """
    step = channels * _BYTES_PER_SAMPLE
    samples = (file.seek(0, os.SEEK_END) - HEADER_BYTES) // step
    file.truncate(HEADER_BYTES + samples * step)
    file.seek(0)
    file.write(wav_header(rate_hz, samples * step, channels))
    file.flush()
    os.fsync(file.fileno())
    return samples


class Recording:
    """One file being written. write(), skip(), note() and finish() are called by the tick, the rest
    by the recorder's thread. Samples are counted of each channel.
    """

    def __init__(
        self,
        conference_id: str,
        recording_id: str,
        rate_hz: int,
        recorder: "Recorder",
        *,
        leg_id: str | None = None,
        channels: int = 1,
    ) -> None:
        self.conference_id = conference_id
        self.recording_id = recording_id
        self.path = recorder.path_of(recording_id)
        self.rate_hz = rate_hz
        self.leg_id = leg_id
        self.channels = channels
        self.error: str | None = None
        self.samples = 0
        self.file: BinaryIO | None = None
        self.notes_file: BinaryIO | None = None
        self.notes_failed = False
        self.refused_samples = 0
        self.refused_notes = 0
        self._recorder = recorder
        self._silence = 0
        self._block: list[Pcm] = []
        self._notes: list[str] = []
        self._notes_taken = 0

    def write(self, pcm: Pcm) -> None:
        """Append one frame, `(samples,)` or `(samples, channels)`; never blocks."""
        self._block.append(pcm)
        if len(self._block) >= BLOCK_FRAMES:
            self._hand_over()

    def skip(self, samples: int) -> None:
        """Append silence for ticks that did not take place, however many."""
        self._hand_over()
        self._silence += samples

    def note(self, sample: int, words: str) -> None:
        """Keep a line about a sample of the file; what is over MOST_NOTES is counted only."""
        self._notes_taken += 1
        if self._notes_taken < MOST_NOTES:
            self._notes.append(f"{sample} {words}\n")
        elif self._notes_taken == MOST_NOTES:
            self._notes.append(f"{sample} {NO_MORE}\n")
        else:
            self.refused_notes += 1

    def finish(self) -> None:
        """Ask for the end; RecordingFinished follows when the file is closed."""
        self._hand_over()
        self._recorder.end(self, self._silence, "".join(self._notes))

    def _hand_over(self) -> None:
        if not self._block:
            return
        block = np.concatenate(self._block)
        self._block.clear()
        if self._recorder.offer(self, self._silence, block, "".join(self._notes)):
            self._silence = 0
            self._notes.clear()
        else:
            # The sound is lost, but not its time: silence of its length goes with the next block.
            self.refused_samples += len(block)
            self._silence += len(block)


_Item: TypeAlias = tuple[Recording, int, Pcm | None, str]
"""Samples of silence, then sound (None: then the end), and the lines about it."""


class Recorder:
    """The thread that writes all recordings of a process under `directory`.

    `on_finished` is called in that thread with each RecordingFinished. A full or broken disk ends
    that recording with an error; meetings go on.
    """

    def __init__(self, directory: Path, on_finished: Callable[[RecordingFinished], None]) -> None:
        self._directory = directory
        self._on_finished = on_finished
        self._queue: queue.Queue[_Item | None] = queue.Queue()
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self.dropped_blocks = 0

    def start(self) -> None:
        """Make the directory and start the thread."""
        self._directory.mkdir(parents=True, exist_ok=True)
        self._thread.start()

    def stop(self) -> None:
        """Write what is queued and wait for the thread; a recording not finished stays as a crash
        leaves it.
        """
        self._queue.put(None)
        self._thread.join()

    def open(
        self,
        conference_id: str,
        recording_id: str,
        rate_hz: int,
        *,
        leg_id: str | None = None,
        channels: int = 1,
    ) -> Recording:
        """Begin a recording of a meeting, or of one leg; the file `<recording_id>.wav` is made by
        the thread.
        """
        return Recording(
            conference_id, recording_id, rate_hz, self, leg_id=leg_id, channels=channels
        )

    def path_of(self, recording_id: str) -> Path:
        """Where the file of a recording is."""
        return self._directory / f"{recording_id}.wav"

    def offer(self, recording: Recording, silence: int, block: Pcm, notes: str = "") -> bool:
        """Queue sound, after `silence` samples of silence, with its notes; False (and counted) when
        QUEUE_BLOCKS wait already.
        """
        if self._queue.qsize() >= QUEUE_BLOCKS:
            self.dropped_blocks += 1
            return False
        self._queue.put((recording, silence, block, notes))
        return True

    def end(self, recording: Recording, silence: int, notes: str = "") -> None:
        """Queue the end of a recording, after `silence` samples of silence; never refused, there is
        one for each.
        """
        self._queue.put((recording, silence, None, notes))

    def _run(self) -> None:
        while (item := self._queue.get()) is not None:
            recording, silence, block, notes = item
            if recording.error is None:
                _attempt(recording, partial(_append, recording, silence, block))
                _attempt_notes(recording, notes)
            if block is None:
                _attempt(recording, partial(_finish, recording))
                self._tell(recording)

    def _tell(self, recording: Recording) -> None:
        error = recording.error
        if error is None and recording.refused_samples:
            error = f"{recording.refused_samples} samples are silence: the disk was too slow"
        self._on_finished(
            RecordingFinished(
                conference_id=recording.conference_id,
                recording_id=recording.recording_id,
                path=str(recording.path),
                samples=recording.samples,
                rate_hz=recording.rate_hz,
                error=error,
                leg_id=recording.leg_id,
            )
        )


def _attempt(recording: Recording, step: Callable[[], None]) -> None:
    """Do one step; a failure becomes the recording's error, if it is its first, and ends there: the
    thread serves all recordings.
    """
    try:
        step()
    except Exception as error:
        logger.exception("recording %s failed", recording.recording_id)
        if recording.error is None:
            reason = error.strerror if isinstance(error, OSError) else error
            recording.error = f"{type(error).__name__}: {reason}"


def _attempt_notes(recording: Recording, notes: str) -> None:
    """Write what was noted. The sound is what counts: where the notes can not be written it goes on
    without.
    """
    if not notes or recording.notes_failed:
        return
    try:
        if recording.notes_file is None:
            path = notes_path(recording.path)
            recording.notes_file = path.open("wb", buffering=0)
        _write_all(recording.notes_file, notes.encode())
    except Exception:
        logger.exception("nothing more is noted of recording %s", recording.recording_id)
        recording.notes_failed = True


def _append(recording: Recording, silence: int, block: Pcm | None) -> None:
    file = recording.file
    if file is None:
        file = recording.file = recording.path.open("w+b", buffering=0)
        _write_all(file, wav_header(recording.rate_hz, None, recording.channels))
    if silence:
        step = recording.channels * _BYTES_PER_SAMPLE
        file.truncate(file.seek(silence * step, os.SEEK_CUR))
    if block is not None:
        _write_all(file, block.astype("<i2", copy=False).tobytes())


def _finish(recording: Recording) -> None:
    """Close the file with its true lengths; a full disk has room for them, they are in place."""
    if recording.notes_file is not None:
        recording.notes_file.close()
    if recording.file is not None:
        with recording.file as file:
            recording.samples = _close(file, recording.rate_hz, recording.channels)


def _write_all(file: BinaryIO, content: bytes) -> None:
    """Write to an unbuffered file, which may take only a part at a time (a disk filling up)."""
    rest = memoryview(content)
    while len(rest):
        rest = rest[file.write(rest) :]
