"""Concealment is worth what it is said to be."""

from statistics import mean

import pytest

from tests.benchmarks.concealment_quality import LOST, RUNS, TARGET, choose_lost, measure


def test_concealment_wins_half_a_point_of_the_opinion_score_at_3_percent_loss() -> None:
    worths = measure(range(2))
    assert mean(worth.won for worth in worths) >= TARGET
    assert min(worth.won for worth in worths) >= 0.8 * TARGET


@pytest.mark.parametrize("run", RUNS)
def test_so_many_frames_are_lost_in_runs_of_so_many(run: int) -> None:
    lost = sorted(choose_lost(600, run, seed=1))
    starts = [frame for frame in lost if frame - 1 not in lost]
    assert len(lost) == 600 * LOST
    assert len(starts) == len(lost) / run
