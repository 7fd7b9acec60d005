"""Makes calls: rings at registered clients, connects to agents, and carries agents' calls, and
those of the test speaker.

A client's call is carried by the connection that answers it (`consumers`). Everything here belongs
to the engine's loop.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from channels.db import database_sync_to_async
from django.conf import settings

from conference_app.http_client import (
    FetchCode,
    FetchError,
    HttpSettings,
    Socket,
    SocketClient,
    read_networks,
)
from conference_app.models import Call, CallStatus
from conference_app.services import alerts, calling, dialing, sounds, test_speaker
from conference_app.services.call_plan import PlacedCall
from conference_app.services.calls import Outcome
from conference_app.services.dialing import CallingState
from conference_app.streams.agent_call import AgentCall, tell_in_this_loop
from conference_app.streams.registrations import REGISTRATIONS
from conference_app.streams.speaker_call import SpeakerCall
from media_engine.dialects import DIALECTS
from media_engine.errors import EngineError
from media_engine.task_set import TaskSet

logger = logging.getLogger(__name__)

CALLEE_UNAVAILABLE: Final = 31480
HANDSHAKE_ERROR: Final = 31920
"""Twilio's codes for a client that has not registered, and for a stream's server that refuses."""

_AGENTS: Final = DIALECTS["twilio"]
_REFUSALS: Final = (FetchCode.ERROR_STATUS, FetchCode.PROTOCOL_VIOLATION)


class CallsOut:
    """A `services.dialing.Carrier`: the calls that this process makes."""

    def __init__(self) -> None:
        self._tasks = TaskSet()
        self._ringing: dict[str, asyncio.Task[None]] = {}
        allowed = read_networks(settings.CONFAB_ALLOWED_NETWORKS)
        self._sockets = SocketClient(HttpSettings(allowed=allowed))

    @property
    def state(self) -> CallingState:
        return CallingState(ringing=len(self._ringing), registered=len(REGISTRATIONS))

    def carry(self, placed: PlacedCall) -> None:
        sid = placed.call.sid
        self._ringing[sid] = self._tasks.start(self._carry(placed), name=f"calling out {sid}")

    def call_off(self, call_sid: str) -> None:
        task = self._ringing.get(call_sid)
        if task is not None:
            task.cancel()

    async def stop(self) -> None:
        """End all calls that ring, and the agents' calls."""
        await self._tasks.cancel_and_wait()
        await self._sockets.close()

    async def _carry(self, placed: PlacedCall) -> None:
        # What remains when this is cancelled; the row may say so already.
        outcome: Outcome | None = Outcome(status=CallStatus.CANCELED)
        try:
            outcome = await self._way_of(placed)(placed)
        except calling.CallIsUnderWay:
            outcome = None
        except Exception:
            outcome = Outcome(status=CallStatus.FAILED, error_message="internal error")
            raise
        finally:
            self._ringing.pop(placed.call.sid, None)
            if outcome is not None:
                await _give_up(placed.call, outcome)

    def _way_of(self, placed: PlacedCall) -> Callable[[PlacedCall], Awaitable[Outcome | None]]:
        if placed.is_to_client:
            return self._ring
        return self._call_test_speaker if placed.is_to_test_speaker else self._call_agent

    async def _call_test_speaker(self, placed: PlacedCall) -> Outcome | None:
        """Carry a call in which this process speaks; None: it was carried to its end."""
        try:
            voice = await test_speaker.voice()
        except (EngineError, OSError) as error:
            logger.exception("the test speaker has no voice")
            return Outcome(CallStatus.FAILED, sounds.CONTENT_NOT_PLAYABLE, str(error))
        call = await database_sync_to_async(calling.answered)(
            call=placed.call, dialect=SpeakerCall.DIALECT.name
        )
        self._ringing.pop(call.sid, None)
        await SpeakerCall(voice, self._tasks).converse(call, placed)
        return None

    async def _ring(self, placed: PlacedCall) -> Outcome | None:
        """Ring at all clients of an identity; None: one of them has the call."""
        nobody = Outcome(
            status=CallStatus.NO_ANSWER,
            error_code=CALLEE_UNAVAILABLE,
            error_message=f"nobody takes the calls of {placed.address}",
        )
        if not REGISTRATIONS.has(placed.call.account.sid, placed.address):
            return nobody
        await database_sync_to_async(calling.ringing)(call=placed.call)
        ringing = REGISTRATIONS.ring(placed)
        if ringing is None:
            return nobody
        try:
            async with asyncio.timeout(placed.plan.ringing_s):
                return await ringing.outcome
        except TimeoutError:
            ringing.call_off("timeout")
            return Outcome(status=CallStatus.NO_ANSWER)
        except asyncio.CancelledError:
            ringing.call_off("canceled")
            raise

    async def _call_agent(self, placed: PlacedCall) -> Outcome | None:
        """Connect to an agent's URL, and carry the call; None: it was carried to its end."""
        await database_sync_to_async(calling.ringing)(call=placed.call)
        dialect = _AGENTS.client()
        lost = _Later()
        try:
            async with asyncio.timeout(placed.plan.ringing_s):
                socket = await self._sockets.connect(
                    placed.address,
                    sign_with=placed.call.account.auth_token,
                    subprotocol=_AGENTS.subprotocol,
                    read=dialect.receive,
                    on_closed=tell_in_this_loop(lost.happen),
                )
        except TimeoutError:
            return Outcome(status=CallStatus.NO_ANSWER)
        except FetchError as error:
            code = HANDSHAKE_ERROR if error.code in _REFUSALS else int(error.code)
            return Outcome(CallStatus.FAILED, code, error.reason)
        try:
            call = await database_sync_to_async(calling.answered)(
                call=placed.call, dialect=_AGENTS.name
            )
            self._ringing.pop(call.sid, None)
            carried = AgentCall(socket, dialect, self._tasks)
            lost.tell(carried.connection_lost)
            await carried.converse(call, placed.plan, dialect)
            if (refusal := carried.refusal) is not None:
                logger.warning("agent's call ended: %s: %s", call.sid, refusal.text)
                await alerts.report(
                    account=call.account, call=call, code=refusal.code, message=refusal.text
                )
        finally:
            await self._hang_up(socket)
        return None

    async def _hang_up(self, socket: Socket) -> None:
        try:
            await self._sockets.hang_up(socket)
        except FetchError:
            logger.debug("the server is shutting down, and with it the agents' sockets")


class _Later:
    """Something that may happen before it is known who is to be told."""

    def __init__(self) -> None:
        self._happened = False
        self._tell: Callable[[], None] | None = None

    def happen(self) -> None:
        self._happened = True
        if self._tell is not None:
            self._tell()

    def tell(self, whom: Callable[[], None]) -> None:
        """Say who is told; at once if it has happened."""
        self._tell = whom
        if self._happened:
            whom()


async def _give_up(call: Call, outcome: Outcome) -> None:
    """Write down what came of a call that nobody took, unless that is known already."""
    try:
        await database_sync_to_async(calling.not_answered)(call=call, outcome=outcome)
    except calling.CallIsUnderWay:
        return
    if outcome.error_code is not None:
        await alerts.report(
            account=call.account, call=call, code=outcome.error_code, message=outcome.error_message
        )


_running: CallsOut | None = None


def start() -> None:
    """Make calls from now on, in the running loop; no effect when that is so."""
    global _running
    if _running is None:
        _running = CallsOut()
        dialing.carry_with(_running)


async def stop() -> None:
    """Make no more calls; end those that ring, and those with agents."""
    global _running
    if _running is not None:
        stopping, _running = _running, None
        dialing.carry_with(None)
        await stopping.stop()
