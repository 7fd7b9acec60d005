"""What a call does next, given what happened: TwiML as a state machine, without time or I/O."""

from collections import deque
from dataclasses import replace
from typing import Final

from conference_app.twiml.errors import Code
from conference_app.twiml.happenings import (
    CallAnswered,
    CallGone,
    ConferenceLeft,
    DigitsGathered,
    DocumentArrived,
    FetchFailed,
    Happening,
    JoinRefused,
    StepDone,
)
from conference_app.twiml.resolution import step_for
from conference_app.twiml.steps import (
    CollectDigits,
    Fetch,
    HangUp,
    HangUpReason,
    JoinRoom,
    PlayDigits,
    PlayUrl,
    RejectCall,
    Speak,
    Step,
    Wait,
)
from conference_app.twiml.verbs import Dial, Gather, Verb

MAX_FETCHES_WITHOUT_MEDIA: Final = 50


class OutOfTurn(Exception):
    """A happening that the step under way can not lead to: a fault in the code that told it."""


class CallProgram:
    """One call's way through its documents.

    Tell it a happening, carry out the step that it gives, tell what came of it, until the step is
    HangUp or RejectCall. CallGone may be told at any time. Documents that lead to one another
    without any sound, pause, key or meeting in between are bounded: the request after the
    `max_fetches`th in a row is not made, the call ends instead (11215).
    """

    def __init__(self, *, max_fetches: int = MAX_FETCHES_WITHOUT_MEDIA) -> None:
        self._max_fetches = max_fetches
        self._fetches = 0
        self._fallback: Fetch | None = None
        self._in_fallback = False
        self._document_url = ""
        self._verbs: deque[Verb] = deque()
        self._step: Step | None = None

    @property
    def step(self) -> Step | None:
        """The step that is to be carried out now; None before the call was answered."""
        return self._step

    def next(self, happening: Happening) -> Step:
        """Give the step that follows; HangUp and RejectCall are followed by themselves.

        Raises OutOfTurn, and stays where it is, when the step under way can not lead to this.
        """
        if not isinstance(self._step, HangUp | RejectCall):
            step = self._after(happening)
            self._step = self._counted(step, happening) if isinstance(step, Fetch) else step
        return self._step

    def _after(self, happening: Happening) -> Step:
        match happening, self._step:
            case CallGone(), _:
                return HangUp(HangUpReason.CALLER_GONE)
            case CallAnswered(), None:
                return self._begin(happening)
            case DocumentArrived(), Fetch():
                return self._open(happening)
            case FetchFailed(), Fetch(url=url) | PlayUrl(url=url):
                return self._fall_back(happening, url)
            case FetchFailed(), Speak() | CollectDigits():
                return self._fall_back(happening, self._document_url)
            case StepDone(), PlayUrl() | PlayDigits() | Speak() | Wait():
                return self._after_media()
            case DigitsGathered(digits=digits), CollectDigits(gather=gather):
                return self._after_digits(digits, gather)
            case ConferenceLeft() | JoinRefused(), JoinRoom(dial=dial):
                return self._after_dial(happening, dial)
        # The step itself stays out of the text: it may hold digits or words of the caller's.
        raise OutOfTurn(f"{type(happening).__name__} during {type(self._step).__name__}")

    def _counted(self, fetch: Fetch, happening: Happening) -> Step:
        self._in_fallback = isinstance(happening, FetchFailed)
        self._fetches += 1
        if self._fetches <= self._max_fetches:
            return fetch
        message = f"{self._max_fetches} documents in a row without sound, pause, key or meeting"
        return HangUp(HangUpReason.TOO_MANY_FETCHES, int(Code.TOO_MANY_REDIRECTS), message)

    def _begin(self, answered: CallAnswered) -> Step:
        if answered.fallback_url:
            self._fallback = Fetch(answered.fallback_url, answered.fallback_method)
        return Fetch(answered.voice_url, answered.method)

    def _open(self, arrived: DocumentArrived) -> Step:
        self._document_url = arrived.url
        self._verbs = deque(arrived.document.verbs)
        return self._next_verb()

    def _next_verb(self) -> Step:
        if not self._verbs:
            return HangUp(HangUpReason.END_OF_DOCUMENT)
        return step_for(self._verbs.popleft(), self._document_url)

    def _fall_back(self, failed: FetchFailed, url: str) -> Step:
        """Go to the fallback document; if there is none, or it fails itself, end the call."""
        if self._fallback is None or self._in_fallback:
            return HangUp(HangUpReason.FETCH_FAILED, failed.code, failed.message)
        return replace(self._fallback, params=(("ErrorCode", str(failed.code)), ("ErrorUrl", url)))

    def _after_media(self) -> Step:
        self._fetches = 0
        return self._next_verb()

    def _after_digits(self, digits: str, gather: Gather) -> Step:
        self._fetches = 0
        if not (digits or gather.action_on_empty_result):
            return self._next_verb()
        return Fetch(gather.action or self._document_url, gather.method, (("Digits", digits),))

    def _after_dial(self, happening: ConferenceLeft | JoinRefused, dial: Dial) -> Step:
        """Go to the Dial's action, and never come back to this document, or to the next verb."""
        # A refusal takes no time: were it to reset the count, a document that knocks at a full room
        # for ever would be requested as fast as its server answers.
        if isinstance(happening, ConferenceLeft):
            self._fetches = 0
        if dial.action is None:
            return self._next_verb()
        return Fetch(dial.action, dial.method, _dial_params(happening))


def _dial_params(happening: ConferenceLeft | JoinRefused) -> tuple[tuple[str, str], ...]:
    """Give what Twilio sends to a Dial's action after a conference: no SID and no duration."""
    if isinstance(happening, JoinRefused):
        return (("DialCallStatus", "failed"), ("DialBridged", "false"))
    params: tuple[tuple[str, str], ...] = (
        ("DialCallStatus", happening.dial_call_status),
        ("DialBridged", "true" if happening.bridged else "false"),
    )
    recorded = happening.recorded
    if recorded is None:
        return params
    params = (*params, ("RecordingUrl", recorded.url), ("RecordingSid", recorded.sid))
    if recorded.seconds is None:
        return params
    return (*params, ("RecordingDuration", str(recorded.seconds)))
