"""Numbers as places in a drawing."""

from datetime import timedelta

import pytest

from conference_app.admin.charts import place_between, round_up, step_area
from tests.builders import NOON


def test_an_area_has_a_step_for_each_value() -> None:
    assert step_area([1, 4], 4) == "0,100 0.00,75.00 50.00,75.00 50.00,0.00 100.00,0.00 100,100"
    assert step_area([], 4) == ""


@pytest.mark.parametrize(
    ("value", "top"),
    [(0, 4), (4, 4), (5, 10), (10, 10), (11, 20), (33, 40), (41, 50), (99, 100), (101, 200)],
)
def test_scales_end_at_round_numbers(value: int, top: int) -> None:
    assert round_up(value) == top


def test_moments_have_their_place_and_stay_within_the_edges() -> None:
    end = NOON + timedelta(minutes=10)
    places = [
        place_between(NOON + timedelta(minutes=minutes), NOON, end)
        for minutes in (-1, 0, 4, 10, 11)
    ]
    assert places == [0, 0, 40, 100, 100]
    assert place_between(NOON, NOON, NOON) == 0
