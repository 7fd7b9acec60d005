"""The media socket: one caller, from the handshake to the last frame.

A Channels consumer whose frames bypass Channels: its per-message dispatch costs three times the
frame itself and makes every frame wait for the one database thread. So it takes messages off
`receive` itself, or, where the server offers it, has them called out (`streams.channel`).
Everything that asks the database happens before the first frame or after the last.
"""

import asyncio
import logging
from typing import Final, NamedTuple

from channels.consumer import AsyncConsumer
from channels.db import database_sync_to_async
from typing_extensions import override

from conference_app import engine
from conference_app.models import Account, Call
from conference_app.services import alerts, calling, calls, documents, webhook_sender
from conference_app.services.call_plan import CallPlan
from conference_app.streams import calling_out
from conference_app.streams.authentication import (
    find_account_to_register,
    find_caller,
    read_credentials,
)
from conference_app.streams.carried_call import CarriedCall, Said
from conference_app.streams.channel import (
    Channel,
    QueuedChannel,
    Receive,
    Scope,
    Send,
    choose_channel,
)
from conference_app.streams.refusals import Refusal, refusal_of
from conference_app.streams.registrations import REGISTRATIONS, Registration
from media_engine.dialects import (
    Answer,
    Mark,
    Register,
    Reject,
    ServerDialect,
    Start,
    Stop,
    WireFormat,
    subprotocol_to_accept,
    tell_apart,
)
from media_engine.errors import EngineError
from media_engine.task_set import TaskSet

logger = logging.getLogger(__name__)

START_WITHIN_S: Final = 10.0
"""Who connects and says nothing is sent away after this."""

EARLY_MESSAGES: Final = 100
"""What may come before `start`: 2 s of sound. Who takes calls may say as much, and again as much
for each call that rings.
"""

MAY_ASK_EVERY_S: Final = 5.0
"""Who takes calls may send a mark so often besides, to learn whether the connection still is."""

MAX_REASON_BYTES: Final = 123
"""What a WebSocket close frame holds besides its code (RFC 6455, section 5.5)."""


class _Gone(Exception):
    """The client closed the connection."""


class _Begun(NamedTuple):
    """A call that is there, how its sound is written, and what it is to do."""

    call: Call
    wire: WireFormat
    plan: CallPlan


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
    """One connection, in which a call is made, or waited for and answered."""

    __slots__ = (
        "_account",
        "_carried",
        "_channel",
        "_dialect",
        "_early",
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
        self._dialect: ServerDialect | None = None
        self._account: Account | None = None
        self._carried: CarriedCall | None = None

    async def run(self) -> None:
        await self._receive()  # websocket.connect: there is nothing else to come first
        subprotocol = subprotocol_to_accept(self._scope["subprotocols"])
        await self._send({"type": "websocket.accept", "subprotocol": subprotocol})
        try:
            try:
                async with asyncio.timeout(START_WITHIN_S):
                    opening, dialect = await self._read_opening()
                await _start_what_serves()
                self._channel = choose_channel(self._scope, self._send, self._tasks)
                if isinstance(opening, Start):
                    begun = await self._begin_call(opening, dialect)
                else:
                    begun = await self._take_calls(opening, dialect)
            except TimeoutError:
                raise Refusal(1008, 31921, "no start message within 10 s") from None
            except EngineError as error:
                raise refusal_of(error) from error
            await self._converse(begun, dialect)
        except _Gone:
            return
        except Refusal as refusal:
            await self._refuse(refusal)

    async def _read_opening(self) -> tuple[Start | Register, ServerDialect]:
        """Read up to the start message; keep what comes before it."""
        while True:
            message = await self._next_message()
            if self._dialect is None:
                self._dialect = tell_apart(self._scope["subprotocols"], message)
            said = self._dialect.receive(message)
            if isinstance(said, Start | Register):
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

    async def _begin_call(self, start: Start, dialect: ServerDialect) -> _Begun:
        try:
            begun: _Begun = await database_sync_to_async(self._admit)(start, dialect)
        except calls.NobodyThere as error:
            raise Refusal(1008, 21218, str(error)) from error
        return begun

    def _admit(self, start: Start, dialect: ServerDialect) -> _Begun:
        """See who calls, write the call down and read what it begins with: all that the database
        is asked, in one go, for each is a change of threads.
        """
        caller = find_caller(read_credentials(self._scope), start)
        self._account = caller.account
        call = calls.begin(
            account=caller.account,
            start=start,
            dialect=dialect.name,
            caller=caller.name,
            application_sid=caller.application_sid,
        )
        return _Begun(call, start.format, documents.first_plan(call))

    async def _take_calls(self, register: Register, dialect: ServerDialect) -> _Begun:
        """Be registered until a call is answered."""
        credentials = read_credentials(self._scope)
        account = await database_sync_to_async(find_account_to_register)(credentials, register)
        if account is None:
            raise Refusal(1008, 20003, "authentication failed")
        self._account = account
        self._early.clear()
        registration = Registration(account.sid, register.identity, dialect, self._channel.send)
        REGISTRATIONS.add(registration)
        begun: _Begun | None = None
        try:
            if (welcome := dialect.registered(register.identity)) is not None:
                self._channel.send(welcome)
            begun = await self._answered(registration, dialect)
            return begun
        finally:
            REGISTRATIONS.remove(registration, busy=begun is not None)

    async def _answered(self, registration: Registration, dialect: ServerDialect) -> _Begun:
        """Heed what one who takes calls says, until it has one."""
        loop = asyncio.get_running_loop()
        since, count = loop.time(), 0
        while True:
            said = dialect.receive(await self._next_message())
            match said:
                case Answer():
                    if (begun := await self._take(said, registration, dialect)) is not None:
                        return begun
                case Reject(call_sid):
                    registration.reject(call_sid)
                case Mark(name) if (echo := dialect.mark(name)) is not None:
                    self._channel.send(echo)
                case Stop():
                    await self._close(1000, "")
                    raise _Gone
            count += 1
            asked = int((loop.time() - since) / MAY_ASK_EVERY_S)
            if count > EARLY_MESSAGES * (1 + registration.rung) + asked:
                raise Refusal(1008, 31951, "too many messages without a call")

    async def _take(
        self, answer: Answer, registration: Registration, dialect: ServerDialect
    ) -> _Begun | None:
        """Take a call, if it can still be had."""
        placed = registration.answer(answer.call_sid)
        if placed is None:
            return None
        try:
            call = await database_sync_to_async(calling.answered)(
                call=placed.call, dialect=dialect.name
            )
        except calling.CallIsUnderWay:
            registration.cancel(answer.call_sid, "canceled")
            return None
        return _Begun(call, answer.format, placed.plan)

    async def _converse(self, begun: _Begun, dialect: ServerDialect) -> None:
        call, channel = begun.call, self._channel
        self._carried = carried = CarriedCall(channel, dialect, self._tasks)
        started = dialect.started(call.sid, call.stream_sid)
        outcome = await carried.run(
            call,
            begun.wire,
            begun.plan,
            greeting=() if started is None else (started,),
            early=self._early,
            watch=lambda: self._tasks.spawn(
                self._read_to_the_end(channel, carried), name=f"socket of {call.sid}"
            ),
        )
        if outcome.by_fault and outcome.error_code is not None and not carried.over.done():
            raise Refusal(1011, outcome.error_code, outcome.error_message, on_record=True)
        await self._say_goodbye(carried, dialect)

    async def _read_to_the_end(self, channel: Channel, carried: CarriedCall) -> None:
        """Wait for the disconnect; on a server without direct calls, pass messages on until
        then.
        """
        while (event := await self._receive())["type"] == "websocket.receive":
            if isinstance(channel, QueuedChannel):
                text = event.get("text")
                channel.pass_on(text if text is not None else event.get("bytes") or b"")
        carried.end(None)

    async def _say_goodbye(self, carried: CarriedCall, dialect: ServerDialect) -> None:
        """Close the socket, with a reason if there is one; the client may be gone already."""
        if (refusal := carried.refusal) is not None:
            raise refusal
        if not carried.over.done() and (goodbye := dialect.stop("completed")) is not None:
            await self._send_last(goodbye)
        await self._close(1000, "")

    async def _refuse(self, refusal: Refusal) -> None:
        call = self._carried.call if self._carried is not None else None
        call_sid = call.sid if call is not None else "no call yet"
        logger.warning("media socket closed: %s: %d %s", call_sid, refusal.code, refusal.text)
        if self._dialect is not None:
            message = self._dialect.error(refusal.code, refusal.text)
            if message is not None:
                await self._send_last(message)
        await self._close(refusal.close_code, f"{refusal.code}: {refusal.text}")
        if self._account is not None and not refusal.on_record:
            await alerts.report(
                account=self._account, call=call, code=refusal.code, message=refusal.text
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


async def _start_what_serves() -> None:
    """All of it runs already, but for servers that do not say when they start (runserver)."""
    await engine.start()
    webhook_sender.start()
    calling_out.start()
