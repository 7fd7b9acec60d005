"""A meeting whose legs speak constants, so that the sum that one hears tells whom he hears."""

from typing import Any

import numpy as np

from media_engine.commands import JoinTerms, SetMuted, Steering
from media_engine.conference_mixer import Beeps, ConferenceMixer
from media_engine.events import Event, LeaveReason, RoomKey
from media_engine.mixing import RAMP_MS
from media_engine.pcm import Pcm, Wide
from media_engine.sources import Clip, Source
from media_engine.voice_processing import VoiceProcessing

RATE_HZ = 8000
FRAME = 160
RAMP = 8 * RAMP_MS
ROOM = RoomKey("AC1", "Room 1234")
VOICES = {"a": 1, "b": 10, "c": 100, "d": 1000}
ROWS = {"a": 5, "b": 0, "c": 3, "d": 2}
ENTER, LEAVE = 10_000, 20_000
BEEP_TICKS = 3


class Tape:
    """A recording: the last sample of each frame, silence that was skipped, the end."""

    def __init__(self, recording_id: str) -> None:
        self.path = f"{recording_id}.wav"
        self.heard: list[int | str] = []
        self.notes: list[tuple[int, str]] = []
        self.loudest = 0

    def write(self, pcm: Pcm) -> None:
        assert pcm.dtype == np.int16
        self.loudest = max(self.loudest, int(pcm.max()))
        self.heard.append(int(pcm[-1]))

    def skip(self, samples: int) -> None:
        self.heard.append(f"skip {samples}")

    def note(self, sample: int, words: str) -> None:
        self.notes.append((sample, words))

    def finish(self) -> None:
        self.heard.append("end")


def ladder(start: int, step: int = 1) -> Clip:
    """Sound whose every frame is a step higher, for ever."""
    return Clip(
        np.repeat(np.arange(start, start + 100 * step, step, dtype=np.int16), FRAME), times=0
    )


def beep(level: int) -> Pcm:
    return np.full(BEEP_TICKS * FRAME, level, np.int16)


def babble(tick: int) -> Wide:
    """Sound that is another one in each frame: a detector of speech is sure of it at once."""
    hz = (300, 1200, 500, 2500, 800)[tick % 5]
    wave: Wide = (3000 * np.sin(2 * np.pi * hz * np.arange(FRAME) / RATE_HZ)).astype(np.float32)
    return wave


class Meeting:
    """A meeting whose legs speak constants: the sum that one hears tells whom he hears."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.tapes: list[Tape] = []
        self.heard = np.full((6, FRAME), np.nan, np.float32)
        self.spoken: Wide = np.zeros_like(self.heard)
        for leg_id, voice in VOICES.items():
            self.spoken[ROWS[leg_id]] = voice
        self.voices = VoiceProcessing(RATE_HZ)
        self.ticks = 0
        self.babbling: set[str] = set()
        """Who says something like speech, in place of a constant."""
        self.mixer = ConferenceMixer(
            "CF1",
            ROOM,
            voices=self.voices,
            beeps=Beeps(beep(ENTER), beep(LEAVE)),
            open_recording=self._record,
            rest=lambda leg_id, unheard: None,
            emit=self.events.append,
        )

    def _record(self, conference_id: str, recording_id: str) -> Tape:
        assert conference_id == "CF1"
        self.tapes.append(Tape(recording_id))
        return self.tapes[-1]

    def join(self, leg_id: str, **terms: Any) -> None:
        self.mixer.join(leg_id, ROWS[leg_id], JoinTerms(**{"beep_on_enter": False} | terms))

    def leave(self, leg_id: str, reason: LeaveReason = LeaveReason.LEFT) -> None:
        self.mixer.leave(leg_id, reason)

    def mute(self, leg_id: str, muted: bool) -> None:
        self.mixer.steer(SetMuted("CF1", leg_id, muted))

    def tick(self, ticks: int = 1, skipped: int = 0) -> dict[str, float]:
        """Let time pass; give the last sample that each leg that is in hears."""
        for _ in range(ticks):
            self.ticks += 1
            for leg_id in self.babbling:
                self.spoken[ROWS[leg_id]] = babble(self.ticks)
            self.voices.tick(self.spoken)
            self.mixer.tick(self.spoken, self.heard, skipped)
        return {
            leg_id: float(self.heard[ROWS[leg_id], -1]) for leg_id in VOICES if leg_id in self.mixer
        }

    def said(self, *kinds: type[Event]) -> list[Event]:
        return [event for event in self.events if isinstance(event, kinds)]


def meeting_of(legs: str, **terms: Any) -> Meeting:
    meeting = Meeting()
    for leg_id in legs:
        meeting.join(leg_id, **terms)
    meeting.events.clear()
    return meeting


CF = "CF1"


def sound(level: int, frames: int = 1, *, times: int = 1) -> Source:
    return Clip(np.full(frames * FRAME, level, np.int16), times=times)


def endless(level: int) -> Source:
    return sound(level, times=0)


def talk_of(legs: str, **terms: Any) -> Meeting:
    """A meeting in which all have come in, and what was told of that is forgotten."""
    meeting = meeting_of(legs, **terms)
    meeting.tick()
    return meeting


def steer(meeting: Meeting, *commands: Steering) -> None:
    for command in commands:
        meeting.mixer.steer(command)


def tick_without_steps(meeting: Meeting, **heights: float) -> dict[str, float]:
    """Let a tick pass in which what some legs hear goes over evenly, by a height, in the ramp."""
    before = {leg_id: meeting.heard[ROWS[leg_id], -1] for leg_id in heights}
    after = meeting.tick()
    for leg_id, height in heights.items():
        frame = np.append(before[leg_id], meeting.heard[ROWS[leg_id]])
        assert abs(np.diff(frame)).max() <= height / RAMP + 0.01
        assert len(set(frame[RAMP + 1 :].tolist())) == 1
    return after
