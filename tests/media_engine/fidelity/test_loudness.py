"""Eight loud talkers in a meeting: turned down, not clipped, and not for long."""

import pytest

from tests.media_engine.fidelity import loudness
from tests.media_engine.fidelity.loudness import (
    Limited,
    eight_loud_talkers,
    touched_below_the_ceiling,
    touched_in_a_mix_of_ones_own,
)

SEEDS = range(3)


@pytest.fixture(scope="module", params=SEEDS)
def limited(request: pytest.FixtureRequest) -> Limited:
    return eight_loud_talkers(request.param)


def test_no_three_samples_in_a_row_are_clipped(limited: Limited) -> None:
    assert limited.longest_clipped_run < 3


def test_the_distortion_is_below_3_percent(limited: Limited) -> None:
    assert limited.distortion < 0.03


def test_in_the_first_second_nothing_but_the_level_of_the_tones_changes(limited: Limited) -> None:
    assert limited.onset_distortion < 0.12
    assert limited.onset_splash_db < -60


def test_half_a_second_after_the_loudness_each_sample_is_what_was_said(limited: Limited) -> None:
    assert 0 < limited.recovered_ms < 500


@pytest.mark.parametrize("seed", SEEDS)
def test_what_peaks_at_minus_1_dbfs_is_not_touched(seed: int) -> None:
    assert touched_below_the_ceiling(seed) == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_who_hears_one_of_them_alone_hears_that_one_untouched(seed: int) -> None:
    assert touched_in_a_mix_of_ones_own(seed) == 0


def test_without_a_limiter_these_measures_would_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("media_engine.limiter.Limiter.limit", lambda limiter, sound: None)
    clipped = loudness.eight_loud_talkers(0)
    assert clipped.longest_clipped_run > 3
    assert clipped.distortion > 0.2
    assert clipped.onset_distortion > 0.2
    assert clipped.onset_splash_db > -30
    assert clipped.recovered_ms == 0
