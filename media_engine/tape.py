"""What becomes of sound while it is recorded: written, or left out in a pause."""

from collections.abc import Callable
from typing import Protocol, TypeAlias

import numpy as np

from media_engine.commands import PauseRecording, ResumeRecording, StopRecording
from media_engine.events import RecordingPaused, RecordingRefused, RecordingStarted
from media_engine.levels import fade
from media_engine.limiter import Limiter
from media_engine.pcm import Pcm, Wide, to_pcm


class OpenedRecording(Protocol):
    """Where sound goes while it is recorded; none of it may block."""

    @property
    def path(self) -> object:
        """Where the file is, for RecordingStarted."""

    def write(self, pcm: Pcm) -> None:
        """Append one frame."""

    def skip(self, samples: int) -> None:
        """Append silence for ticks that did not take place."""

    def finish(self) -> None:
        """Nothing more will come."""


OpenRecording: TypeAlias = Callable[[str, str], OpenedRecording]
"""Begin to record: (conference_id, recording_id) → the recording."""


TapeEvent: TypeAlias = RecordingStarted | RecordingRefused | RecordingPaused


class Tape:
    """One recording, of a meeting or of one leg; `ramp` is how many samples it takes to fall silent
    or come back. `started`: what was told of its beginning.
    """

    __slots__ = (
        "_emit",
        "_has_begun",
        "_leaves_out",
        "_limiter",
        "_paused",
        "_ramp",
        "_recording",
        "_started",
        "_turning",
        "recording_id",
    )

    def __init__(
        self,
        recording: OpenedRecording,
        started: RecordingStarted,
        ramp: int,
        emit: Callable[[TapeEvent], None],
        *,
        channels: int = 1,
    ) -> None:
        self.recording_id = started.recording_id
        self._recording = recording
        self._started = started
        self._ramp = ramp
        self._emit = emit
        self._has_begun = False
        self._paused = False
        self._turning = False
        self._leaves_out = False
        self._limiter = Limiter(channels)

    def write(self, sound: Wide, skipped: int) -> None:
        """Take one frame, `(channels, samples)`, which is its own to change; `skipped` ticks were
        given up before.
        """
        samples = sound.shape[1]
        # A recording that began after the ticks were given up has not missed them.
        if skipped and self._has_begun and not (self._paused and self._leaves_out):
            self._recording.skip(skipped * samples)
        self._has_begun = True
        self._limiter.limit(sound)
        if self._turning:
            self._turning = False
            silence: Wide = np.zeros_like(sound)
            before, after = (sound, silence) if self._paused else (silence, sound)
            self._recording.write(_interleaved(fade(before, after, self._ramp)))
        elif not self._paused:
            self._recording.write(_interleaved(sound))
        elif not self._leaves_out:
            self._recording.skip(samples)

    def pause(self, *, leave_out: bool) -> None:
        """Hear nothing from now on; `leave_out`: the file has no silence for it. When it is paused
        already only that changes.
        """
        self._leaves_out = leave_out
        self._turn(paused=True)

    def resume(self) -> None:
        """Hear again."""
        self._turn(paused=False)

    def finish(self) -> None:
        """Nothing more will come."""
        self._recording.finish()

    def _turn(self, *, paused: bool) -> None:
        if self._paused == paused:
            return
        self._paused = paused
        # Turned and turned back between two ticks: nobody has heard the first turn.
        self._turning = not self._turning and self._has_begun
        self._emit(RecordingPaused(self._started.conference_id, self.recording_id, paused))


def _interleaved(sound: Wide) -> Pcm:
    """Give `(channels, samples)` as a file has it."""
    return to_pcm(sound[0] if len(sound) == 1 else sound.T)


class Tapes:
    """The recordings of one meeting: one after another, never two at a time."""

    def __init__(
        self,
        conference_id: str,
        open_recording: OpenRecording,
        ramp: int,
        emit: Callable[[TapeEvent], None],
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
        started = RecordingStarted(self._conference_id, recording_id, str(recording.path))
        self.current = Tape(recording, started, self._ramp, self._emit)
        self._emit(started)

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
                tape.pause(leave_out=skip)
            case ResumeRecording():
                tape.resume()

    def stop(self) -> None:
        """End the one that runs, if one does."""
        if self.current is not None:
            self.current.finish()
            self.current = None
