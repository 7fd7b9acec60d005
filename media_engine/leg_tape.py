"""The recordings of single legs: what a leg says and what it hears, during its stay in a meeting or
wherever it is.

Fed from the rows of a tick, which hold a leg's own sound as its caller sent it: whoever is muted
in the meeting is not muted here.
"""

from collections.abc import Callable, Iterator
from itertools import chain
from typing import TypeAlias

import numpy as np

from media_engine.commands import (
    LegRecordingTerms,
    LegSteering,
    PauseLegRecording,
    RecordedSides,
    ResumeLegRecording,
    StartLegRecording,
    StopLegRecording,
)
from media_engine.conference_mixer import ConferenceMixer
from media_engine.events import RecordingRefused, RecordingStarted
from media_engine.pcm import Wide
from media_engine.tape import OpenedRecording, Tape, TapeEvent

OpenLegRecording: TypeAlias = Callable[[str, str, str, int], OpenedRecording]
"""Begin to record a leg: (conference_id, leg_id, recording_id, channels) → the recording."""

_NO_MEETING = ""
"""In place of a conference's name: whatever the leg is in."""


class LegTape:
    """Records one leg until it is finished: from begin() on, or in a `meeting` from its terms'
    moment on.
    """

    __slots__ = ("_leg_id", "_meeting", "_open", "_row", "_terms", "tape")

    def __init__(
        self,
        leg_id: str,
        row: int,
        terms: LegRecordingTerms,
        open_tape: Callable[[str, str, LegRecordingTerms], Tape],
        meeting: ConferenceMixer | None = None,
    ) -> None:
        self._leg_id = leg_id
        self._row = row
        self._terms = terms
        self._open = open_tape
        self._meeting = meeting
        self.tape: Tape | None = None

    def begin(self) -> Tape:
        """Record from the next tick on."""
        where = _NO_MEETING if self._meeting is None else self._meeting.conference_id
        self.tape = self._open(where, self._leg_id, self._terms)
        return self.tape

    def tick(self, spoken: Wide, heard: Wide, skipped: int) -> None:
        """Take the leg's rows of this tick; `skipped` ticks were given up before."""
        tape = self.tape
        if tape is None:
            meeting = self._meeting
            if meeting is not None and not (meeting.started or self._terms.while_waiting):
                return
            tape = self.begin()
        tape.write(self._sound(spoken[self._row], heard[self._row]), skipped)

    def finish(self) -> None:
        """Nothing more will come."""
        if self.tape is not None:
            self.tape.finish()

    def _sound(self, spoken: Wide, heard: Wide) -> Wide:
        """Give what is to be recorded, `(channels, samples)`, as an array of its own."""
        match self._terms.sides:
            case RecordedSides.SPOKEN:
                return spoken[np.newaxis].copy()
            case RecordedSides.HEARD:
                return heard[np.newaxis].copy()
            case RecordedSides.TOGETHER:
                return (spoken + heard)[np.newaxis]
            case RecordedSides.APART:
                return np.stack((spoken, heard))


class LegTapes:
    """The recordings of all legs. A leg has at most two at a time: that of its stay in a meeting,
    and one that was asked for by itself.
    """

    def __init__(
        self, ramp: int, open_recording: OpenLegRecording, emit: Callable[[TapeEvent], None]
    ) -> None:
        self._ramp = ramp
        self._open_recording = open_recording
        self._emit = emit
        self._of_stays: dict[str, LegTape] = {}
        self._asked_for: dict[str, LegTape] = {}

    def __contains__(self, leg_id: str) -> bool:
        return leg_id in self._of_stays or leg_id in self._asked_for

    def __iter__(self) -> Iterator[LegTape]:
        """All that are to be fed by a tick."""
        return chain(self._of_stays.values(), self._asked_for.values())

    def record_stay(
        self, leg_id: str, row: int, meeting: ConferenceMixer, terms: LegRecordingTerms
    ) -> None:
        """Record a leg until end_stay(); its file begins when its terms say so."""
        self._of_stays[leg_id] = LegTape(leg_id, row, terms, self._open, meeting)

    def end_stay(self, leg_id: str) -> None:
        """The leg is in no meeting any more."""
        _finish(self._of_stays, leg_id)

    def forget(self, leg_id: str) -> None:
        """The leg is gone."""
        _finish(self._asked_for, leg_id)

    def steer(self, command: LegSteering, row: int | None) -> None:
        """Carry a command out; `row` None: there is no such leg."""
        if isinstance(command, StartLegRecording):
            self._start(command, row)
            return
        for tapes in (self._of_stays, self._asked_for):
            tape = tapes[command.leg_id].tape if command.leg_id in tapes else None
            if tape is None or tape.recording_id != command.recording_id:
                continue
            match command:
                case StopLegRecording():
                    _finish(tapes, command.leg_id)
                case PauseLegRecording(skip=skip):
                    tape.pause(leave_out=skip)
                case ResumeLegRecording():
                    tape.resume()

    def _start(self, command: StartLegRecording, row: int | None) -> None:
        leg_id, terms = command.leg_id, command.terms
        if row is None or leg_id in self._asked_for:
            self._emit(RecordingRefused(_NO_MEETING, terms.recording_id))
            return
        leg_tape = LegTape(leg_id, row, terms, self._open)
        leg_tape.begin()
        self._asked_for[leg_id] = leg_tape

    def _open(self, conference_id: str, leg_id: str, terms: LegRecordingTerms) -> Tape:
        channels = terms.sides.channels
        recording = self._open_recording(conference_id, leg_id, terms.recording_id, channels)
        path = str(recording.path)
        started = RecordingStarted(conference_id, terms.recording_id, path, leg_id, terms.context)
        self._emit(started)
        return Tape(recording, started, self._ramp, self._emit, channels=channels)


def _finish(tapes: dict[str, LegTape], leg_id: str) -> None:
    tape = tapes.pop(leg_id, None)
    if tape is not None:
        tape.finish()
