"""What becomes of a meeting's sound while it is recorded: written, or left out in a pause."""

from collections.abc import Callable
from typing import Protocol, TypeAlias

import numpy as np

from media_engine.commands import PauseRecording, ResumeRecording, StopRecording
from media_engine.events import RecordingPaused, RecordingRefused, RecordingStarted
from media_engine.levels import fade
from media_engine.limiter import Limiter
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


OpenRecording: TypeAlias = Callable[[str, str], MeetingRecording]
"""Begin to record: (conference_id, recording_id) → the recording."""


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
        self._limiter = Limiter(1)

    def write(self, total: Wide, skipped: int) -> None:
        """Take one frame of the meeting, which is its own to change; `skipped` ticks were given up
        before.
        """
        # A recording that began after the ticks were given up has not missed them.
        if skipped and self._has_begun and not (self._paused and self._leaves_out):
            self._recording.skip(skipped * len(total))
        self._has_begun = True
        self._limiter.limit(total[np.newaxis])
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


class Tapes:
    """The recordings of one meeting: one after another, never two at a time."""

    def __init__(
        self,
        conference_id: str,
        open_recording: OpenRecording,
        ramp: int,
        emit: Callable[[RecordingStarted | RecordingRefused | RecordingPaused], None],
    ) -> None:
        self.current: Tape | None = None
        self.has_recorded = False
        self._conference_id = conference_id
        self._open_recording = open_recording
        self._ramp = ramp
        self._emit = emit

    def start(self, recording_id: str) -> None:
        """Begin one, unless another runs."""
        if self.current is not None:
            self.refuse(recording_id)
            return
        self.has_recorded = True
        recording = self._open_recording(self._conference_id, recording_id)
        self.current = Tape(recording_id, recording, self._ramp)
        self._emit(RecordingStarted(self._conference_id, recording_id, str(recording.path)))

    def refuse(self, recording_id: str) -> None:
        """Tell that one does not begin."""
        self._emit(RecordingRefused(self._conference_id, recording_id))

    def steer(self, command: PauseRecording | ResumeRecording | StopRecording) -> None:
        """Do something with the one that runs, if that is meant."""
        tape = self.current
        if tape is None or tape.recording_id != command.recording_id:
            return
        match command:
            case StopRecording():
                self.stop()
            case PauseRecording(skip=skip):
                if tape.pause(leave_out=skip):
                    self._emit(RecordingPaused(self._conference_id, tape.recording_id, True))
            case ResumeRecording():
                if tape.resume():
                    self._emit(RecordingPaused(self._conference_id, tape.recording_id, False))

    def stop(self) -> None:
        """End the one that runs, if one does."""
        if self.current is not None:
            self.current.finish()
            self.current = None
