"""What becomes of a meeting's sound while it is recorded: written, or left out in a pause."""

from typing import Protocol

import numpy as np

from media_engine.levels import fade
from media_engine.pcm import Pcm, Wide, to_pcm


class MeetingRecording(Protocol):
    """Where a meeting's sound goes while it is recorded; none of it may block."""

    @property
    def path(self) -> object:
        """Where the file is, for RecordingStarted."""

    def write(self, pcm: Pcm) -> None:
        """Append one frame."""

    def skip(self, samples: int) -> None:
        """Append silence for ticks that did not take place."""

    def finish(self) -> None:
        """Nothing more will come."""


class Tape:
    """One recording of one meeting; `ramp` is how many samples it takes to fall silent or come
    back.
    """

    def __init__(self, recording_id: str, recording: MeetingRecording, ramp: int) -> None:
        self.recording_id = recording_id
        self._recording = recording
        self._ramp = ramp
        self._has_begun = False
        self._paused = False
        self._turning = False
        self._leaves_out = False

    def write(self, total: Wide, skipped: int) -> None:
        """Take one frame of the meeting; `skipped` ticks were given up before."""
        # A recording that began after the ticks were given up has not missed them.
        if skipped and self._has_begun and not (self._paused and self._leaves_out):
            self._recording.skip(skipped * len(total))
        self._has_begun = True
        if self._turning:
            self._turning = False
            silence: Wide = np.zeros_like(total)
            before, after = (total, silence) if self._paused else (silence, total)
            self._recording.write(to_pcm(fade(before, after, self._ramp)))
        elif not self._paused:
            self._recording.write(to_pcm(total))
        elif not self._leaves_out:
            self._recording.skip(len(total))

    def pause(self, *, leave_out: bool) -> bool:
        """Hear nothing from now on; `leave_out`: the file has no silence for it. False when it is
        paused already: then only that changes.
        """
        self._leaves_out = leave_out
        return self._turn(paused=True)

    def resume(self) -> bool:
        """Hear again; False when it was not paused."""
        return self._turn(paused=False)

    def finish(self) -> None:
        """Nothing more will come."""
        self._recording.finish()

    def _turn(self, *, paused: bool) -> bool:
        if self._paused == paused:
            return False
        self._paused = paused
        # Turned and turned back between two ticks: nobody has heard the first turn.
        self._turning = not self._turning and self._has_begun
        return True
