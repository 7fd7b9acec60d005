"""What the engine is asked for. A command does not answer; its result is an event.

Frozen dataclasses, named in the imperative. Commands are applied between two ticks, in the order in
which they were posted. One that names a leg or a meeting that is no longer there has no effect: its
author hears of the leaving by an event that was already under way.
"""

import enum
from dataclasses import dataclass
from typing import TypeAlias

from media_engine.events import LeaveReason, RoomKey
from media_engine.jitter import CEILING_FRAMES, DEFAULT_PREFILL
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
    """How one leg is recorded, under the name `recording_id`.

    `while_waiting`: during its stay in a meeting, from its coming in, with what it waits with; else
    from the moment at which it hears the meeting. `context`: words of the author's own, which
    RecordingStarted brings back unread.
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
    before it plays; `ceiling`: how many it holds at most. `label`: a name that nobody else in the
    meeting may have. `coached`: the one leg that is to hear this one; it must be in.
    `watch_speech`: tell of who speaks (the first leg's wish counts). `levelled`, `denoised`: as in
    SetLevelled, SetDenoised. `context`: words of the author's own, which LegJoined brings back
    unread. `own_recording`: record this leg too, until it leaves; None: do not.
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
    ceiling: int = CEILING_FRAMES
    label: str = ""
    coached: str | None = None
    watch_speech: bool = False
    levelled: bool = False
    denoised: bool = False
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
class SetHeld:
    """Put a leg on hold, where it neither hears nor is heard, or take it back. It hears silence
    until SetHoldSound; `context` goes to LegHeld unread.
    """

    conference_id: str
    leg_id: str
    held: bool
    context: str = ""


@dataclass(frozen=True, slots=True)
class SetHoldSound:
    """Let a leg on hold hear a source."""

    conference_id: str
    leg_id: str
    source: Source


@dataclass(frozen=True, slots=True)
class SetDeaf:
    """Let a leg hear nobody, or hear as before; beeps and announcements it hears all the same."""

    conference_id: str
    leg_id: str
    deaf: bool


@dataclass(frozen=True, slots=True)
class SetVolume:
    """Change how loud a leg is heard (1 = as it speaks), by all or by one listener."""

    conference_id: str
    leg_id: str
    volume: float
    listener_id: str | None = None


@dataclass(frozen=True, slots=True)
class SetLevelled:
    """Bring a leg's voice to the loudness of all who are levelled (`leveller`), or leave it as it
    is.
    """

    conference_id: str
    leg_id: str
    levelled: bool


@dataclass(frozen=True, slots=True)
class SetDenoised:
    """Take the noise out of a leg's voice (`noise_suppression`), or leave it as it is."""

    conference_id: str
    leg_id: str
    denoised: bool


@dataclass(frozen=True, slots=True)
class SetCoached:
    """Let one leg alone hear this one, and the recording not; None: all hear it again."""

    conference_id: str
    leg_id: str
    coached: str | None


@dataclass(frozen=True, slots=True)
class ChangeExit:
    """Change what happens when a leg leaves; None: as before."""

    conference_id: str
    leg_id: str
    beep_on_exit: bool | None = None
    end_on_exit: bool | None = None


@dataclass(frozen=True, slots=True)
class ChangeWait:
    """Ask for another sound for a leg that waits for the start; WaitChanged brings `context`
    back.
    """

    conference_id: str
    leg_id: str
    context: str


@dataclass(frozen=True, slots=True)
class SetWaitSound:
    """Let a leg hear a source (None: silence) until the meeting starts."""

    conference_id: str
    leg_id: str
    source: Source | None


@dataclass(frozen=True, slots=True)
class Announce:
    """Play a source over the talk: to one leg, or (None) to all who are not on hold.

    To the same ears one follows another. AnnouncementEnded or AnnouncementFailed comes with
    `context`.
    """

    conference_id: str
    leg_id: str | None
    source: Source
    context: str = ""


@dataclass(frozen=True, slots=True)
class SetLocked:
    """Let nobody else into a meeting, or newcomers again; who is in stays."""

    conference_id: str
    locked: bool


@dataclass(frozen=True, slots=True)
class StartRecording:
    """Record a meeting that has started; RecordingStarted or RecordingRefused follows."""

    conference_id: str
    recording_id: str


@dataclass(frozen=True, slots=True)
class PauseRecording:
    """Let a recording hear nothing; `skip`: its file leaves the time out, else it is silent."""

    conference_id: str
    recording_id: str
    skip: bool = False


@dataclass(frozen=True, slots=True)
class ResumeRecording:
    """Let a recording hear again."""

    conference_id: str
    recording_id: str


@dataclass(frozen=True, slots=True)
class StopRecording:
    """End a recording before its meeting; another may be started then."""

    conference_id: str
    recording_id: str


@dataclass(frozen=True, slots=True)
class StartLegRecording:
    """Record a leg wherever it is, until its end; RecordingStarted or RecordingRefused follows.

    One at a time for each leg; that of its stay in a meeting does not count.
    """

    leg_id: str
    terms: LegRecordingTerms


@dataclass(frozen=True, slots=True)
class PauseLegRecording:
    """Let a leg's own recording hear nothing; `skip` as in PauseRecording."""

    leg_id: str
    recording_id: str
    skip: bool = False


@dataclass(frozen=True, slots=True)
class ResumeLegRecording:
    """Let a leg's own recording hear again."""

    leg_id: str
    recording_id: str


@dataclass(frozen=True, slots=True)
class StopLegRecording:
    """End a leg's own recording before its time."""

    leg_id: str
    recording_id: str


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


Steering: TypeAlias = (
    SetMuted
    | SetHeld
    | SetHoldSound
    | SetDeaf
    | SetVolume
    | SetLevelled
    | SetDenoised
    | SetCoached
    | ChangeExit
    | ChangeWait
    | SetWaitSound
    | Announce
    | SetLocked
    | StartRecording
    | PauseRecording
    | ResumeRecording
    | StopRecording
)
"""What changes a live meeting, and is the meeting's own business."""

LegSteering: TypeAlias = (
    StartLegRecording | PauseLegRecording | ResumeLegRecording | StopLegRecording
)
"""What concerns one leg's own recordings, in a meeting or not."""

Command: TypeAlias = (
    JoinConference
    | LeaveConference
    | Kick
    | EndConference
    | Play
    | Interrupt
    | CloseLeg
    | LegSteering
    | Steering
)
