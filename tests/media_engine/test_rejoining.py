"""To go over from made-up sound into the true one in phase: how long to wait, and how it sounds."""

import numpy as np
import pytest

from media_engine.pcm import RATES_HZ, Wide
from media_engine.rejoining import OVERLAP_MS, best_wait, rejoin
from tests.media_engine.clicks_heard import greatest_step


def tone(rate_hz: int, ms: float, *, late_ms: float = 0) -> Wide:
    """250 Hz: a turn takes 4 ms."""
    at_ms = np.arange(round(rate_hz * ms / 1000)) * 1000 / rate_hz - late_ms
    return (8000 * np.sin(2 * np.pi * at_ms / 4)).astype(np.float32)


def noise(samples: int, seed: int) -> Wide:
    return np.random.default_rng(seed).normal(0, 3000, samples).astype(np.float32)


@pytest.mark.parametrize("late_ms", [0, 0.5, 1.5, 3])
@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_the_wait_is_the_shortest_after_which_both_are_in_phase(
    rate_hz: int, late_ms: float
) -> None:
    wait = best_wait(tone(rate_hz, 40), tone(rate_hz, 20, late_ms=4 - late_ms), rate_hz)
    assert wait == rate_hz * late_ms / 1000


@pytest.mark.parametrize("seed", range(20))
def test_noise_waits_for_nothing(seed: int) -> None:
    assert best_wait(noise(320, seed), noise(160, 100 + seed), 8000) is None


@pytest.mark.parametrize("made_up", [np.zeros(0, np.float32), np.zeros(320, np.float32)])
def test_what_is_silent_already_waits_for_nothing(made_up: Wide) -> None:
    assert best_wait(made_up, tone(8000, 20), 8000) is None


@pytest.mark.parametrize("late_ms", [0, 0.5, 3])
@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_a_tone_that_faded_gets_as_loud_as_it_was_without_a_step(
    rate_hz: int, late_ms: float
) -> None:
    true, wait = tone(rate_hz, 20, late_ms=4 - late_ms), round(rate_hz * late_ms / 1000)
    joined = rejoin(0.7 * tone(rate_hz, 40), true, wait, rate_hz)
    assert len(joined) == wait + len(true)
    after = wait + rate_hz * OVERLAP_MS // 1000
    assert np.array_equal(joined[after:], true[after - wait :])
    assert greatest_step(joined) <= 1.02 * greatest_step(true)
    assert joined[0] == pytest.approx(0, abs=1)


def test_where_too_little_was_made_up_to_go_over_nothing_is_waited_for() -> None:
    assert best_wait(tone(8000, 19), tone(8000, 20), 8000) is None
    assert best_wait(tone(8000, 20), tone(8000, 20), 8000) == 0
