"""What the engine tells. An event is a fact: it happened between two ticks, in this order, once.

Frozen dataclasses, named in the past tense. `leg_id` and `conference_id` are the caller's own
identifiers (the application uses call and conference SIDs); the engine never makes any up.
"""

import enum
from dataclasses import dataclass
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
    ALREADY_IN_A_MEETING = "already-in-a-meeting"


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
class RecordingStarted:
    """Frames of the meeting, or of one of its legs, go to the file `path` from the next tick on.

    `leg_id`: of whose own recording it is, with the `context` of its terms; None: the meeting's.
    """

    conference_id: str
    recording_id: str
    path: str
    leg_id: str | None = None
    context: str = ""


@dataclass(frozen=True, slots=True)
class RecordingFinished:
    """The file is closed. `samples`: of each channel. `error`: why it is not what it should be
    (disk full), None when all is well. `leg_id` as in RecordingStarted.
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
    | LegJoined
    | LegLeft
    | JoinRefused
    | LegMuted
    | RecordingStarted
    | RecordingFinished
    | PlaybackEnded
    | DigitPressed
    | LegInterrupted
    | LegClosed
)
