"""Random operations: events, state and sound agree, whatever happens."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest

from media_engine.commands import CloseLeg, EndConference, Kick, LeaveConference, SetMuted
from media_engine.events import (
    ConferenceCreated,
    ConferenceEnded,
    ConferenceStarted,
    Event,
    JoinRefused,
    LegClosed,
    LegJoined,
    LegLeft,
    LegMuted,
    RefusalReason,
    RoomKey,
)
from tests.media_engine.house import FRAME, House


@dataclass
class Meeting:
    """One meeting, as its events tell of it."""

    room: RoomKey
    members: dict[str, bool] = field(default_factory=dict)
    """leg → muted"""
    started: bool = False


@dataclass
class Replay:
    """State from events alone; complains when one does not fit what came before."""

    legs: set[str] = field(default_factory=set)
    meetings: dict[str, Meeting] = field(default_factory=dict)

    def meeting_of(self, leg_id: str) -> str | None:
        return next((name for name, m in self.meetings.items() if leg_id in m.members), None)

    def replay(self, event: Event) -> None:
        match event:
            case ConferenceCreated(conference_id, room):
                assert room not in [meeting.room for meeting in self.meetings.values()]
                self.meetings[conference_id] = Meeting(room)
            case ConferenceStarted(conference_id):
                meeting = self.meetings[conference_id]
                assert len(meeting.members) >= 2 and not meeting.started
                meeting.started = True
            case ConferenceEnded(conference_id):
                assert not self.meetings.pop(conference_id).members
            case JoinRefused(leg_id, _, RefusalReason.ALREADY_IN_A_MEETING):
                assert self.meeting_of(leg_id) is not None
            case LegClosed(leg_id):
                assert self.meeting_of(leg_id) is None
                self.legs.remove(leg_id)
            case LegJoined() | LegLeft() | LegMuted():
                self._replay_member(event)

    def _replay_member(self, event: LegJoined | LegLeft | LegMuted) -> None:
        meeting = self.meetings[event.conference_id]
        match event:
            case LegJoined(_, leg_id, muted):
                assert leg_id in self.legs and self.meeting_of(leg_id) is None
                meeting.members[leg_id] = muted
            case LegLeft(_, leg_id, _, bridged):
                assert bridged == meeting.started
                del meeting.members[leg_id]
            case LegMuted(_, leg_id, muted):
                assert meeting.members[leg_id] != muted
                meeting.members[leg_id] = muted

    def heard_by(self, leg_id: str, levels: dict[str, int]) -> int:
        """The sum of the voices that a leg ought to hear."""
        conference_id = self.meeting_of(leg_id)
        if conference_id is None or not self.meetings[conference_id].started:
            return 0
        members = self.meetings[conference_id].members
        return sum(levels[o] for o, muted in members.items() if o != leg_id and not muted)


LEGS = [f"CA{number}" for number in range(50)]
LEVELS = {leg_id: 7 * number + 200 for number, leg_id in enumerate(LEGS)}
SAID = {leg_id: np.full(FRAME, level, "<i2").tobytes() for leg_id, level in LEVELS.items()}


class Chaos:
    """Random operations on 50 legs and 8 rooms."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.house = House()
        self.replay = Replay()
        self.conferences = 0
        self.steps: list[Callable[[str], None]] = [
            *[self.open] * 3,
            *[self.join] * 8,
            *[self.mute] * 4,
            *[self.tick] * 4,
            lambda leg_id: self.house.apply(LeaveConference(leg_id)),
            lambda leg_id: self.house.apply(Kick(self.some_conference(), leg_id)),
            lambda leg_id: self.house.apply(CloseLeg(leg_id)),
            self.end,
        ]

    def step(self) -> None:
        self.dice.choice(self.steps)(self.dice.choice(LEGS))
        for event in self.house.events:
            self.replay.replay(event)
        self.house.events.clear()
        assert self.house.registry.legs == len(self.replay.legs)
        assert self.house.registry.meetings == len(self.replay.meetings)

    def some_conference(self) -> str:
        return self.dice.choice([*self.replay.meetings, "CF-unknown"])

    def open(self, leg_id: str) -> None:
        if leg_id not in self.replay.legs:
            self.house.open(leg_id)
            self.replay.legs.add(leg_id)

    def join(self, leg_id: str) -> None:
        self.conferences += 1
        self.house.join(
            leg_id,
            room=f"R{self.dice.randrange(8)}",
            conference_id=f"CF{self.conferences}",
            muted=self.dice.random() < 0.2,
            start_on_enter=self.dice.random() < 0.7,
            end_on_exit=self.dice.random() < 0.1,
            max_participants=self.dice.choice([2, 10, 40]),
        )

    def mute(self, leg_id: str) -> None:
        conference_id = self.replay.meeting_of(leg_id) or "CF-unknown"
        self.house.apply(SetMuted(conference_id, leg_id, self.dice.random() < 0.5))

    def end(self, leg_id: str) -> None:
        if self.dice.random() < 0.3:
            self.house.apply(EndConference(self.some_conference()))

    def tick(self, leg_id: str) -> None:
        for speaker in self.replay.legs:
            self.house.legs[speaker].receive(SAID[speaker])
        self.house.registry.tick()
        for listener in self.replay.legs:
            expected = self.replay.heard_by(listener, LEVELS)
            assert self.house.outputs[listener].sent[-1][-2:] == expected.to_bytes(2, "little")


@pytest.mark.parametrize("seed", range(3))
def test_under_random_operations_events_state_and_sound_agree(seed: int) -> None:
    chaos = Chaos(seed)
    for _ in range(10_000):
        chaos.step()
    assert chaos.conferences > 1000
    chaos.house.registry.close()
    assert chaos.house.registry.legs == chaos.house.registry.meetings == 0
