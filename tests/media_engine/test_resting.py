"""In a large meeting nobody listens to those whom nobody is to hear."""

from functools import partial
from typing import Any

import numpy as np
import pytest

from media_engine.commands import (
    LeaveConference,
    LegRecordingTerms,
    SetHeld,
    SetMuted,
    StartLegRecording,
)
from media_engine.conference_mixer import RESTING_FROM
from media_engine.rest import RESTING_TICKS
from tests.media_engine.house import House

CF = "CF1"
AUDIENCE = [f"listener {number}" for number in range(RESTING_FROM - 2)]


def lecture(audience: list[str] = AUDIENCE, **terms: Any) -> House:
    """Two talk, all others are muted."""
    house = House()
    house.meet("a", "b", max_participants=RESTING_FROM)
    for leg_id in audience:
        house.open(leg_id)
        house.join(leg_id, muted=True, max_participants=RESTING_FROM, **terms)
    return house


def listen(house: House, ticks: int) -> None:
    for _ in range(ticks):
        house.tick(a=100, b=10)


def polls_of(house: House, leg_id: str, ticks: int) -> int:
    """How often a leg's socket is read in so many ticks."""
    polled: list[bool] = []
    house.legs[leg_id].poll = lambda: polled.append(True)
    listen(house, ticks)
    return len(polled)


def test_the_socket_of_who_is_muted_is_read_now_and_then() -> None:
    house = lecture()
    listen(house, 2)
    assert polls_of(house, AUDIENCE[0], 10 * RESTING_TICKS) == 10
    assert polls_of(house, "a", 10) == 10
    assert house.tick(a=100, b=10)[AUDIENCE[0]] == 110


def test_they_are_not_all_read_in_the_same_tick() -> None:
    house = lecture()
    listen(house, 2)
    polled: list[str] = []
    for leg_id in AUDIENCE:
        house.legs[leg_id].poll = partial(polled.append, leg_id)
    for _ in range(2 * RESTING_TICKS):
        before = len(polled)
        house.tick(a=100, b=10)
        assert len(polled) - before <= 2 * len(AUDIENCE) / RESTING_TICKS
    assert len(polled) == 2 * len(AUDIENCE)


def test_in_a_smaller_meeting_everybody_is_listened_to() -> None:
    house = lecture(AUDIENCE[1:])
    assert polls_of(house, AUDIENCE[1], 10) == 10


def test_who_may_speak_again_is_heard_from_what_he_says_then() -> None:
    house = lecture()
    speaker = AUDIENCE[0]
    for _ in range(20):
        house.tick(a=100, b=10, **{speaker: 1000})
    house.apply(SetMuted(CF, speaker, False))
    told = [house.tick(a=100, b=10, **{speaker: 3000})["b"] for _ in range(3)]
    assert told == [3100, 3100, 3100]
    assert polls_of(house, speaker, 10) == 10


def test_nothing_of_what_was_said_before_is_heard_where_he_says_nothing() -> None:
    house = lecture()
    speaker = AUDIENCE[0]
    house.apply(SetMuted(CF, speaker, False))
    for _ in range(20):
        house.tick(a=100, b=10, **{speaker: 3000})
    house.apply(SetMuted(CF, speaker, True))
    for _ in range(20):
        house.tick(a=100, b=10, **{speaker: 1000})
    house.apply(SetMuted(CF, speaker, False))
    assert [house.tick(a=100, b=10)["b"] for _ in range(3)] == [100, 100, 100]


def test_who_is_muted_is_faded_out_before_he_rests() -> None:
    house = lecture()
    speaker = AUDIENCE[0]
    house.apply(SetMuted(CF, speaker, False))
    for _ in range(5):
        house.tick(a=100, b=10, **{speaker: 3000})
    house.apply(SetMuted(CF, speaker, True))
    house.tick(a=100, b=10, **{speaker: 3000})
    frame = np.frombuffer(house.outputs["b"].sent[-1], "<i2").astype(int)
    assert frame[0] > 2900
    assert frame[-1] == 100
    assert np.abs(np.diff(frame)).max() < 200


def test_who_is_on_hold_rests_too_and_who_leaves_does_not() -> None:
    house = lecture()
    house.apply(SetHeld(CF, "b", True))
    house.tick(a=100)
    house.tick(a=100)
    assert polls_of(house, "b", 10 * RESTING_TICKS) == 10
    house.apply(SetHeld(CF, "b", False))
    assert polls_of(house, "b", 10) == 10


def test_who_may_not_rest_is_listened_to() -> None:
    house = lecture(AUDIENCE[:-1])
    house.open("agent")
    house.legs["agent"].may_rest = False
    house.join("agent", muted=True, max_participants=RESTING_FROM)
    listen(house, 5)
    assert polls_of(house, "agent", 10) == 10


def test_when_others_leave_those_who_stay_are_listened_to_again() -> None:
    house = lecture()
    listen(house, 2)
    assert polls_of(house, AUDIENCE[0], 2 * RESTING_TICKS) == 2
    house.apply(LeaveConference(AUDIENCE[1]))
    assert polls_of(house, AUDIENCE[0], 10) == 10


@pytest.mark.parametrize("asked_for", [False, True])
def test_whom_a_recording_of_his_own_hears_does_not_rest(asked_for: bool) -> None:
    terms = LegRecordingTerms("RE1")
    house = lecture() if asked_for else lecture(own_recording=terms)
    if asked_for:
        house.apply(StartLegRecording(AUDIENCE[0], terms))
    polled: list[bool] = []
    house.legs[AUDIENCE[0]].poll = lambda: polled.append(True)
    for _ in range(10):
        house.legs["a"].receive(bytes(320))
        with pytest.raises(ExceptionGroup):  # of the broken tape
            house.registry.tick()
    assert len(polled) == 10
