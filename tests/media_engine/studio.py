"""A registry whose legs say constants, and the recordings of its legs."""

from typing import Any

import numpy as np

from media_engine.codecs import get_codec
from media_engine.commands import (
    Command,
    JoinConference,
    JoinTerms,
    LegRecordingTerms,
    Play,
    RecordedSides,
    StartLegRecording,
)
from media_engine.conference_mixer import Beeps
from media_engine.dialects import L16, WireFormat
from media_engine.events import Event, RoomKey
from media_engine.leg import Leg
from media_engine.pcm import Pcm
from media_engine.registry import Registry
from media_engine.sources import Clip

RATE_HZ = 8000
FRAME = 160
WIRE = WireFormat(L16, RATE_HZ)
NO_SOUND = np.zeros(0, np.int16)
MUSIC = 5000
SPOKEN, HEARD = RecordedSides.SPOKEN, RecordedSides.HEARD
TOGETHER, APART = RecordedSides.TOGETHER, RecordedSides.APART


class Deaf:
    """A client that reads nothing of what it is sent."""

    def audio(self, payload: bytes) -> None:
        pass

    def mark(self, name: str) -> None:
        raise AssertionError("no mark was sent")


class Tape:
    """A recording: the last sample of each frame and channel, silence that was skipped, the end."""

    def __init__(self, *names: object) -> None:
        self.names = names
        self.path = f"{names[2]}.wav"
        self.heard: list[Any] = []
        self.notes: list[str] = []

    def write(self, pcm: Pcm) -> None:
        assert pcm.dtype == np.int16
        assert len(pcm) == FRAME
        self.heard.append(pcm[-1].tolist())

    def skip(self, samples: int) -> None:
        self.heard.append(f"skip {samples}")

    def note(self, sample: int, words: str) -> None:
        self.notes.append(words)

    def finish(self) -> None:
        self.heard.append("end")


class Studio:
    """A registry whose legs say constants."""

    def __init__(self) -> None:
        self.tapes: list[Tape] = []
        self.events: list[Event] = []
        self.legs: dict[str, Leg] = {}
        self.registry = Registry(
            mix_rate_hz=RATE_HZ,
            beeps=Beeps(NO_SOUND, NO_SOUND),
            open_recording=lambda *names: Tape(*names, "the meeting's"),
            open_leg_recording=self._record,
            emit=self.events.append,
        )

    def _record(self, *names: object) -> Tape:
        self.tapes.append(Tape(*names))
        return self.tapes[-1]

    def join(
        self,
        leg_id: str,
        sides: RecordedSides | None = None,
        *,
        waiting: bool = False,
        **terms: Any,
    ) -> None:
        if leg_id not in self.legs:
            self.open(leg_id)
        if sides is not None:
            terms["own_recording"] = LegRecordingTerms(f"RE-{leg_id}", sides, waiting, "a wish")
        joined = JoinTerms(prefill=1, **terms)
        self.apply(JoinConference(leg_id, RoomKey("AC", "R"), "CF1", joined))

    def open(self, leg_id: str) -> None:
        self.legs[leg_id] = self.registry.open_leg(leg_id, WIRE, Deaf(), prefill=1)

    def apply(self, *commands: Command) -> None:
        for command in commands:
            self.registry.apply(command)

    def said(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.events if isinstance(event, kind)]

    def tick(self, ticks: int = 1, skipped: int = 0, **levels: int) -> None:
        for _ in range(ticks):
            for leg_id, level in levels.items():
                said = np.full(FRAME, level, np.int16)
                self.legs[leg_id].receive(get_codec(L16).encode(said))
            self.registry.tick(skipped)


def music() -> Clip:
    return Clip(np.full(FRAME, MUSIC, np.int16), times=0)


def three(sides: RecordedSides) -> Studio:
    """Three in a meeting, of whom "a" is recorded; all say silence of their own accord."""
    studio = Studio()
    studio.join("a", sides)
    studio.join("b")
    studio.join("c")
    studio.tick(a=0, b=0, c=0)
    return studio


def alone(sides: RecordedSides = APART) -> Studio:
    """One leg that hears music and is recorded."""
    studio = Studio()
    studio.open("a")
    studio.apply(Play("a", 1, music()), start("RE1", sides))
    return studio


def start(recording_id: str, sides: RecordedSides = APART) -> StartLegRecording:
    return StartLegRecording("a", LegRecordingTerms(recording_id, sides, context="a wish"))
