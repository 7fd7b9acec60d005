"""A call without a socket: this process speaks in it, one sound again and again, and hears
nothing.
"""

import asyncio
from typing import ClassVar, Final

from typing_extensions import override

from conference_app import engine
from conference_app.models import Call
from conference_app.services import calls
from conference_app.services.call_plan import PlacedCall
from conference_app.streams.carried_call import CarriedCall
from conference_app.streams.channel import OnMessage, OnPong, Sound
from conference_app.streams.socket_output import SocketOutput
from media_engine import Leg, Pcm
from media_engine.codecs import get_codec
from media_engine.dialects import DIALECTS, L16, Dialect, WireFormat
from media_engine.pcm import samples_per_frame
from media_engine.task_set import TaskSet

PAUSE_S: Final = 1
"""Between the end of the sound and its beginning."""

LOOKS_EVERY_S: Final = 1.0
WAITS_S: Final = 10
"""For how long it is alone before it has met anybody; afterwards it leaves at once."""


class _Nowhere:
    """A `streams.channel.Channel` that leads to nobody."""

    tells_of_reading = False

    def take_over(self, on_message: OnMessage, on_pong: OnPong) -> None:
        """Nothing will come."""

    def start_polling(self, sound: Sound | None = None) -> None:
        """Nothing will come."""

    def line(self, output: SocketOutput) -> None:
        """It is none."""

    def stop_polling(self) -> None:
        """Nothing came."""

    def was_heard(self) -> bool:
        return False

    def send(self, message: str | bytes, ping: int | None = None) -> None:
        """Nobody hears it, and nobody answers."""


class SpeakerCall(CarriedCall):
    """A CarriedCall that feeds its leg from memory, as much as is due at each tick."""

    __slots__ = ("_at", "_frame_bytes", "_sound", "_wire")

    DIALECT: ClassVar[Dialect] = DIALECTS["native"]

    def __init__(self, voice: Pcm, tasks: TaskSet) -> None:
        """Prepare a call; `voice` is at the mixing rate."""
        super().__init__(_Nowhere(), self.DIALECT.client(), tasks)
        rate_hz = engine.mix_rate_hz()
        self._wire = WireFormat(L16, rate_hz)
        self._frame_bytes = self._wire.bytes_per_frame
        pause = PAUSE_S * rate_hz - len(voice) % samples_per_frame(rate_hz)
        silence = get_codec(L16).silence * pause
        self._sound = get_codec(L16).encode(voice) + silence
        self._at = 0

    async def converse(self, call: Call, placed: PlacedCall) -> calls.Outcome:
        """Carry the call to its end, which comes when nobody else is in its conference."""
        company = self._leave_when_alone(call.sid, placed.address)
        watching = self._tasks.start(company, name=f"company of {call.sid}")
        try:
            return await self.run(call, self._wire, plan=placed.plan)
        finally:
            watching.cancel()

    @override
    def _take_over(self, leg: Leg) -> None:
        leg.poll = self._speak

    def _speak(self) -> None:
        """Let the leg have what it may hold before it thinks that it is behind."""
        leg = self._leg
        assert leg is not None
        while len(leg.jitter) < leg.jitter.prefill:
            leg.receive(self._sound[self._at : self._at + self._frame_bytes])
            self._at = (self._at + self._frame_bytes) % len(self._sound)

    async def _leave_when_alone(self, call_sid: str, conference_sid: str) -> None:
        patience_s: float = WAITS_S
        while patience_s > 0:
            await asyncio.sleep(LOOKS_EVERY_S)
            if any(view.leg_id != call_sid for view in engine.view(conference_sid)):
                patience_s = LOOKS_EVERY_S
            else:
                patience_s -= LOOKS_EVERY_S
        self.end(None)
