"""What a TwiML document asks for: one frozen dataclass for each verb, in the order of the document.

URLs are as the author wrote them, relative ones too; `resolution` makes them absolute. Defaults are
those of the feature page; where it is silent, those of Twilio's present-day pages.
"""

import enum
from dataclasses import dataclass
from typing import Literal, TypeAlias

from conference_app.twiml.errors import TwimlWarning

HttpMethod: TypeAlias = Literal["GET", "POST"]
JitterBufferSize: TypeAlias = Literal["small", "medium", "large", "off"]
RecordingTrack: TypeAlias = Literal["inbound", "outbound", "both"]

DEFAULT_TIME_LIMIT_SECONDS = 14400
DEFAULT_MAX_PARTICIPANTS = 40


class Beep(enum.Enum):
    """Whether those in the meeting hear a beep when this participant enters, and when it leaves."""

    TRUE = "true"
    FALSE = "false"
    ON_ENTER = "onEnter"
    ON_EXIT = "onExit"

    @property
    def on_enter(self) -> bool:
        return self in (Beep.TRUE, Beep.ON_ENTER)

    @property
    def on_exit(self) -> bool:
        return self in (Beep.TRUE, Beep.ON_EXIT)


class DialRecord(enum.Enum):
    """From when on the dialling call is recorded; dual: with a channel for each of its sides."""

    DO_NOT_RECORD = "do-not-record"
    FROM_ANSWER = "record-from-answer"
    FROM_RINGING = "record-from-ringing"
    FROM_ANSWER_DUAL = "record-from-answer-dual"
    FROM_RINGING_DUAL = "record-from-ringing-dual"


class GatherInput(enum.Enum):
    """What a Gather listens for."""

    DTMF = "dtmf"
    SPEECH = "speech"
    DTMF_SPEECH = "dtmf speech"


class RejectReason(enum.Enum):
    """What a caller who is turned away is told."""

    REJECTED = "rejected"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Say:
    """Speak a text `loop` times (0: for ever); voice and language None: the operator's default."""

    text: str
    voice: str | None = None
    language: str | None = None
    loop: int = 1


@dataclass(frozen=True, slots=True)
class Play:
    """Play the sound at `url`, or, if there are `digits`, their tones; `loop` times (0: for ever).

    `digits`: 0-9, A-D, #, * are tones; w is half a second of silence, W a whole one.
    """

    url: str = ""
    loop: int = 1
    digits: str = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """Be silent for so long."""

    length_seconds: int = 1


Prompt: TypeAlias = Say | Play | Pause


@dataclass(frozen=True, slots=True)
class Gather:
    """Collect keys during the prompts and until `timeout_seconds` after them or the last key.

    `num_digits`: so many end it; None: no bound. `finish_on_key`: one of 0-9, #, *, or "" for none.
    `action` None: the document that the Gather stands in.
    """

    action: str | None = None
    method: HttpMethod = "POST"
    num_digits: int | None = None
    finish_on_key: str = "#"
    timeout_seconds: int = 5
    action_on_empty_result: bool = False
    input: GatherInput = GatherInput.DTMF
    prompts: tuple[Prompt, ...] = ()


@dataclass(frozen=True, slots=True)
class Redirect:
    """Go on with another document; "" is this one again."""

    url: str = ""
    method: HttpMethod = "POST"


@dataclass(frozen=True, slots=True)
class Hangup:
    """End the call."""


@dataclass(frozen=True, slots=True)
class Reject:
    """Do not take the call."""

    reason: RejectReason = RejectReason.REJECTED


@dataclass(frozen=True, slots=True)
class Conference:
    """The meeting to go to, and on which terms.

    `name`: 1 to 128 characters without space around them. `wait_url` None: the default music; "":
    silence. `record`: record the meeting from its start. `trim`: cut silence off both ends of that
    recording. `coach`: the SID of the one call that is to hear this participant.
    """

    name: str
    muted: bool = False
    beep: Beep = Beep.TRUE
    start_on_enter: bool = True
    end_on_exit: bool = False
    wait_url: str | None = None
    wait_method: HttpMethod = "POST"
    max_participants: int = DEFAULT_MAX_PARTICIPANTS
    record: bool = False
    trim: bool = True
    event_callback_url: str | None = None
    participant_label: str | None = None
    jitter_buffer_size: JitterBufferSize = "large"
    region: str | None = None
    coach: str | None = None
    status_callback: str | None = None
    status_callback_method: HttpMethod = "POST"
    status_callback_events: tuple[str, ...] = ()
    recording_status_callback: str | None = None
    recording_status_callback_method: HttpMethod = "POST"
    recording_status_callback_events: tuple[str, ...] = ("completed",)


@dataclass(frozen=True, slots=True)
class Dial:
    """Go to a meeting, and afterwards to `action`, or to the next verb if there is none.

    A conference is all that can be dialled here, so there always is one. `caller_id`,
    `timeout_seconds` and `answer_on_bridge` are kept as written; on a conference they have no
    effect.
    """

    conference: Conference
    action: str | None = None
    method: HttpMethod = "POST"
    hangup_on_star: bool = False
    time_limit_seconds: int = DEFAULT_TIME_LIMIT_SECONDS
    record: DialRecord = DialRecord.DO_NOT_RECORD
    trim: bool = False
    timeout_seconds: int = 30
    caller_id: str | None = None
    answer_on_bridge: bool = False
    recording_status_callback: str | None = None
    recording_status_callback_method: HttpMethod = "POST"
    recording_status_callback_events: tuple[str, ...] = ("completed",)
    recording_track: RecordingTrack = "both"


Verb: TypeAlias = Say | Play | Pause | Gather | Redirect | Hangup | Reject | Dial


@dataclass(frozen=True, slots=True)
class SkippedVerb:
    """A verb that is not known here, and its line (from 1)."""

    name: str
    line: int | None


@dataclass(frozen=True, slots=True)
class TwimlDocument:
    """A document that can be carried out. `warnings`: what in it was left out, in its order;
    `skipped`: those of its verbs that were.
    """

    verbs: tuple[Verb, ...]
    warnings: tuple[TwimlWarning, ...] = ()
    skipped: tuple[SkippedVerb, ...] = ()
