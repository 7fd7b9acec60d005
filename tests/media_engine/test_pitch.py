"""The pitch of a voice is found to a fraction of a sample, and so is how it glides."""

import numpy as np
import pytest

from media_engine.pcm import RATES_HZ, Wide
from media_engine.pitch import find_pitch


def voice(rate_hz: int, from_hz: float, hz_per_s: float = 0) -> Wide:
    """60 ms of a voice with five partials, whose pitch is `from_hz` at the end."""
    time = (np.arange(rate_hz * 60 // 1000) + 1) / rate_hz - 0.06
    turns = from_hz * time + hz_per_s / 2 * time**2
    sound = sum(np.sin(2 * np.pi * n * turns + n) / n for n in range(1, 6))
    return (5000 * np.asarray(sound)).astype(np.float32)


@pytest.mark.parametrize("pitch_hz", [80, 123, 205, 249])
@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_a_period_is_found_with_its_fraction(rate_hz: int, pitch_hz: float) -> None:
    pitch = find_pitch(voice(rate_hz, pitch_hz), rate_hz)
    assert pitch is not None
    assert pitch.period == pytest.approx(rate_hz / pitch_hz, rel=0.003)
    assert abs(pitch.growth) < 0.0005


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_of_a_high_voice_a_few_periods_are_taken_for_one(rate_hz: int) -> None:
    pitch = find_pitch(voice(rate_hz, 370), rate_hz)
    assert pitch is not None
    assert pitch.period == pytest.approx(2 * rate_hz / 370, rel=0.003)


@pytest.mark.parametrize("hz_per_s", [-300, -150, 150, 300])
@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_a_rising_pitch_has_a_period_that_shrinks(rate_hz: int, hz_per_s: float) -> None:
    pitch = find_pitch(voice(rate_hz, 150, hz_per_s), rate_hz)
    assert pitch is not None
    assert pitch.growth == pytest.approx(-hz_per_s / 150 / 1000, rel=0.35)


def test_noise_seldom_has_a_pitch() -> None:
    noise = np.random.default_rng(1).normal(0, 3000, (200, 480)).astype(np.float32)
    assert sum(find_pitch(sound, 8000) is not None for sound in noise) <= 6


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_silence_has_no_pitch(rate_hz: int) -> None:
    assert find_pitch(np.zeros(rate_hz * 60 // 1000, np.float32), rate_hz) is None
