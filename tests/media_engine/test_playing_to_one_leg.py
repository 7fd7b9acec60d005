"""What is played to a leg that is in no meeting."""

import pytest

from media_engine.commands import CloseLeg, Command, JoinConference, JoinTerms, Play
from media_engine.events import (
    ConferenceCreated,
    Event,
    LegClosed,
    LegJoined,
    PlaybackEnded,
    RoomKey,
)
from media_engine.sources import Queue
from tests.media_engine.house import House, clip


def test_what_is_played_is_heard_by_one_leg_and_its_end_is_told() -> None:
    house = House()
    house.open("a", "b")
    house.apply(Play("a", 1, Queue([clip(5), clip(6)])))
    assert [house.tick() for _ in range(2)] == [{"a": 5, "b": 0}, {"a": 6, "b": 0}]
    assert house.events == []
    assert house.tick() == {"a": 0, "b": 0}
    assert house.events == [PlaybackEnded("a", 1, completed=True)]
    assert house.tick() == {"a": 0, "b": 0}


@pytest.mark.parametrize(
    ("command", "then"),
    [
        (Play("a", 2, clip(9)), []),
        (CloseLeg("a"), [LegClosed("a")]),
        (
            JoinConference("a", RoomKey("AC", "R"), "CF1", JoinTerms()),
            [
                ConferenceCreated("CF1", RoomKey("AC", "R")),
                LegJoined("CF1", "a", muted=False, start_on_enter=True, end_on_exit=False),
            ],
        ),
    ],
)
def test_what_is_played_is_replaced_by_what_comes_next(command: Command, then: list[Event]) -> None:
    house = House()
    house.open("a")
    house.apply(Play("a", 1, clip(5, frames=100)))
    house.tick()
    house.apply(command)
    assert house.events == [PlaybackEnded("a", 1, completed=False), *then]


def test_nothing_is_played_to_a_leg_in_a_meeting() -> None:
    house = House()
    house.meet("a", "b")
    house.apply(Play("a", 1, clip(5)))
    assert house.events == [PlaybackEnded("a", 1, completed=False)]
    assert house.tick(b=10)["a"] == 10


def test_what_is_said_while_something_is_played_does_not_wait_for_the_meeting() -> None:
    house = House()
    house.open("a", "b")
    house.join("b")
    house.apply(Play("a", 1, clip(5, frames=100)))
    for level in range(1, 51):
        house.tick(a=level)
    house.join("a")
    assert house.tick(a=51)["b"] == 51
