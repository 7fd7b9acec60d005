"""A meeting in simulated time: frames and ticks come when a network and a busy machine bring them.

Everything goes the way of live sound, from the payload that a socket gives to the one it gets; only
the clock is ours, so that ten minutes pass in seconds and are the same each time.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from media_engine.codecs import get_codec
from media_engine.commands import Command, JoinConference, JoinTerms
from media_engine.dialects import WireFormat
from media_engine.events import RoomKey
from media_engine.leg import Leg
from media_engine.pcm import FRAME_MS, Pcm, samples_per_frame
from tests.media_engine.house import House, Output

MIX_RATE_HZ: Final = 16_000
CONFERENCE_ID: Final = "CF1"

_ROOM: Final = RoomKey("AC", "R")
_NOTHING: Final[Pcm] = np.zeros(0, dtype=np.int16)


@dataclass
class _Caller:
    leg: Leg
    output: Output
    payloads: list[bytes]
    """What it says; afterwards it says silence."""
    silence: bytes
    phase_ms: float
    jitter_ms: float
    sent: int = 0
    arrives_ms: float = 0.0


class SimulatedMeeting:
    """A meeting whose callers send one frame every 20 ms from the first tick on.

    `late_ms`: each tick begins up to so much after its time, at random.
    """

    def __init__(self, *, late_ms: float = 0.0, seed: int = 0) -> None:
        self.events: list[object] = []
        self._house = House(MIX_RATE_HZ)
        self._random = np.random.default_rng(seed)
        self._late_ms = late_ms
        self._callers: dict[str, _Caller] = {}
        self._ticks = 0

    def join(
        self,
        leg_id: str,
        wire: WireFormat,
        says: Pcm = _NOTHING,
        *,
        phase_ms: float = 10.0,
        jitter_ms: float = 0.0,
        **terms: Any,
    ) -> None:
        """Bring somebody in who says this, at the rate of the wire, from the next tick on.

        Frame n is sent at n * 20 ms + `phase_ms`, and arrives up to `jitter_ms` later, at random,
        but after the one before it, as over TCP. The jitter buffer is the default one.
        """
        self._house.open(leg_id, wire=wire)
        self.apply(JoinConference(leg_id, _ROOM, CONFERENCE_ID, JoinTerms(**terms)))
        codec, samples = get_codec(wire.encoding), samples_per_frame(wire.rate_hz)
        frames = says[: len(says) // samples * samples].reshape(-1, samples)
        caller = _Caller(
            self._house.legs[leg_id],
            self._house.outputs[leg_id],
            [codec.encode(frame) for frame in frames],
            codec.silence * samples,
            self._ticks * FRAME_MS + phase_ms,
            jitter_ms,
        )
        self._send_next(caller)
        self._callers[leg_id] = caller

    def apply(self, command: Command) -> None:
        self._house.apply(command)

    def run(self, ticks: int) -> None:
        """Let so much time pass."""
        for late_ms in self._random.uniform(0, self._late_ms, ticks):
            now_ms = self._ticks * FRAME_MS + late_ms
            for caller in self._callers.values():
                while caller.arrives_ms <= now_ms:
                    self._arrive(caller)
            self._house.registry.tick()
            self._ticks += 1

    def leg(self, leg_id: str) -> Leg:
        return self._callers[leg_id].leg

    def heard(self, leg_id: str) -> Pcm:
        """All that a caller was sent, at the rate of its wire."""
        caller = self._callers[leg_id]
        return get_codec(caller.leg.wire.encoding).decode(b"".join(caller.output.sent))

    def heard_frames(self, leg_id: str) -> NDArray[np.int16]:
        """The same, one row a tick."""
        return self.heard(leg_id).reshape(len(self._callers[leg_id].output.sent), -1)

    def _arrive(self, caller: _Caller) -> None:
        index = caller.sent - 1
        said = caller.payloads[index] if index < len(caller.payloads) else caller.silence
        caller.leg.receive(said)
        self._send_next(caller)

    def _send_next(self, caller: _Caller) -> None:
        delay_ms = self._random.uniform(0, caller.jitter_ms)
        due_ms = caller.sent * FRAME_MS + caller.phase_ms
        caller.arrives_ms = max(caller.arrives_ms, due_ms + delay_ms)
        caller.sent += 1
