"""What a CallProgram wants done next. Every URL in a step is absolute.

A Fetch's `params` are those that belong to this request alone; whoever makes it adds Twilio's
standard ones (CallSid, From …) and puts them in the query for GET, in a form for POST. A URL may
have a fragment with connection overrides (#rc=2&ct=1000), which is not sent.
"""

import enum
from dataclasses import dataclass
from typing import TypeAlias

from conference_app.twiml.verbs import Conference, Dial, Gather, HttpMethod, RejectReason


class HangUpReason(enum.Enum):
    """Why a program lets its call end."""

    END_OF_DOCUMENT = "end-of-document"
    HANGUP_VERB = "hangup-verb"
    FETCH_FAILED = "fetch-failed"
    TOO_MANY_FETCHES = "too-many-fetches"
    CALLER_GONE = "caller-gone"
    ENDED_FROM_OUTSIDE = "ended-from-outside"


@dataclass(frozen=True, slots=True)
class Fetch:
    """Request a document, then tell DocumentArrived or FetchFailed."""

    url: str
    method: HttpMethod = "POST"
    params: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class PlayUrl:
    """Let the caller hear a file `loop` times, then tell StepDone.

    `loop` 0 is for ever; Twilio stops after 1000 times.
    """

    url: str
    loop: int = 1


@dataclass(frozen=True, slots=True)
class PlayDigits:
    """Let the caller hear key tones `loop` times (0: for ever), then tell StepDone."""

    digits: str
    loop: int = 1


@dataclass(frozen=True, slots=True)
class Speak:
    """Let the caller hear a text `loop` times (0: for ever), then tell StepDone."""

    text: str
    voice: str | None = None
    language: str | None = None
    loop: int = 1


@dataclass(frozen=True, slots=True)
class Wait:
    """Let so much time pass in silence, then tell StepDone."""

    seconds: int


@dataclass(frozen=True, slots=True)
class CollectDigits:
    """Play the prompts and listen for keys as `gather` says, then tell DigitsGathered."""

    gather: Gather


@dataclass(frozen=True, slots=True)
class JoinRoom:
    """Bring the caller to the meeting, then tell ConferenceLeft, or JoinRefused if it is full …"""

    dial: Dial
    conference: Conference


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call; the program is over. `code`: Twilio's number when a fault ends it."""

    reason: HangUpReason
    code: int | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class RejectCall:
    """Turn the caller away; the program is over."""

    reason: RejectReason


Step: TypeAlias = (
    Fetch | PlayUrl | PlayDigits | Speak | Wait | CollectDigits | JoinRoom | HangUp | RejectCall
)
