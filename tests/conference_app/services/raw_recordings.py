"""Recordings as the engine leaves them: a closed file, and a row that waits."""

from typing import Any

import numpy as np

from conference_app import sids
from conference_app.models import Conference, Recording
from conference_app.services import recordings
from media_engine.pcm import Pcm
from media_engine.recording import wav_header
from tests.builders import NOON

RATE_HZ = 8000


def tone(seconds: float) -> Pcm:
    time = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    sine: Pcm = np.rint(8000 * np.sin(2 * np.pi * 440 * time)).astype(np.int16)
    return sine


def silence(seconds: float) -> Pcm:
    return np.zeros(round(seconds * RATE_HZ), np.int16)


SPOKEN: Pcm = np.concatenate((silence(1), tone(1), silence(2)))
"""Four seconds, of which 1.32 are sound and margins."""


def leave_raw(conference: Conference, pcm: Pcm = SPOKEN, **columns: Any) -> Recording:
    """Have a recording that waits to be finished; ask for the fixture `media_root`."""
    error = columns.pop("error", "")
    recording = recordings.begin(conference=conference, sid=sids.new("RE"), started_at=NOON)
    write_raw(recording, pcm)
    recordings.close(recording=recording, error=error)
    Recording.objects.filter(pk=recording.pk).update(**columns)
    return recording


def write_raw(recording: Recording, pcm: Pcm) -> None:
    """Write the file as the engine does; `pcm` is `(samples,)` or `(samples, channels)`."""
    path = recordings.raw_file(recording.sid)
    path.parent.mkdir(parents=True, exist_ok=True)
    header = wav_header(RATE_HZ, pcm.nbytes, 1 if pcm.ndim == 1 else pcm.shape[1])
    path.write_bytes(header + pcm.astype("<i2").tobytes())
