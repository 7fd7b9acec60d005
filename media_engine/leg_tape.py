"""The recording of one leg during its stay in a meeting: what it says and what it hears.

Fed from the rows of a tick, which hold a leg's own sound as its caller sent it: whoever is muted
in the meeting is not muted here.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from media_engine.commands import LegRecordingTerms, RecordedSides
from media_engine.conference_mixer import ConferenceMixer
from media_engine.events import Event, RecordingStarted
from media_engine.limiter import Limiter
from media_engine.pcm import Pcm, Wide, to_pcm
from media_engine.tape import MeetingRecording

OpenLegRecording: TypeAlias = Callable[[str, str, str, int], MeetingRecording]
"""Begin to record a leg: (conference_id, leg_id, recording_id, channels) → the recording."""


class LegTape:
    """Records one leg from its terms' moment on, until finish()."""

    __slots__ = (
        "_emit",
        "_leg_id",
        "_limiter",
        "_meeting",
        "_open",
        "_recording",
        "_row",
        "_terms",
    )

    def __init__(
        self,
        leg_id: str,
        row: int,
        meeting: ConferenceMixer,
        terms: LegRecordingTerms,
        *,
        open_recording: OpenLegRecording,
        emit: Callable[[Event], None],
    ) -> None:
        self._leg_id = leg_id
        self._row = row
        self._meeting = meeting
        self._terms = terms
        self._open = open_recording
        self._emit = emit
        self._recording: MeetingRecording | None = None
        self._limiter = Limiter(1)

    def tick(self, spoken: Wide, heard: Wide, skipped: int) -> None:
        """Take the leg's rows of this tick; `skipped` ticks were given up before."""
        if self._recording is not None:
            if skipped:
                self._recording.skip(skipped * spoken.shape[1])
        elif self._meeting.started or self._terms.while_waiting:
            self._recording = self._begin()
        else:
            return
        self._recording.write(self._frame(spoken[self._row], heard[self._row]))

    def finish(self) -> None:
        """Nothing more will come."""
        if self._recording is not None:
            self._recording.finish()

    def _begin(self) -> MeetingRecording:
        conference_id, terms = self._meeting.conference_id, self._terms
        recording = self._open(
            conference_id, self._leg_id, terms.recording_id, terms.sides.channels
        )
        self._emit(
            RecordingStarted(
                conference_id,
                terms.recording_id,
                str(recording.path),
                self._leg_id,
                terms.context,
            )
        )
        return recording

    def _frame(self, spoken: Wide, heard: Wide) -> Pcm:
        match self._terms.sides:
            case RecordedSides.SPOKEN:
                return to_pcm(spoken)
            case RecordedSides.HEARD:
                return to_pcm(self._limited(heard.copy()))
            case RecordedSides.TOGETHER:
                return to_pcm(self._limited(spoken + heard))
            case RecordedSides.APART:
                return to_pcm(np.stack((spoken, self._limited(heard.copy())), axis=1))

    def _limited(self, sound: Wide) -> Wide:
        self._limiter.limit(sound[np.newaxis])
        return sound
