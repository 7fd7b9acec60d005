"""A recorder under a directory, and its files."""

import threading
from pathlib import Path

import numpy as np
import soundfile

from media_engine.events import RecordingFinished
from media_engine.pcm import Pcm
from media_engine.recording import Recorder, Recording

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


def read(path: str | Path) -> Pcm:
    sound, rate_hz = soundfile.read(path, dtype="int16")
    assert rate_hz == RATE_HZ
    pcm: Pcm = sound
    return pcm


def only(finished: list[RecordingFinished]) -> RecordingFinished:
    (event,) = finished
    return event
