"""What those who watch a meeting are shown of its legs."""

import numpy as np
import pytest

from media_engine.commands import SetMuted
from media_engine.levels import FLOOR_DBFS
from tests.media_engine.house import FRAME, House


def _say(house: House, leg_id: str, level: int, frames: int) -> None:
    payload = np.full(FRAME, level, "<i2").tobytes()
    for _ in range(frames):
        house.legs[leg_id].receive(payload)


def test_each_leg_shows_how_loud_it_is_and_what_waits() -> None:
    house = House()
    house.meet("CA1", "CA2")
    _say(house, "CA1", 8000, 3)
    house.registry.tick()
    first, second = house.registry.view("CF1")
    assert (first.leg_id, second.leg_id) == ("CA1", "CA2")
    levels = house.registry.levels("CF1")
    assert levels.leg_ids == ["CA1", "CA2"]
    assert levels.dbfs[0] == pytest.approx(20 * np.log10(8000 / 32768), abs=0.5)
    assert levels.dbfs[1] == FLOOR_DBFS
    assert (first.buffered_ms, second.buffered_ms) == (40, 0)
    assert (first.received, second.received) == (3, 0)


def test_who_is_muted_still_shows_that_he_speaks() -> None:
    house = House()
    house.meet("CA1", "CA2")
    house.apply(SetMuted("CF1", "CA1", True))
    _say(house, "CA1", 8000, 1)
    house.registry.tick()
    assert house.registry.levels("CF1").dbfs[0] > -20


def test_gaps_are_counted() -> None:
    house = House()
    house.meet("CA1", "CA2")
    _say(house, "CA1", 8000, 2)
    for _ in range(4):
        house.registry.tick()
    (view, _) = house.registry.view("CF1")
    assert (view.received, view.late, view.concealed) == (2, 2, 2)


def test_a_burst_that_is_too_long_is_counted() -> None:
    house = House()
    house.meet("CA1", "CA2")
    _say(house, "CA1", 8000, 300)
    house.registry.tick()
    assert house.registry.view("CF1")[0].dropped > 0


def test_there_is_nothing_to_see_of_a_meeting_that_is_not_live() -> None:
    house = House()
    house.meet("CA1", "CA2")
    house.open("CA3")
    assert len(house.registry.view("CF1")) == 2
    assert house.registry.view("CF2") == []
    assert house.registry.levels("CF1").leg_ids == ["CA1", "CA2"]
    assert not house.registry.levels("CF2").leg_ids
    assert len(house.registry.levels("CF2").dbfs) == 0
