"""What the engine is asked for. A command does not answer; its result is an event.

Frozen dataclasses, named in the imperative. Commands are applied between two ticks, in the order in
which they were posted. One that names a leg or a meeting that is no longer there has no effect: its
author hears of the leaving by an event that was already under way.
"""

import enum
from dataclasses import dataclass
from typing import TypeAlias

from media_engine.events import LeaveReason, RoomKey
from media_engine.jitter import DEFAULT_PREFILL
from media_engine.sources import Source


class RecordedSides(enum.Enum):
    """What of a leg is recorded: what it says, what it hears, both in one channel, or both with a
    channel each (the first one is what it says).
    """

    SPOKEN = "spoken"
    HEARD = "heard"
    TOGETHER = "together"
    APART = "apart"

    @property
    def channels(self) -> int:
        return 2 if self is RecordedSides.APART else 1


@dataclass(frozen=True, slots=True)
class LegRecordingTerms:
    """How one leg's stay in a meeting is recorded, under the name `recording_id`.

    `while_waiting`: from its coming in, with what it waits with; else from the moment at which it
    hears the meeting. `context`: words of the author's own, which RecordingStarted brings back
    unread.
    """

    recording_id: str
    sides: RecordedSides = RecordedSides.TOGETHER
    while_waiting: bool = False
    context: str = ""


@dataclass(frozen=True, slots=True)
class JoinTerms:
    """On which terms a leg comes to a meeting: the attributes of TwiML's <Conference>.

    `wait`: what this leg alone hears until the meeting starts (None: silence). `max_participants`:
    what the room may hold; the lower of the first leg's figure and of the one who knocks counts.
    `recording_id`: record the meeting under this name once it starts (ignored when it is recorded
    already); None: do not record. `prefill`: how many frames the jitter buffer of this leg collects
    before it plays. `context`: words of the author's own, which LegJoined brings back unread.
    `own_recording`: record this leg too, until it leaves; None: do not.
    """

    muted: bool = False
    beep_on_enter: bool = True
    beep_on_exit: bool = True
    start_on_enter: bool = True
    end_on_exit: bool = False
    max_participants: int = 40
    wait: Source | None = None
    recording_id: str | None = None
    prefill: int = DEFAULT_PREFILL
    context: str = ""
    own_recording: LegRecordingTerms | None = None


@dataclass(frozen=True, slots=True)
class JoinConference:
    """Bring a leg into the meeting of a room; `conference_id` names the meeting if none is live
    there.
    """

    leg_id: str
    room: RoomKey
    conference_id: str
    terms: JoinTerms


@dataclass(frozen=True, slots=True)
class LeaveConference:
    """Take a leg out of its meeting by its own wish or its time limit; its call goes on."""

    leg_id: str
    reason: LeaveReason = LeaveReason.LEFT


@dataclass(frozen=True, slots=True)
class Kick:
    """Put a leg out of the meeting; its call goes on."""

    conference_id: str
    leg_id: str


@dataclass(frozen=True, slots=True)
class SetMuted:
    """Make a leg unheard, or heard again."""

    conference_id: str
    leg_id: str
    muted: bool


@dataclass(frozen=True, slots=True)
class EndConference:
    """End a meeting for everybody; their calls go on."""

    conference_id: str


@dataclass(frozen=True, slots=True)
class Play:
    """Let a leg that is in no meeting hear a source, in place of what it heard; PlaybackEnded
    follows.
    """

    leg_id: str
    play_id: int
    source: Source


@dataclass(frozen=True, slots=True)
class Interrupt:
    """Let whoever runs a leg's call hear, among the leg's events, that something else is to be
    done. `context`: words of the author's own, which LegInterrupted brings back unread. The sound
    stays as it is, and the leg may still be to come.
    """

    leg_id: str
    context: str


@dataclass(frozen=True, slots=True)
class CloseLeg:
    """The caller is gone, or is to go: leave the meeting and forget the leg."""

    leg_id: str


Command: TypeAlias = (
    JoinConference | LeaveConference | Kick | SetMuted | EndConference | Play | Interrupt | CloseLeg
)
