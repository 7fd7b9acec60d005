import json
from dataclasses import asdict

import pytest

from tests.benchmarks.job import (
    ClicksResult,
    Conditions,
    Job,
    Percentiles,
    TonesResult,
    clicks_from_json,
    tones_from_json,
)

TOLD = Conditions(0.5, 0.25, 0.125, Percentiles(0, 1, 2), Percentiles(3, 4, 5), 6)
NOT_TOLD = Conditions(0.5, 0.25, 0.125, Percentiles(0, 1, 2), None, None)


def test_a_job_comes_through_as_it_is() -> None:
    job = Job("tones", ("a", "b"), 8000, "AC", "secret", 1, 2.0, 3.0, 4)
    assert Job.from_json(job.to_json()) == job
    assert "secret" not in repr(job)


@pytest.mark.parametrize("conditions", [TOLD, NOT_TOLD])
def test_results_come_through_as_they_are(conditions: Conditions) -> None:
    tones = TonesResult(conditions, 50.0, 1.0, Percentiles(1, 2, 3))
    clicks = ClicksResult(conditions, ((1.0, None), ()))
    assert tones_from_json(json.dumps(asdict(tones))) == tones
    assert clicks_from_json(json.dumps(asdict(clicks))) == clicks


def test_percentiles_are_in_ms() -> None:
    assert Percentiles.of([0.002, 0.001, 0.5]).p50 == pytest.approx(2)
    assert Percentiles.of([0.002, 0.001, 0.5]).max == pytest.approx(500)
    assert Percentiles.of([]) == Percentiles(0, 0, 0)
