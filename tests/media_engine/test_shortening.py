"""What is left out is a number of pitch periods; and where likeness is looked for."""

import numpy as np
import pytest

from media_engine.likeness import most_alike
from media_engine.pcm import RATES_HZ, Wide
from media_engine.shortening import best_cut, leave_out


def tone(rate_hz: int, hz: float) -> Wide:
    return (8000 * np.sin(2 * np.pi * hz * np.arange(rate_hz // 20) / rate_hz)).astype(np.float32)


@pytest.mark.parametrize("hz", [67, 90, 125, 212.5, 301, 440])
@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_a_whole_number_of_periods_is_left_out(rate_hz: int, hz: float) -> None:
    cut = best_cut(tone(rate_hz, hz), rate_hz)
    assert rate_hz // 100 <= cut <= rate_hz // 50
    periods = cut / rate_hz * hz
    assert periods == pytest.approx(round(periods), abs=2 * hz / rate_hz)


def test_silence_can_be_cut() -> None:
    silence = np.zeros(400, np.float32)
    cut = best_cut(silence, 8000)
    assert 80 <= cut <= 160
    assert not leave_out(silence, cut, 160, 8000).any()


def test_a_frame_begins_as_before_the_cut_and_ends_as_after_it() -> None:
    sound = np.arange(400, dtype=np.float32)
    frame = leave_out(sound, 120, 160, 8000)
    assert frame[0] < 2
    assert np.array_equal(frame[80:], sound[200:280])
    assert np.all(np.diff(frame) > 0)


@pytest.mark.parametrize("place", [0, 17, 60])
def test_what_is_wanted_is_found_where_it_is(place: int) -> None:
    sound = np.random.default_rng(1).normal(0, 1000, 100).astype(np.float32)
    found, likeness = most_alike(sound[place : place + 40] * 0.3, sound)
    assert found == place
    assert likeness == pytest.approx(1.0, abs=1e-4)


def test_silence_is_like_nothing() -> None:
    assert most_alike(np.zeros(4, np.float32), np.ones(9, np.float32)) == (0, 0.0)


def test_what_is_longer_can_not_be_found() -> None:
    with pytest.raises(ValueError, match="10 samples"):
        most_alike(np.zeros(10, np.float32), np.zeros(9, np.float32))
