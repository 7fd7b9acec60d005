"""A call being carried out: a CallProgram says what is next, this does it and tells what came of
it.

One task a call, in the loop that serves its socket; the socket's end cancels it. All sound is the
engine's, a pause too: silence that is played is as long as it sounds. An order from outside breaks
off whatever is being done, unless it only says how long the call may last.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import assert_never

from conference_app import engine
from conference_app.http_client import Cookies, FetchError
from conference_app.models import Call, CallStatus
from conference_app.services import documents, sounds
from conference_app.services.call_orders import EndCall, LimitCall, NewDocument, read_order
from conference_app.services.call_plan import CallPlan
from conference_app.services.calls import Outcome
from conference_app.services.conference_stay import ConferenceStay
from conference_app.services.fault_log import FaultLog
from conference_app.services.gathering import gather_digits
from conference_app.services.leg_line import LegLine
from conference_app.twiml import (
    CallProgram,
    CollectDigits,
    DigitsGathered,
    DocumentArrived,
    Fetch,
    FetchFailed,
    Gather,
    HangUp,
    HangUpReason,
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
    step_for,
)
from media_engine import EngineError
from media_engine.commands import LeaveConference
from media_engine.dtmf import key_tones
from media_engine.events import LeaveReason
from media_engine.sources import Clip, Source
from media_engine.task_set import TaskSet


class CallSession:
    """Runs the program of one call; `events` are those of its leg, from before it was opened.

    `press` tells the other side of a key that we press.
    """

    def __init__(
        self,
        call: Call,
        events: engine.LegEvents,
        plan: CallPlan,
        press: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._call = call
        self._events = events
        self._plan = plan
        self._press = press
        self._line = LegLine(call.sid, events)
        self._program = CallProgram()
        self._cookies = Cookies()
        self._faults = FaultLog(call)
        self._limit = asyncio.timeout(None)
        self._began = 0.0

    async def run(self) -> Outcome:
        """Carry the call out to its end, or to its time limit; give how it ended."""
        self._began = asyncio.get_running_loop().time()
        try:
            async with self._limit:
                if self._plan.time_limit_s is not None:
                    self._allow(self._plan.time_limit_s)
                return await self._run()
        except TimeoutError:
            return Outcome()

    def _allow(self, seconds: int) -> None:
        """Let the call last so long from its beginning; when that is over already, it ends now."""
        self._limit.reschedule(self._began + seconds)

    async def _run(self) -> Outcome:
        await self._send_digits()
        step = await self._first_step()
        while not isinstance(step, HangUp | RejectCall):
            step = await self._step_after(step)
        if isinstance(step, RejectCall):
            busy = step.reason is RejectReason.BUSY
            return Outcome(status=CallStatus.BUSY if busy else CallStatus.FAILED)
        if step.code is not None:
            await self._faults.fault(step.code, step.message, step)
        code, message = self._faults.last or (None, "")
        return Outcome(error_code=code, error_message=message, by_fault=step.code is not None)

    async def _send_digits(self) -> None:
        """Press the keys that the plan names: in words where the dialect has them, and in sound."""
        for digit in self._plan.send_digits:
            if digit not in "wW":
                self._press(digit)
            await self._line.play(Clip(key_tones(digit, engine.mix_rate_hz())))

    async def _first_step(self) -> Step:
        """Begin with the plan's own document, if it has one, in place of asking for one."""
        asking = self._program.next(self._plan.answered)
        document = self._plan.document
        if document is None or not isinstance(asking, Fetch):
            return asking
        if isinstance(document, str):
            return self._program.next(await self._read_safely(document, asking))
        await self._faults.warnings(document, asking)
        return self._program.next(DocumentArrived(document, asking.url))

    async def _step_after(self, step: Step) -> Step:
        """Do a step and give the next one: the program's, or what an order from outside wants."""
        tasks = TaskSet()
        doing = tasks.start(self._carry_out_safely(step), name=f"step of {self._call.sid}")
        try:
            while True:
                name = f"orders for {self._call.sid}"
                ordered = tasks.start(self._events.interruption(), name=name)
                await asyncio.wait({doing, ordered}, return_when=asyncio.FIRST_COMPLETED)
                if not ordered.done():
                    return self._program.next(doing.result())
                order = read_order(ordered.result())
                if not isinstance(order, LimitCall):
                    break
                self._allow(order.seconds)
        finally:
            await tasks.cancel_and_wait()
        return await self._obey(order)

    async def _obey(self, order: NewDocument | EndCall) -> Step:
        """Leave what was being done behind: sound, meeting and program."""
        if isinstance(order, EndCall):
            return HangUp(HangUpReason.ENDED_FROM_OUTSIDE)
        engine.post(LeaveConference(self._call.sid, LeaveReason.REDIRECTED))
        await self._line.pass_over()
        self._program = CallProgram()
        step = self._program.next(documents.ordered_document(self._call, order))
        if not order.twiml or not isinstance(step, Fetch):
            return step
        return self._program.next(await self._read_safely(order.twiml, step))

    async def _read_safely(self, twiml: str, step: Fetch) -> Happening:
        """Take a document that came with its order for the answer to a request."""
        try:
            document = await documents.read(twiml)
        except TwimlError as error:
            reason = _told(error)
            await self._faults.fault(error.code, reason, step)
            return FetchFailed(error.code, reason)
        await self._faults.warnings(document, step)
        return DocumentArrived(document, step.url)

    async def _carry_out_safely(self, step: Step) -> Happening:
        """Do a step; what the user's servers do wrong is the caller's loss alone, and on record."""
        try:
            return await self._carry_out(step)
        except FetchError as error:
            code, reason = int(error.code), error.reason
        except TwimlError as error:
            code, reason = error.code, _told(error)
        except EngineError as error:
            code, reason = sounds.CONTENT_NOT_PLAYABLE, str(error)
        await self._faults.fault(code, reason, step)
        return FetchFailed(code, reason)

    async def _carry_out(self, step: Step) -> Happening:
        match step:
            case Fetch():
                return await self._fetch(step)
            case PlayUrl() | PlayDigits() | Speak() | Wait():
                await self._line.play(await self._sound_of(step))
                return StepDone()
            case CollectDigits(gather):
                prompts = self._prompts(gather)
                return DigitsGathered(await gather_digits(self._line, gather, prompts))
            case JoinRoom(dial, conference):
                stay = ConferenceStay(self._call, self._line, self._cookies)
                left = await stay.run(dial, conference)
                if isinstance(left, JoinRefused):
                    await self._faults.fault(left.code, left.message, step)
                return left
            case HangUp() | RejectCall():
                raise AssertionError("these end the program")
            case _:
                assert_never(step)

    async def _prompts(self, gather: Gather) -> AsyncIterator[Source]:
        for prompt in gather.prompts:
            step = step_for(prompt, gather.action or "")
            if isinstance(step, PlayUrl | PlayDigits | Speak | Wait):
                yield await self._sound_of(step)

    async def _sound_of(self, step: sounds.SoundStep) -> Source:
        return await sounds.of_step(self._call, step, self._cookies, self._faults)

    async def _fetch(self, step: Fetch) -> Happening:
        document, url = await documents.fetch(self._call, step, self._cookies)
        await self._faults.warnings(document, step)
        return DocumentArrived(document, url)


def _told(error: TwimlError) -> str:
    """Say what is wrong with a document, and where."""
    return error.reason if error.line is None else f"line {error.line} of its TwiML: {error.reason}"
