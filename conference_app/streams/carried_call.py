"""A call on an open connection: its leg and its program, until either is over or the connection."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Final, Protocol, TypeAlias

from channels.db import database_sync_to_async

from conference_app import engine
from conference_app.models import Call
from conference_app.services import calls
from conference_app.services.call_plan import CallPlan
from conference_app.services.call_session import CallSession
from conference_app.streams.channel import Channel, Sound
from conference_app.streams.refusals import Refusal, refusal_of
from conference_app.streams.socket_output import SocketOutput
from media_engine import Leg, NotRunning
from media_engine.commands import CloseLeg
from media_engine.dialects import (
    Clear,
    ClientDialect,
    ClientMessage,
    Dtmf,
    Mark,
    Message,
    ServerDialect,
    ServerMessage,
    Stop,
    WireFormat,
)
from media_engine.errors import EngineError
from media_engine.events import DigitPressed
from media_engine.task_set import TaskSet

logger = logging.getLogger(__name__)

INTERNAL_ERROR: Final = 12400
"""Twilio's code for a failure that is not the user's."""

Said: TypeAlias = bytes | ClientMessage | ServerMessage | None


class Ear(Protocol):
    """What takes what the other side says: its leg, or something before it."""

    def receive(self, payload: bytes) -> None: ...

    def receive_mark(self, name: str) -> None: ...

    def clear(self) -> None: ...


class CarriedCall:
    """One call. What ends it from outside is put into `over`: None for an ordinary end, else what
    is wrong.
    """

    __slots__ = ("_channel", "_dialect", "_ear", "_leg", "_output", "_tasks", "call", "over")

    def __init__(
        self, channel: Channel, dialect: ServerDialect | ClientDialect, tasks: TaskSet
    ) -> None:
        self._channel = channel
        self._dialect = dialect
        self._tasks = tasks
        self._leg: Leg | None = None
        self._ear: Ear | None = None
        self._output: SocketOutput | None = None
        self.call: Call | None = None
        self.over: asyncio.Future[Refusal | None] = asyncio.get_running_loop().create_future()

    @property
    def refusal(self) -> Refusal | None:
        """What ended the call from outside, if it was something wrong."""
        return self.over.result() if self.over.done() else None

    def end(self, refusal: Refusal | None) -> None:
        """End the call from outside; the first reason counts."""
        if not self.over.done():
            self.over.set_result(refusal)

    async def run(
        self,
        call: Call,
        wire: WireFormat,
        plan: CallPlan,
        *,
        greeting: Sequence[Message] = (),
        early: Sequence[Said] = (),
        watch: Callable[[], None] = lambda: None,
    ) -> calls.Outcome:
        """Carry the call to its end, and write that down; give how it ended.

        `greeting` is said first. `early`: what was said before. `watch` is called once the call is
        up, to look out for the end of the connection.
        """
        self.call = call
        events = engine.listen(call.sid)
        outcome = calls.Outcome()
        try:
            self._leg = leg = engine.open_leg(call.sid, wire, self._open_output())
            self._ear = self._ear_of(leg)
            for message in greeting:
                self._channel.send(message)
            for said in early:
                self.heed(said)
            self._take_over(leg)
            watch()
            session = CallSession(call, events, plan, self._press)
            program = self._tasks.start(session.run(), name=f"program of {call.sid}")
            await asyncio.wait({program, self.over}, return_when=asyncio.FIRST_COMPLETED)
            outcome = _outcome(program, self.refusal)
        finally:
            self._close_leg(call)
            await database_sync_to_async(calls.end)(call=call, outcome=outcome)
        return outcome

    def on_message(self, message: str | bytes) -> None:
        """Take one message; whatever is wrong with it ends this call and no other."""
        if self.over.done() or self._output is None:
            return
        if not self._output.allows_message():
            self._send_away()
            return
        try:
            said = self._dialect.receive(message)
            if said.__class__ is bytes and self._ear is not None:
                self._ear.receive(said)
            else:
                self.heed(said)
        except EngineError as error:
            self.end(refusal_of(error))
        except Exception:
            logger.exception("message of a client could not be read")
            self.end(Refusal(1011, 31951, "internal error"))

    def on_pong(self, frames_read: int) -> None:
        """Note what the client has read; a pong that tells nothing new counts as a message."""
        output = self._output
        if output is not None and not output.on_pong(frames_read) and not output.allows_message():
            self._send_away()

    def heed(self, said: Said) -> None:
        """Do what the other side says."""
        leg, ear = self._leg, self._ear
        assert leg is not None
        assert ear is not None
        match said:
            case bytes():
                ear.receive(said)
            case Dtmf(digit):
                engine.announce(DigitPressed(leg.leg_id, digit))
            case Mark(name):
                ear.receive_mark(name)
            case Clear():
                ear.clear()
            case Stop():
                self.end(None)
            case _:
                pass  # a greeting, or what the dialect ignores

    def _open_output(self) -> SocketOutput:
        self._output = SocketOutput(self._channel, self._dialect, self._vanished)
        return self._output

    def _ear_of(self, leg: Leg) -> Ear:
        return leg

    def _take_over(self, leg: Leg) -> None:
        self._channel.take_over(self.on_message, self.on_pong)
        # One whole frame a tick is neither malformed nor too much: there is nothing to ask of it.
        is_short = self._dialect.is_binary and self._ear is leg
        sound = Sound(leg.wire.bytes_per_frame, leg.receive) if is_short else None
        leg.poll = self._channel.start_polling(sound)
        if is_short and self._output is not None:
            leg.line = self._channel.line(self._output)

    def _press(self, digit: str) -> None:
        if (message := self._dialect.dtmf(digit)) is not None:
            self._channel.send(message)

    def _send_away(self) -> None:
        self.end(Refusal(1008, 31951, "more messages than any audio needs"))

    def _vanished(self) -> None:
        self.end(Refusal(1001, 31921, "no sign of life for 15 s"))

    def _close_leg(self, call: Call) -> None:
        if self._leg is not None:
            self._leg.poll = None
        self._channel.stop_polling()
        if self._output is not None and self._output.dropped_frames:
            logger.warning(
                "%s: %d frames were dropped, for its client did not read them in time",
                *(call.sid, self._output.dropped_frames),
            )
        self._output = self._leg = self._ear = None
        engine.forget(call.sid)
        try:
            engine.post(CloseLeg(call.sid))
        except NotRunning:
            logger.debug("the engine has closed %s already", call.sid)


def _outcome(program: asyncio.Task[calls.Outcome], refusal: Refusal | None) -> calls.Outcome:
    """What the call came to; a connection that closed first ends it as completed."""
    if refusal is not None:
        return calls.Outcome(error_code=refusal.code, error_message=refusal.text)
    if not program.done():
        return calls.Outcome()
    if program.exception() is not None:
        return calls.Outcome(error_code=INTERNAL_ERROR, error_message="internal error")
    return program.result()
