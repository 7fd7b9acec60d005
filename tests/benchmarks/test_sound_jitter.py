"""The figures of late frames hold what they should."""

import pytest

from tests.benchmarks.sound_jitter import drift, recovery_s, tone


@pytest.mark.parametrize("seed", [1, 2])
def test_the_delay_is_back_within_15_s(seed: int) -> None:
    assert 0 < recovery_s(tone(), seed) <= 15


@pytest.mark.parametrize(("share", "cut", "made_up"), [(-200e-6, 6, 0), (200e-6, 0, 5)])
def test_a_clock_that_drifts_costs_a_frame_in_100_s(share: float, cut: int, made_up: int) -> None:
    leg = drift(share, seed=1).leg
    assert (leg.jitter.counters.shed, leg.concealed) == (cut, made_up)
