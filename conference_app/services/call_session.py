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
from conference_app.models import Call, CallStatus
from conference_app.services import documents, sounds
from conference_app.services.calls import Outcome
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
    JoinRefused,
    JoinRoom,
    PlayDigits,
    PlayUrl,
    RejectCall,
    RejectReason,
    Speak,
    Step,
    StepDone,
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
            self._note_fault(step.code, step.message)
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
            return self._failed(error.code, error.reason)
        except TwimlError as error:
            return self._failed(error.code, str(error))
        for warning in document.warnings:
            logger.warning(
                "%s: %d at line %s of its TwiML: %s",
                *(self._call.sid, warning.code, warning.line, warning.reason),
            )
        return DocumentArrived(document, url)

    async def _play_url(self, url: str, loop: int) -> Happening:
        try:
            sound = await sounds.fetch(self._call, url, method="GET", cookies=self._cookies)
        except FetchError as error:
            return self._failed(error.code, error.reason)
        except EngineError as error:
            return self._failed(CONTENT_NOT_PLAYABLE, str(error))
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
        except FetchError as error:
            return self._not_in(error.code, error.reason)
        except EngineError as error:
            return self._not_in(RETRIEVAL_FAILURE, str(error))
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
            return self._not_in(*_TURNED_AWAY[event.reason])
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
        )

    def _failed(self, code: int, reason: str) -> FetchFailed:
        self._note_fault(code, reason)
        return FetchFailed(code, reason)

    def _not_in(self, code: int, reason: str) -> JoinRefused:
        self._note_fault(code, reason)
        return JoinRefused(code, reason)

    def _note_fault(self, code: int, message: str) -> None:
        """Keep the last fault for the call's row, and tell the operator of each."""
        if self._fault != (code, message):
            logger.warning("%s: %d %s", self._call.sid, code, message)
        self._fault = (code, message)
