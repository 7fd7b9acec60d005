"""A call to an agent: a WebSocket server for Media Streams, to which we are Twilio."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final, cast

from typing_extensions import override

from conference_app.http_client import Pong, Socket
from conference_app.models import Call
from conference_app.services import calls
from conference_app.services.call_plan import CallPlan
from conference_app.streams.agent_playout import AgentPlayout
from conference_app.streams.carried_call import CarriedCall, Ear, Said
from conference_app.streams.channel import OnMessage, OnPong, Sound
from conference_app.streams.refusals import Refusal, refusal_of
from conference_app.streams.socket_output import SocketOutput
from media_engine import Leg
from media_engine.dialects import MULAW, ClientDialect, Start, WireFormat
from media_engine.errors import EngineError
from media_engine.task_set import TaskSet

logger = logging.getLogger(__name__)

FORMAT: Final = WireFormat(MULAW, 8000)

_CLOSED_WELL: Final = (1000, 1001, 1005, None)


class AgentChannel:
    """A `streams.channel.Channel` on a socket whose loop is another thread's; what comes there is
    fetched by AgentCall, once a tick.
    """

    tells_of_reading = True

    def __init__(self, socket: Socket) -> None:
        self._socket = socket

    def take_over(self, on_message: OnMessage, on_pong: OnPong) -> None:
        """Nothing is called out: it is fetched."""

    def start_polling(self, sound: Sound | None = None) -> None:
        """AgentCall does that."""

    def line(self, output: SocketOutput) -> None:
        """It is none."""

    def stop_polling(self) -> None:
        """AgentCall does that."""

    def was_heard(self) -> bool:
        return False

    def send(self, message: str | bytes, ping: int | None = None) -> None:
        self._socket.send(message)
        if ping is not None:
            self._socket.ping(ping)


class AgentCall(CarriedCall):
    """A CarriedCall that fetches what the agent says, and plays it when it is due."""

    __slots__ = ("_agent", "_playout")

    def __init__(self, socket: Socket, dialect: ClientDialect, tasks: TaskSet) -> None:
        super().__init__(AgentChannel(socket), dialect, tasks)
        self._agent = socket
        self._playout: AgentPlayout | None = None

    async def converse(self, call: Call, plan: CallPlan, dialect: ClientDialect) -> calls.Outcome:
        """Say Twilio's opening, and carry the call to its end."""
        start = Start(
            to="",  # nobody's parameter: Twilio tells an agent its own parameters only
            from_=None,
            format=FORMAT,
            call_sid=call.sid,
            stream_sid=call.stream_sid,
            account_sid=call.account.sid,
            custom_parameters=plan.parameters,
        )
        outcome = await self.run(call, FORMAT, greeting=dialect.opening(start), plan=plan)
        if (goodbye := dialect.stop()) is not None:
            self._agent.send(goodbye)
        return outcome

    def connection_lost(self) -> None:
        """The socket is over; what it was closed for ends the call."""
        if isinstance(fault := self._agent.fault, EngineError):
            self.end(refusal_of(fault))
        elif fault is not None:
            logger.error("message of an agent could not be read", exc_info=fault)
            self.end(Refusal(1011, 31951, "internal error"))
        elif self._agent.overflowed:
            self.end(Refusal(1008, 31921, "the agent does not read what it is sent"))
        elif (code := self._agent.close_code) not in _CLOSED_WELL:
            self.end(Refusal(1000, 31921, f"the agent's connection was closed with {code}"))
        else:
            self.end(None)

    @override
    def _ear_of(self, leg: Leg) -> Ear:
        self._playout = AgentPlayout(leg)
        return self._playout

    @override
    def _take_over(self, leg: Leg) -> None:
        # What an agent has said ahead is played at its pace, heard or not, and its marks with it.
        leg.may_rest = False
        leg.poll = self._fetch

    def _fetch(self) -> None:
        """Take what has come, and let the leg have what is due."""
        output, playout = self._output, self._playout
        assert output is not None
        assert playout is not None
        incoming = self._agent.incoming
        if incoming:
            output.allows_message()  # a sign of life; how much comes is bounded by the socket
        try:
            while incoming and not playout.is_full:
                said = incoming.popleft()
                if isinstance(said, Pong):
                    output.on_pong(said.number)
                else:
                    self.heed(cast(Said, said))
            playout.top_up()
        except EngineError as error:
            self.end(refusal_of(error))


def tell_in_this_loop(call: Callable[[], None]) -> Callable[[], None]:
    """Give what has `call` called in the running loop, from any thread; nothing once it is
    closed.
    """
    loop = asyncio.get_running_loop()

    def tell() -> None:
        try:
            loop.call_soon_threadsafe(call)
        except RuntimeError:
            logger.debug("an agent's socket ended after the server")

    return tell
