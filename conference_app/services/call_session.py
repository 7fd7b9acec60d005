"""A call being carried out: a CallProgram says what is next, this does it and tells what came of
it.

One task a call, in the loop that serves its socket; the socket's end cancels it. All sound is the
engine's, a pause too: silence that is played is as long as it sounds.
"""

import asyncio
import logging
from typing import Final, assert_never

from channels.db import database_sync_to_async

from conference_app import engine, selectors, sids
from conference_app.http_client import Cookies, FetchError
from conference_app.models import AlertLevel, Call, CallStatus
from conference_app.services import alerts, documents, sounds
from conference_app.services.calls import Outcome
from conference_app.services.join_context import JoinContext
from conference_app.twiml import (
    CallProgram,
    CollectDigits,
    Conference,
    ConferenceLeft,
    Dial,
    DigitsGathered,
    DocumentArrived,
    Fetch,
    FetchFailed,
    HangUp,
    Happening,
    HttpMethod,
    JoinRefused,
    JoinRoom,
    PlayDigits,
    PlayUrl,
    RejectCall,
    RejectReason,
    Speak,
    Step,
    StepDone,
    TwimlDocument,
    TwimlError,
    Wait,
)
from media_engine import DEFAULT_PREFILL, EngineError
from media_engine.commands import JoinConference, JoinTerms, LeaveConference, Play
from media_engine.dtmf import key_tones
from media_engine.events import (
    DigitPressed,
    Event,
    LeaveReason,
    LegLeft,
    PlaybackEnded,
    RefusalReason,
    RoomKey,
)
from media_engine.events import JoinRefused as TurnedAway
from media_engine.sources import Clip, Silence, Source

logger = logging.getLogger(__name__)

MAX_LOOPS: Final = 1000
"""What Twilio makes of loop="0"."""

WARNINGS_TOLD: Final = 20
"""Of one document."""

CONTENT_NOT_PLAYABLE: Final = 12300
RETRIEVAL_FAILURE: Final = 11200

_TURNED_AWAY: Final = {
    RefusalReason.FULL: (16020, "the conference is full"),
    RefusalReason.ALREADY_IN_A_MEETING: (16030, "the call is in a conference already"),
}


class CallSession:
    """Runs the program of one call; `events` are those of its leg, from before it was opened."""

    def __init__(self, call: Call, events: asyncio.Queue[Event]) -> None:
        self._call = call
        self._events = events
        self._program = CallProgram()
        self._cookies = Cookies()
        self._plays = 0
        self._fault: tuple[int, str] | None = None

    async def run(self) -> Outcome:
        """Carry the call out to its end; give how it ended."""
        step = self._program.next(documents.first_document(self._call))
        while not isinstance(step, HangUp | RejectCall):
            step = self._program.next(await self._carry_out(step))
        if isinstance(step, RejectCall):
            busy = step.reason is RejectReason.BUSY
            return Outcome(status=CallStatus.BUSY if busy else CallStatus.FAILED)
        if step.code is not None:
            await self._note_fault(step.code, step.message)
        code, message = self._fault or (None, "")
        return Outcome(error_code=code, error_message=message)

    async def _carry_out(self, step: Step) -> Happening:
        match step:
            case Fetch():
                return await self._fetch(step)
            case PlayUrl(url, loop):
                return await self._play_url(url, loop)
            case PlayDigits(digits, loop):
                sound = key_tones(digits, engine.mix_rate_hz())
                return await self._play(Clip(sound, times=loop or MAX_LOOPS))
            case Wait(seconds):
                return await self._play(Silence(seconds * engine.mix_rate_hz()))
            case JoinRoom(dial, conference):
                return await self._join(dial, conference)
            case Speak() | CollectDigits():
                return self._pass_over(step)
            case HangUp() | RejectCall():
                raise AssertionError("these end the program")
            case _:
                assert_never(step)

    async def _fetch(self, step: Fetch) -> Happening:
        """Get a document; a bad one is the caller's loss alone, and on record."""
        try:
            document, url = await documents.fetch(self._call, step, self._cookies)
        except FetchError as error:
            return await self._failed(error.code, error.reason, step.url, step.method)
        except TwimlError as error:
            return await self._failed(error.code, str(error), step.url, step.method)
        await self._note_warnings(document, step)
        return DocumentArrived(document, url)

    async def _play_url(self, url: str, loop: int) -> Happening:
        try:
            sound = await sounds.fetch(self._call, url, method="GET", cookies=self._cookies)
        except FetchError as error:
            return await self._failed(error.code, error.reason, url, "GET")
        except EngineError as error:
            return await self._failed(CONTENT_NOT_PLAYABLE, str(error), url, "GET")
        return await self._play(Clip(sound, times=loop or MAX_LOOPS))

    async def _play(self, source: Source) -> Happening:
        self._plays += 1
        engine.post(Play(self._call.sid, self._plays, source))
        while True:
            match await self._events.get():
                case PlaybackEnded(play_id=play_id) if play_id == self._plays:
                    return StepDone()

    def _pass_over(self, step: Speak | CollectDigits) -> Happening:
        logger.warning("%s: %s is not carried out yet", self._call.sid, type(step).__name__)
        return StepDone() if isinstance(step, Speak) else DigitsGathered("")

    async def _join(self, dial: Dial, conference: Conference) -> Happening:
        """Bring the call into the meeting and wait until it is out again."""
        try:
            terms = await self._terms(conference)
        except (FetchError, EngineError) as error:
            code, reason = (
                (error.code, error.reason)
                if isinstance(error, FetchError)
                else (RETRIEVAL_FAILURE, str(error))
            )
            asked = (conference.wait_url or "", conference.wait_method)
            return await self._not_in(code, reason, *asked)
        room = RoomKey(self._call.account.sid, conference.name)
        engine.post(JoinConference(self._call.sid, room, sids.new("CF"), terms))
        left_by_star = False
        try:
            async with asyncio.timeout(dial.time_limit_seconds):
                event = await self._out_of_the_meeting(stop_on_star=dial.hangup_on_star)
                if isinstance(event, DigitPressed):
                    left_by_star = True
                    engine.post(LeaveConference(self._call.sid, LeaveReason.LEFT))
                    event = await self._out_of_the_meeting(stop_on_star=False)
        except TimeoutError:
            engine.post(LeaveConference(self._call.sid, LeaveReason.TIME_LIMIT))
            event = await self._out_of_the_meeting(stop_on_star=False)
        if isinstance(event, TurnedAway):
            return await self._not_in(*_TURNED_AWAY[event.reason])
        bridged = isinstance(event, LegLeft) and event.bridged
        return ConferenceLeft("answered" if left_by_star else "completed", bridged)

    async def _out_of_the_meeting(
        self, *, stop_on_star: bool
    ) -> LegLeft | TurnedAway | DigitPressed:
        while True:
            match await self._events.get():
                case (LegLeft() | TurnedAway()) as event:
                    return event
                case DigitPressed(digit="*") as event if stop_on_star:
                    return event

    async def _terms(self, conference: Conference) -> JoinTerms:
        policy = await database_sync_to_async(selectors.room_capacity)(
            self._call.account, conference.name
        )
        return JoinTerms(
            muted=conference.muted,
            beep_on_enter=conference.beep.on_enter,
            beep_on_exit=conference.beep.on_exit,
            start_on_enter=conference.start_on_enter,
            end_on_exit=conference.end_on_exit,
            max_participants=min(
                conference.max_participants, policy or conference.max_participants
            ),
            wait=await sounds.to_wait_with(self._call, conference, self._cookies),
            recording_id=sids.new("RE") if conference.record else None,
            prefill=1 if conference.jitter_buffer_size == "off" else DEFAULT_PREFILL,
            context=JoinContext.of(conference).to_json(),
        )

    async def _failed(self, code: int, reason: str, url: str, method: HttpMethod) -> FetchFailed:
        await self._note_fault(code, reason, url, method)
        return FetchFailed(code, reason)

    async def _not_in(self, code: int, reason: str, url: str = "", method: str = "") -> JoinRefused:
        await self._note_fault(code, reason, url, method)
        return JoinRefused(code, reason)

    async def _note_fault(self, code: int, message: str, url: str = "", method: str = "") -> None:
        """Keep the last fault for the call's row, and tell operator and owner of each."""
        if self._fault != (code, message):
            logger.warning("%s: %d %s", self._call.sid, code, message)
            await alerts.report(
                account=self._call.account,
                call=self._call,
                code=code,
                message=message,
                request_url=url,
                request_method=method,
            )
        self._fault = (code, message)

    async def _note_warnings(self, document: TwimlDocument, step: Fetch) -> None:
        """Tell operator and owner what was passed over in a document: its first faults, for they
        all go to the database before the call goes on.
        """
        for warning in document.warnings[:WARNINGS_TOLD]:
            message = f"line {warning.line} of its TwiML: {warning.reason}"
            logger.warning("%s: %d at %s", self._call.sid, warning.code, message)
            await alerts.report(
                account=self._call.account,
                call=self._call,
                level=AlertLevel.WARNING,
                code=warning.code,
                message=message,
                request_url=step.url,
                request_method=step.method,
            )
