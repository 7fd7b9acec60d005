"""The media socket: one caller, from the handshake to the last frame.

A Channels consumer whose frames bypass Channels: its per-message dispatch costs three times the
frame itself and makes every frame wait for the one database thread. So it takes messages off
`receive` itself, or, where the server offers it, has them called out (`streams.channel`).
Everything that asks the database happens before the first frame or after the last.
"""

import asyncio
import logging
from typing import Final, TypeAlias

from channels.consumer import AsyncConsumer
from channels.db import database_sync_to_async
from typing_extensions import override

from conference_app import engine
from conference_app.models import Account, Call
from conference_app.services import alerts, calls, webhook_sender
from conference_app.services.call_session import CallSession
from conference_app.streams.authentication import find_caller, read_credentials
from conference_app.streams.channel import (
    Channel,
    QueuedChannel,
    Receive,
    Scope,
    Send,
    choose_channel,
)
from conference_app.streams.refusals import Refusal, refusal_of
from conference_app.streams.socket_output import SocketOutput
from media_engine import Leg, NotRunning
from media_engine.commands import CloseLeg
from media_engine.dialects import (
    Clear,
    ClientMessage,
    Dtmf,
    Mark,
    ServerDialect,
    Start,
    Stop,
    subprotocol_to_accept,
    tell_apart,
)
from media_engine.errors import EngineError
from media_engine.events import DigitPressed
from media_engine.task_set import TaskSet

logger = logging.getLogger(__name__)

START_WITHIN_S: Final = 10.0
"""Who connects and says nothing is sent away after this."""

INTERNAL_ERROR: Final = 12400
"""Twilio's code for a failure that is not the user's."""

EARLY_MESSAGES: Final = 100
"""What may come before `start`: 2 s of sound."""

MAX_REASON_BYTES: Final = 123
"""What a WebSocket close frame holds besides its code (RFC 6455, section 5.5)."""

Said: TypeAlias = bytes | ClientMessage | None


class _Gone(Exception):
    """The client closed the connection."""


class MediaConsumer(AsyncConsumer):  # type: ignore[misc]
    """Serves /media; see DESIGN section 8 and `media_engine.dialects` for what is said there."""

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        tasks = TaskSet()
        try:
            await _Conversation(scope, receive, send, tasks).run()
        finally:
            await tasks.cancel_and_wait()


class _Conversation:
    """One connection. What ends it is put into `_over`: None for an ordinary end, else what is
    wrong.
    """

    __slots__ = (
        "_account",
        "_call",
        "_dialect",
        "_early",
        "_leg",
        "_output",
        "_over",
        "_receive",
        "_scope",
        "_send",
        "_tasks",
    )

    def __init__(self, scope: Scope, receive: Receive, send: Send, tasks: TaskSet) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._tasks = tasks
        self._early: list[Said] = []
        self._over: asyncio.Future[Refusal | None] = asyncio.get_running_loop().create_future()
        self._dialect: ServerDialect | None = None
        self._leg: Leg | None = None
        self._output: SocketOutput | None = None
        self._account: Account | None = None
        self._call: Call | None = None

    async def run(self) -> None:
        await self._receive()  # websocket.connect: there is nothing else to come first
        subprotocol = subprotocol_to_accept(self._scope["subprotocols"])
        await self._send({"type": "websocket.accept", "subprotocol": subprotocol})
        try:
            try:
                async with asyncio.timeout(START_WITHIN_S):
                    start, dialect = await self._read_start()
                call = await self._begin_call(start, dialect)
            except TimeoutError:
                raise Refusal(1008, 31921, "no start message within 10 s") from None
            except EngineError as error:
                raise refusal_of(error) from error
            await self._converse(call, start, dialect)
        except _Gone:
            return
        except Refusal as refusal:
            await self._refuse(refusal)

    async def _read_start(self) -> tuple[Start, ServerDialect]:
        """Read up to the start message; keep what comes before it."""
        while True:
            message = await self._next_message()
            if self._dialect is None:
                self._dialect = tell_apart(self._scope["subprotocols"], message)
            said = self._dialect.receive(message)
            if isinstance(said, Start):
                return said, self._dialect
            if len(self._early) >= EARLY_MESSAGES:
                raise Refusal(1008, 31951, "too many messages before start")
            self._early.append(said)

    async def _next_message(self) -> str | bytes:
        event = await self._receive()
        if event["type"] != "websocket.receive":
            raise _Gone
        text: str | None = event.get("text")
        return text if text is not None else event.get("bytes") or b""

    async def _begin_call(self, start: Start, dialect: ServerDialect) -> Call:
        credentials = read_credentials(self._scope)
        caller = await database_sync_to_async(find_caller)(credentials, start)
        self._account = caller.account
        try:
            call: Call = await database_sync_to_async(calls.begin)(
                account=caller.account,
                start=start,
                dialect=dialect.name,
                caller=caller.name,
                application_sid=caller.application_sid,
            )
        except calls.NobodyThere as error:
            raise Refusal(1008, 21218, str(error)) from error
        return call

    async def _converse(self, call: Call, start: Start, dialect: ServerDialect) -> None:
        self._call = call
        # Both run already, but for servers that do not say when they start (runserver).
        await engine.start()
        webhook_sender.start()
        channel = choose_channel(self._scope, self._send, self._tasks)
        output = SocketOutput(channel, dialect, self._vanished)
        events = engine.listen(call.sid)
        outcome = calls.Outcome()
        try:
            self._leg = engine.open_leg(call.sid, start.format, output)
            self._output = output
            if (answer := dialect.started(call.sid, call.stream_sid)) is not None:
                channel.send(answer)
            for said in self._early:
                self._heed(said)
            channel.take_over(self._on_message, output.on_pong)
            self._leg.poll = channel.start_polling()
            self._tasks.spawn(self._read_to_the_end(channel), name=f"socket of {call.sid}")
            program = self._tasks.start(
                CallSession(call, events).run(), name=f"program of {call.sid}"
            )
            await asyncio.wait({program, self._over}, return_when=asyncio.FIRST_COMPLETED)
            outcome = _outcome(program, self._refusal)
        finally:
            if self._leg is not None:
                self._leg.poll = None
            channel.stop_polling()
            self._close_leg(call)
            await database_sync_to_async(calls.end)(call=call, outcome=outcome)
        if outcome.by_fault and outcome.error_code is not None and not self._over.done():
            raise Refusal(1011, outcome.error_code, outcome.error_message, on_record=True)
        await self._say_goodbye(dialect)

    async def _read_to_the_end(self, channel: Channel) -> None:
        """Wait for the disconnect; on a server without direct calls, pass messages on until
        then.
        """
        while (event := await self._receive())["type"] == "websocket.receive":
            if isinstance(channel, QueuedChannel):
                text = event.get("text")
                channel.pass_on(text if text is not None else event.get("bytes") or b"")
        self._end(None)

    def _on_message(self, message: str | bytes) -> None:
        """Take one message; whatever is wrong with it ends this conversation and no other."""
        if self._over.done() or self._output is None or self._dialect is None:
            return
        if not self._output.allows_message():
            self._end(Refusal(1008, 31951, "more messages than any audio needs"))
            return
        try:
            said = self._dialect.receive(message)
            if said.__class__ is bytes and self._leg is not None:
                self._leg.receive(said)
            else:
                self._heed(said)
        except EngineError as error:
            self._end(refusal_of(error))
        except Exception:
            logger.exception("message of a client could not be read")
            self._end(Refusal(1011, 31951, "internal error"))

    def _heed(self, said: Said) -> None:
        """Do what the client says."""
        leg = self._leg
        assert leg is not None
        match said:
            case bytes():
                leg.receive(said)
            case Dtmf(digit):
                engine.announce(DigitPressed(leg.leg_id, digit))
            case Mark(name):
                leg.receive_mark(name)
            case Clear():
                leg.clear()
            case Stop():
                self._end(None)
            case _:
                pass  # a greeting, or what the dialect ignores

    def _vanished(self) -> None:
        self._end(Refusal(1001, 31921, "no sign of life for 15 s"))

    def _end(self, refusal: Refusal | None) -> None:
        if not self._over.done():
            self._over.set_result(refusal)

    def _close_leg(self, call: Call) -> None:
        if self._output is not None and self._output.dropped_frames:
            logger.warning(
                "%s: %d frames were dropped, for its client did not read them in time",
                *(call.sid, self._output.dropped_frames),
            )
        engine.forget(call.sid)
        try:
            engine.post(CloseLeg(call.sid))
        except NotRunning:
            logger.debug("the engine has closed %s already", call.sid)

    @property
    def _refusal(self) -> Refusal | None:
        """What ended the conversation, if it was something wrong."""
        return self._over.result() if self._over.done() else None

    async def _say_goodbye(self, dialect: ServerDialect) -> None:
        """Close the socket, with a reason if there is one; the client may be gone already."""
        if (refusal := self._refusal) is not None:
            raise refusal
        if not self._over.done() and (goodbye := dialect.stop("completed")) is not None:
            await self._send_last(goodbye)
        await self._close(1000, "")

    async def _refuse(self, refusal: Refusal) -> None:
        call_sid = self._leg.leg_id if self._leg is not None else "no call yet"
        logger.warning("media socket closed: %s: %d %s", call_sid, refusal.code, refusal.text)
        if self._dialect is not None:
            message = self._dialect.error(refusal.code, refusal.text)
            if message is not None:
                await self._send_last(message)
        await self._close(refusal.close_code, f"{refusal.code}: {refusal.text}")
        if self._account is not None and not refusal.on_record:
            await alerts.report(
                account=self._account, call=self._call, code=refusal.code, message=refusal.text
            )

    async def _send_last(self, message: str | bytes) -> None:
        key = "text" if isinstance(message, str) else "bytes"
        await self._quietly({"type": "websocket.send", key: message})

    async def _close(self, close_code: int, reason: str) -> None:
        short = reason.encode()[:MAX_REASON_BYTES].decode(errors="ignore")
        await self._quietly({"type": "websocket.close", "code": close_code, "reason": short})

    async def _quietly(self, event: dict[str, object]) -> None:
        """Send to a client that may be gone, each server having its own way to say so."""
        try:
            await self._send(event)
        except Exception as error:
            logger.debug("client is gone: %s", type(error).__name__)


def _outcome(program: asyncio.Task[calls.Outcome], refusal: Refusal | None) -> calls.Outcome:
    """What the call came to; a socket that closed first ends it as completed."""
    if refusal is not None:
        return calls.Outcome(error_code=refusal.code, error_message=refusal.text)
    if not program.done():
        return calls.Outcome()
    if program.exception() is not None:
        return calls.Outcome(error_code=INTERNAL_ERROR, error_message="internal error")
    return program.result()
