"""One meeting: its rules and its audio. No I/O, no clock: it moves when it is told to, and in
tick().

The rules (`<Conference>` page): it starts when two are in of whom one may start it; until then
everyone hears what he waits with and nobody is heard; it ends when a moderator leaves, or the last
one.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from media_engine.commands import JoinTerms
from media_engine.events import (
    ConferenceCreated,
    ConferenceEnded,
    ConferenceStarted,
    EndReason,
    Event,
    LeaveReason,
    LegJoined,
    LegLeft,
    LegMuted,
    RecordingStarted,
    RefusalReason,
    RoomKey,
)
from media_engine.levels import fade
from media_engine.limiter import Limiter
from media_engine.mixing import RAMP_MS, HearingMatrix
from media_engine.pcm import Pcm, Wide, samples_per_frame, to_pcm
from media_engine.sources import Clip, Silence, Source

MAX_WAITING_BEEPS: Final = 1
"""When thirty come at once, they are told of by two beeps, not by ten seconds of beeping."""


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


OpenRecording = Callable[[str, str], MeetingRecording]
"""Begin to record: (conference_id, recording_id) → the recording."""


@dataclass(frozen=True)
class Beeps:
    """What the people in a meeting hear when somebody enters or leaves, at the mixing rate."""

    enter: Pcm
    leave: Pcm


@dataclass(slots=True)
class _Member:
    leg_id: str
    row: int
    terms: JoinTerms
    muted: bool
    heard_before: Source | None = None
    """What to go over from at the next tick, when it first hears the meeting."""


class ConferenceMixer:
    """A meeting in a room. Facts are given to `emit` in the order in which they come true."""

    def __init__(
        self,
        conference_id: str,
        room: RoomKey,
        *,
        rate_hz: int,
        beeps: Beeps,
        open_recording: OpenRecording,
        emit: Callable[[Event], None],
    ) -> None:
        self.conference_id = conference_id
        self.room = room
        self.started = False
        self.ended = False
        self._frame = samples_per_frame(rate_hz)
        self._ramp = rate_hz * RAMP_MS // 1000
        self._beeps = beeps
        self._open_recording = open_recording
        self._emit = emit
        self._members: list[_Member] = []
        self._capacity: int | None = None
        self._matrix = HearingMatrix()
        self._rows = np.zeros(0, dtype=np.intp)
        self._beeping: deque[Clip] = deque()
        self._recording: MeetingRecording | None = None
        self._recorded_as: str | None = None
        self._recorded_ticks = 0
        self._limiter = Limiter(1)
        self._someone_enters = False
        emit(ConferenceCreated(conference_id, room))

    def __len__(self) -> int:
        return len(self._members)

    def __contains__(self, leg_id: str) -> bool:
        return any(member.leg_id == leg_id for member in self._members)

    def refusal(self, terms: JoinTerms) -> RefusalReason | None:
        """Say why somebody on these terms can not come in, or None."""
        capacity = terms.max_participants
        if self._capacity is not None:
            capacity = min(capacity, self._capacity)
        return RefusalReason.FULL if len(self._members) >= capacity else None

    def join(self, leg_id: str, row: int, terms: JoinTerms) -> None:
        """Let a leg in; refusal() has been asked."""
        if self._capacity is None:
            self._capacity = terms.max_participants
        member = _Member(leg_id, row, terms, terms.muted)
        self._members.append(member)
        self._matrix.add(0.0 if terms.muted else 1.0)
        self._number()
        self._emit(
            LegJoined(
                self.conference_id,
                leg_id,
                terms.muted,
                terms.start_on_enter,
                terms.end_on_exit,
                terms.context,
            )
        )
        if self.started:
            self._enter(member, Silence())
        elif self._may_start():
            self._start()
        if self.started:
            if terms.beep_on_enter:
                self._beep(self._beeps.enter)
            self._record(terms.recording_id)

    def leave(self, leg_id: str, reason: LeaveReason) -> None:
        """Take a leg out; the meeting may end by it. No effect when it is not in."""
        member = self._find(leg_id)
        if member is None:
            return
        self._remove(member, reason)
        kicked = reason is LeaveReason.KICKED
        if member.terms.end_on_exit:
            self._end(EndReason.MODERATOR_KICKED if kicked else EndReason.MODERATOR_LEFT, leg_id)
        elif not self._members:
            self._end(EndReason.LAST_KICKED if kicked else EndReason.LAST_LEFT, leg_id)
        elif self.started and member.terms.beep_on_exit:
            self._beep(self._beeps.leave)

    def set_muted(self, leg_id: str, muted: bool) -> None:
        """Make a leg unheard, or heard again, from the next tick on."""
        member = self._find(leg_id)
        if member is None or member.muted == muted:
            return
        member.muted = muted
        self._matrix.set_voice(self._members.index(member), 0.0 if muted else 1.0)
        self._emit(LegMuted(self.conference_id, leg_id, muted))

    def end(self) -> None:
        """End it for everybody, because the operator says so."""
        if not self.ended:
            self._end(EndReason.ENDED_VIA_API, None)

    def tick(self, spoken: Wide, heard: Wide, skipped: int) -> None:
        """Fill the members' rows of `heard` from all rows of `spoken`; `skipped` ticks were given
        up before.
        """
        if not self.started:
            for member in self._members:
                heard[member.row] = _read(member.terms.wait, self._frame)
            return
        mixed, total = self._matrix.mix(spoken[self._rows])
        if self._beeping:
            beep = self._next_beep()
            mixed += beep
            total = total + beep
        if self._someone_enters:
            self._fade_in(mixed)
        heard[self._rows] = mixed
        if self._recording is not None:
            # A recording that began after the ticks were given up has not missed them.
            if skipped and self._recorded_ticks:
                self._recording.skip(skipped * self._frame)
            self._limiter.limit(total[np.newaxis])
            self._recording.write(to_pcm(total))
            self._recorded_ticks += 1

    def _may_start(self) -> bool:
        return len(self._members) >= 2 and any(
            member.terms.start_on_enter for member in self._members
        )

    def _start(self) -> None:
        self.started = True
        for member in self._members:
            self._enter(member, member.terms.wait)
        self._emit(ConferenceStarted(self.conference_id))
        for member in self._members:
            self._record(member.terms.recording_id)

    def _enter(self, member: _Member, heard_before: Source | None) -> None:
        member.heard_before = heard_before
        self._someone_enters = True

    def _fade_in(self, mixed: Wide) -> None:
        """Let those who enter go over from what they heard before: a hard edge would click."""
        for position, member in enumerate(self._members):
            if member.heard_before is not None:
                before = _read(member.heard_before, self._frame)
                mixed[position] = fade(before, mixed[position], self._ramp)
                member.heard_before = None
        self._someone_enters = False

    def _end(self, reason: EndReason, leg_id: str | None) -> None:
        self.ended = True
        while self._members:
            self._remove(self._members[0], LeaveReason.CONFERENCE_ENDED)
        if self._recording is not None:
            self._recording.finish()
            self._recording = None
        self._emit(ConferenceEnded(self.conference_id, reason, leg_id))

    def _record(self, recording_id: str | None) -> None:
        if recording_id is None or self._recorded_as is not None:
            return
        self._recorded_as = recording_id
        self._recording = self._open_recording(self.conference_id, recording_id)
        self._emit(RecordingStarted(self.conference_id, recording_id, str(self._recording.path)))

    def _beep(self, sound: Pcm) -> None:
        if len(self._beeping) <= MAX_WAITING_BEEPS:
            self._beeping.append(Clip(sound))

    def _next_beep(self) -> Wide:
        frame = self._beeping[0].read(self._frame)
        if frame is None:
            self._beeping.popleft()
            return np.zeros(self._frame, dtype=np.float32)
        return frame

    def _find(self, leg_id: str) -> _Member | None:
        return next((member for member in self._members if member.leg_id == leg_id), None)

    def _remove(self, member: _Member, reason: LeaveReason) -> None:
        self._matrix.remove(self._members.index(member))
        self._members.remove(member)
        self._number()
        self._emit(LegLeft(self.conference_id, member.leg_id, reason, bridged=self.started))

    def _number(self) -> None:
        self._rows = np.asarray([member.row for member in self._members], dtype=np.intp)


def _read(source: Source | None, samples: int) -> Wide:
    """Give the next frame of a source; silence when there is none, or no more of it."""
    frame = None if source is None else source.read(samples)
    return np.zeros(samples, dtype=np.float32) if frame is None else frame
