"""What becomes of sound while it is recorded: written, or left out in a pause."""

from collections.abc import Callable
from typing import Protocol, TypeAlias

import numpy as np

from media_engine.commands import PauseRecording, ResumeRecording, StopRecording
from media_engine.events import RecordingPaused, RecordingRefused, RecordingStarted
from media_engine.levels import fade
from media_engine.limiter import Limiter
from media_engine.pcm import Pcm, Wide, to_pcm
from media_engine.speech_notes import BEGINS, ENDS, LEFT_OUT


class OpenedRecording(Protocol):
    """Where sound goes while it is recorded; none of it may block."""

    @property
    def path(self) -> object:
        """Where the file is, for RecordingStarted."""

    def write(self, pcm: Pcm) -> None:
        """Append one frame."""

    def skip(self, samples: int) -> None:
        """Append silence for ticks that did not take place."""

    def note(self, sample: int, words: str) -> None:
        """Keep words about a sample, in the form of `speech_notes`."""

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
        "_heard_since",
        "_leaves_out",
        "_left_out",
        "_limiter",
        "_paused",
        "_position",
        "_ramp",
        "_recording",
        "_speakers",
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
        self._position = 0
        self._heard_since = 0
        self._left_out = 0
        self._speakers: set[str] = set()

    def write(self, sound: Wide, skipped: int) -> None:
        """Take one frame, `(channels, samples)`, which is its own to change; `skipped` ticks were
        given up before.
        """
        samples = sound.shape[1]
        # A recording that began after the ticks were given up has not missed them.
        if skipped and self._has_begun:
            self._pass_over(skipped * samples)
        self._has_begun = True
        self._limiter.limit(sound)
        if self._turning:
            self._turning = False
            silence: Wide = np.zeros_like(sound)
            before, after = (sound, silence) if self._paused else (silence, sound)
            sound = fade(before, after, self._ramp)
        elif self._paused:
            self._pass_over(samples)
            return
        self._recording.write(_interleaved(sound))
        self._position += samples

    def speaks(self, leg_id: str, speaking: bool, ago: int = 0) -> None:
        """Note that somebody began to speak, or ceased, so many samples before the end of what was
        written last. What is said in a pause of the recording is not noted.
        """
        if speaking == (leg_id in self._speakers):
            return
        (self._speakers.add if speaking else self._speakers.discard)(leg_id)
        if not self._paused:
            self._note_speech(leg_id, speaking, ago)

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
        self._note_left_out()
        self._recording.finish()

    def _pass_over(self, samples: int) -> None:
        """Be silent for a time, or leave it out."""
        if self._paused and self._leaves_out:
            self._left_out += samples
            return
        self._note_left_out()
        self._recording.skip(samples)
        self._position += samples

    def _note_left_out(self) -> None:
        if self._left_out:
            self._recording.note(self._position, f"{LEFT_OUT} {self._left_out}")
            self._left_out = 0

    def _note_speech(self, leg_id: str, speaking: bool, ago: int = 0) -> None:
        moment = max(self._heard_since, self._position - ago)
        self._recording.note(moment, f"{BEGINS if speaking else ENDS} {leg_id}")

    def _turn(self, *, paused: bool) -> None:
        if self._paused == paused:
            return
        self._paused = paused
        # Turned and turned back between two ticks: nobody has heard the first turn.
        self._turning = not self._turning and self._has_begun
        if not paused:
            self._note_left_out()
            self._heard_since = self._position
        for leg_id in sorted(self._speakers):
            self._note_speech(leg_id, speaking=not paused)
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
