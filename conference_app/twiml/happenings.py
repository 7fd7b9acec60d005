"""What a CallProgram is told: facts about its call, in the past tense."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from conference_app.twiml.verbs import HttpMethod, TwimlDocument


@dataclass(frozen=True, slots=True)
class CallAnswered:
    """The call begins. Both URLs are absolute; `fallback_url` None: a failure ends the call."""

    voice_url: str
    method: HttpMethod = "POST"
    fallback_url: str | None = None
    fallback_method: HttpMethod = "POST"


@dataclass(frozen=True, slots=True)
class DocumentArrived:
    """What a Fetch asked for is there. `url`: absolute, where it was found after HTTP redirects."""

    document: TwimlDocument
    url: str


@dataclass(frozen=True, slots=True)
class FetchFailed:
    """What a step needs could not be had or not be used.

    For a Fetch: no answer, an error answer, or a TwimlError (its `code` and `reason`). For sound:
    the file is not there or can not be decoded. `code` is Twilio's.
    """

    code: int
    message: str


@dataclass(frozen=True, slots=True)
class StepDone:
    """The sound is over, or the pause."""


@dataclass(frozen=True, slots=True)
class DialRecorded:
    """The Dial's own recording; its file is being finished. `seconds`: how long the recorded part
    of the Dial was; None: that is not known yet.
    """

    sid: str
    url: str
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class ConferenceLeft:
    """The caller was in the meeting and is out of it, with its call still up.

    `dial_call_status`: as Twilio tells it, "answered" when the caller left by its own wish
    (hangupOnStar), else "completed". `bridged`: whether the meeting had started.
    `recorded`: the Dial's own recording, for its action; None: there is none.
    """

    dial_call_status: Literal["answered", "completed"]
    bridged: bool
    recorded: DialRecorded | None = None


@dataclass(frozen=True, slots=True)
class JoinRefused:
    """The caller did not get in: the meeting is full (16020), no answer from waitUrl (11200) …"""

    code: int
    message: str = ""


@dataclass(frozen=True, slots=True)
class DigitsGathered:
    """A Gather is over; `digits` without the key that finished it, "" when none came."""

    digits: str


@dataclass(frozen=True, slots=True)
class CallGone:
    """The caller hung up, or the call was ended from outside."""


Happening: TypeAlias = (
    CallAnswered
    | DocumentArrived
    | FetchFailed
    | StepDone
    | ConferenceLeft
    | JoinRefused
    | DigitsGathered
    | CallGone
)
