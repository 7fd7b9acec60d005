"""Tries that back off for hours, and an end to them."""

from datetime import timedelta

import pytest

from conference_app.services.retry_rules import DELAYS_S, OLD, delay, is_given_up
from tests.builders import NOON


@pytest.mark.parametrize(("attempts", "usual_s"), list(enumerate(DELAYS_S, 1)))
def test_each_delay_is_the_usual_one_a_fifth_more_or_less(attempts: int, usual_s: int) -> None:
    delays = [delay(attempts).total_seconds() for _ in range(200)]
    assert 0.8 * usual_s <= min(delays) < 0.9 * usual_s
    assert 1.1 * usual_s < max(delays) <= 1.2 * usual_s


@pytest.mark.parametrize(
    ("asked_for_s", "least_s", "most_s"), [(60, 60, 60), (0.1, 0.8, 1.2), (10**8, 36_000, 36_000)]
)
def test_a_receiver_is_left_alone_as_long_as_it_asks_but_not_for_ever(
    asked_for_s: float, least_s: float, most_s: float
) -> None:
    assert least_s <= delay(1, asked_for_s).total_seconds() <= most_s


def test_ten_tries_over_more_than_seventeen_hours_are_made() -> None:
    given_up = [is_given_up(tries, queued_at=NOON, now=NOON) for tries in range(1, 11)]
    assert given_up == [False] * 9 + [True]
    assert sum(DELAYS_S) > 17 * 3600


@pytest.mark.parametrize(("tries", "given_up"), [(1, False), (2, False), (3, True)])
def test_what_is_a_day_old_gets_three_tries(tries: int, given_up: bool) -> None:
    now = NOON + OLD + timedelta(seconds=1)
    assert is_given_up(tries, queued_at=NOON, now=now) is given_up
