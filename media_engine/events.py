"""What the engine tells. An event is a fact: it happened between two ticks, in this order, once.

Frozen dataclasses, named in the past tense. `leg_id` and `conference_id` are the caller's own
identifiers (the application uses call and conference SIDs); the engine never makes any up.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple, TypeAlias


class RoomKey(NamedTuple):
    """Where meetings take place: at any moment at most one meeting is live for each key."""

    owner: str
    name: str


class LeaveReason(enum.Enum):
    """Why a leg is no longer in a meeting."""

    HUNG_UP = "hung-up"
    LEFT = "left"
    KICKED = "kicked"
    TIME_LIMIT = "time-limit"
    REDIRECTED = "redirected"
    CONFERENCE_ENDED = "conference-ended"


class EndReason(enum.Enum):
    """Why a meeting is over; the values are Twilio's `reason_conference_ended`."""

    ENDED_VIA_API = "conference-ended-via-api"
    LAST_LEFT = "last-participant-left"
    LAST_KICKED = "last-participant-kicked"
    MODERATOR_LEFT = "participant-with-end-conference-on-exit-left"
    MODERATOR_KICKED = "participant-with-end-conference-on-exit-kicked"


class RefusalReason(enum.Enum):
    """Why a leg was turned away at the door of a meeting."""

    FULL = "full"
    LOCKED = "locked"
    ALREADY_IN_A_MEETING = "already-in-a-meeting"
    LABEL_IN_USE = "label-in-use"
    COACHED_IS_NOT_IN = "coached-is-not-in"


@dataclass(frozen=True, slots=True)
class Audibility:
    """Who hears a leg, how loud, and whether it hears.

    `held`: neither heard nor hearing. `deaf`: hears nobody. `coached`: the one leg that hears it;
    None: all do. `volume` is the gain for all, `volumes` those of single listeners in its place.
    `levelled`, `denoised`: before that its voice is brought to one loudness, and freed of noise.
    """

    muted: bool = False
    held: bool = False
    deaf: bool = False
    volume: float = 1.0
    coached: str | None = None
    volumes: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    levelled: bool = False
    denoised: bool = False

    def gain_for(self, listener_id: str) -> float:
        """Give how loud a leg that hears others hears this one."""
        if self.muted or self.held or self.coached not in (None, listener_id):
            return 0.0
        return self.volumes.get(listener_id, self.volume)


@dataclass(frozen=True, slots=True)
class ConferenceCreated:
    """The first leg came to a room without a meeting; nobody is bridged yet."""

    conference_id: str
    room: RoomKey


@dataclass(frozen=True, slots=True)
class ConferenceStarted:
    """Two are in and one of them may start it: from the next tick they hear each other."""

    conference_id: str


@dataclass(frozen=True, slots=True)
class ConferenceEnded:
    """Nobody is in any more; comes after the LegLeft of everybody. `leg_id`: whose leaving ended
    it.
    """

    conference_id: str
    reason: EndReason
    leg_id: str | None


@dataclass(frozen=True, slots=True)
class ConferenceLocked:
    """From now on newcomers are turned away (or come in again)."""

    conference_id: str
    locked: bool


@dataclass(frozen=True, slots=True)
class LegJoined:
    """The leg is in the meeting, waiting or bridged. `context`: what its JoinTerms brought
    along.
    """

    conference_id: str
    leg_id: str
    muted: bool
    start_on_enter: bool
    end_on_exit: bool
    context: str = ""
    coached: str | None = None
    levelled: bool = False
    denoised: bool = False


@dataclass(frozen=True, slots=True)
class LegLeft:
    """The leg is out of the meeting; unless it hung up, its call goes on.

    `bridged`: whether the meeting had started while it was in.
    """

    conference_id: str
    leg_id: str
    reason: LeaveReason
    bridged: bool = False


@dataclass(frozen=True, slots=True)
class JoinRefused:
    """The leg did not get in; its call goes on."""

    leg_id: str
    room: RoomKey
    reason: RefusalReason


@dataclass(frozen=True, slots=True)
class LegMuted:
    """The leg is unheard (or heard again) from the next tick on."""

    conference_id: str
    leg_id: str
    muted: bool


@dataclass(frozen=True, slots=True)
class LegHeld:
    """The leg is neither heard nor hearing from the next tick on (or is again).

    `context`: what SetHeld brought along: words about what it is to hear meanwhile.
    """

    conference_id: str
    leg_id: str
    held: bool
    context: str = ""


@dataclass(frozen=True, slots=True)
class LegModified:
    """The terms on which the leg is in have changed, to these. `coached`: whom it coaches, or
    None.
    """

    conference_id: str
    leg_id: str
    beep_on_exit: bool
    end_on_exit: bool
    coached: str | None


@dataclass(frozen=True, slots=True)
class WaitChanged:
    """The leg waits and is to hear something else; `context`: what ChangeWait brought along."""

    conference_id: str
    leg_id: str
    context: str


@dataclass(frozen=True, slots=True)
class AudibilityChanged:
    """From the next tick on the leg is heard, and hears, like this."""

    conference_id: str
    leg_id: str
    audibility: Audibility


@dataclass(frozen=True, slots=True)
class LegSpeaking:
    """Somebody who can be heard begins to speak, or has been quiet for a while.

    `active`: the active speaker from now on. He keeps the floor until he is quiet and another one
    speaks; while all are quiet he is the last who spoke.
    """

    conference_id: str
    leg_id: str
    speaking: bool
    active: str | None


@dataclass(frozen=True, slots=True)
class AnnouncementEnded:
    """What Announce asked for was heard to its end. `leg_id` None: by all. `context`: Announce's
    own.
    """

    conference_id: str
    leg_id: str | None
    context: str


@dataclass(frozen=True, slots=True)
class AnnouncementFailed:
    """Nobody heard it, or not to its end."""

    conference_id: str
    leg_id: str | None
    context: str
    reason: str


@dataclass(frozen=True, slots=True)
class RecordingRefused:
    """StartRecording has had no effect: there is no such meeting, it has not started, or it is
    being recorded. Of StartLegRecording: no such leg, or it is being recorded; `conference_id` is
    "".
    """

    conference_id: str
    recording_id: str


@dataclass(frozen=True, slots=True)
class RecordingPaused:
    """The recording hears nothing from the next tick on, or (`paused` false) hears again.
    `conference_id` as in RecordingStarted.
    """

    conference_id: str
    recording_id: str
    paused: bool


@dataclass(frozen=True, slots=True)
class RecordingStarted:
    """Frames of the meeting, or of one of its legs, go to the file `path` from the next tick on.

    `leg_id`: of whose own recording it is, with the `context` of its terms; None: the meeting's.
    `conference_id` "": of a leg wherever it is.
    """

    conference_id: str
    recording_id: str
    path: str
    leg_id: str | None = None
    context: str = ""


@dataclass(frozen=True, slots=True)
class RecordingFinished:
    """The file is closed. `samples`: of each channel. `error`: why it is not what it should be
    (disk full), None when all is well. `leg_id`, `conference_id` as in RecordingStarted.
    """

    conference_id: str
    recording_id: str
    path: str
    samples: int
    rate_hz: int
    error: str | None
    leg_id: str | None = None


@dataclass(frozen=True, slots=True)
class PlaybackEnded:
    """What Play asked for was heard to its end (`completed`), or was stopped or replaced before."""

    leg_id: str
    play_id: int
    completed: bool


@dataclass(frozen=True, slots=True)
class DigitPressed:
    """The caller pressed a key: one of 0-9, *, #, A-D."""

    leg_id: str
    digit: str


@dataclass(frozen=True, slots=True)
class LegInterrupted:
    """Something else is to be done with the leg's call; `context` says what to whoever runs it."""

    leg_id: str
    context: str


@dataclass(frozen=True, slots=True)
class LegClosed:
    """The caller is gone; it left its meeting (LegLeft) before this."""

    leg_id: str


Event: TypeAlias = (
    ConferenceCreated
    | ConferenceStarted
    | ConferenceEnded
    | ConferenceLocked
    | LegJoined
    | LegLeft
    | JoinRefused
    | LegMuted
    | LegHeld
    | LegModified
    | WaitChanged
    | AudibilityChanged
    | LegSpeaking
    | AnnouncementEnded
    | AnnouncementFailed
    | RecordingRefused
    | RecordingPaused
    | RecordingStarted
    | RecordingFinished
    | PlaybackEnded
    | DigitPressed
    | LegInterrupted
    | LegClosed
)
