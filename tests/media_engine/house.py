"""A registry whose legs speak linear sound at the mixing rate, and what each of them is sent."""

from typing import Any

import numpy as np

from media_engine.commands import Command, JoinConference, JoinTerms
from media_engine.conference_mixer import Beeps
from media_engine.dialects import L16, WireFormat
from media_engine.events import Event, RoomKey
from media_engine.leg import Leg
from media_engine.pcm import Pcm
from media_engine.registry import Registry
from media_engine.sources import Clip

RATE_HZ = 8000
FRAME = 160
NO_SOUND = np.zeros(0, np.int16)


class Output:
    """What was sent to one client."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.broken = False

    def audio(self, payload: bytes) -> None:
        if self.broken:
            raise RuntimeError("the socket is gone")
        self.sent.append(payload)

    def mark(self, name: str) -> None:
        raise AssertionError("no mark was sent")

    @property
    def level(self) -> int:
        """The last sample that was sent."""
        return int(np.frombuffer(self.sent[-1], "<i2")[-1])


class BrokenTape:
    """A recording whose every frame fails."""

    path = "broken.wav"

    def write(self, pcm: Pcm) -> None:
        raise RuntimeError("no tape")

    def skip(self, samples: int) -> None:
        raise AssertionError("nothing was skipped")

    def note(self, sample: int, words: str) -> None:
        raise AssertionError("nothing was noted")

    def finish(self) -> None:
        pass


class House:
    """A registry whose legs speak linear sound at the mixing rate, without beeps."""

    def __init__(self, rate_hz: int = RATE_HZ) -> None:
        self.events: list[Event] = []
        self.wire = WireFormat(L16, rate_hz)
        self.legs: dict[str, Leg] = {}
        self.outputs: dict[str, Output] = {}
        self.registry = Registry(
            mix_rate_hz=rate_hz,
            beeps=Beeps(NO_SOUND, NO_SOUND),
            open_recording=lambda conference_id, recording_id: BrokenTape(),
            open_leg_recording=lambda *names: BrokenTape(),
            emit=self.events.append,
        )

    def open(self, *leg_ids: str, wire: WireFormat | None = None, prefill: int = 1) -> None:
        for leg_id in leg_ids:
            output = self.outputs[leg_id] = Output()
            self.legs[leg_id] = self.registry.open_leg(
                leg_id, wire or self.wire, output, prefill=prefill
            )

    def join(self, leg_id: str, room: str = "R", conference_id: str = "CF1", **terms: Any) -> None:
        terms = {"prefill": 1} | terms
        self.apply(JoinConference(leg_id, RoomKey("AC", room), conference_id, JoinTerms(**terms)))

    def meet(self, *leg_ids: str, **terms: Any) -> None:
        self.open(*leg_ids)
        for leg_id in leg_ids:
            self.join(leg_id, **terms)
        self.events.clear()

    def apply(self, command: Command) -> None:
        self.registry.apply(command)

    def tick(self, **levels: int) -> dict[str, int]:
        """Let these legs say a constant; give the last sample that each leg was sent."""
        for leg_id, level in levels.items():
            samples = self.legs[leg_id].wire.rate_hz // 50
            self.legs[leg_id].receive(np.full(samples, level, "<i2").tobytes())
        self.registry.tick()
        return {leg_id: output.level for leg_id, output in self.outputs.items() if output.sent}


def clip(level: int, frames: int = 1) -> Clip:
    return Clip(np.full(frames * FRAME, level, np.int16))
