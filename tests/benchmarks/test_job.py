import json
from dataclasses import asdict

import pytest

from tests.benchmarks.job import (
    Address,
    BusyResult,
    ClicksResult,
    Conditions,
    Job,
    Joins,
    Percentiles,
    TonesResult,
    read,
)

TOLD = Conditions(0.5, 0.25, 0.125, Percentiles(0, 1, 2), Percentiles(3, 4, 5), 6)
NOT_TOLD = Conditions(0.5, 0.25, 0.125, Percentiles(0, 1, 2), None, None)


def test_a_job_comes_through_as_it_is() -> None:
    address = Address(8000, "AC", "secret", "secret too", "data")
    job = Job("tones", ("a", "b"), address, 1, 2.0, 3.0, 4, "wide")
    assert Job.from_json(job.to_json()) == job
    assert "secret" not in repr(job)


@pytest.mark.parametrize("conditions", [TOLD, NOT_TOLD])
def test_results_come_through_as_they_are(conditions: Conditions) -> None:
    tones = TonesResult(conditions, 50.0, 1.0, Percentiles(1, 2, 3), 4096, 0.5)
    clicks = ClicksResult(conditions, ((1.0, None), ()))
    joins = Joins(3, 2, 50.0, Percentiles(1, 2, 3))
    for result in (tones, clicks, BusyResult(tones, joins, 1, 2, 3.0, 4, 5)):
        assert read(type(result), json.dumps(asdict(result))) == result


def test_percentiles_are_in_ms() -> None:
    assert Percentiles.of([0.002, 0.001, 0.5]).p50 == pytest.approx(2)
    assert Percentiles.of([0.002, 0.001, 0.5]).max == pytest.approx(500)
    assert Percentiles.of([]) == Percentiles(0, 0, 0)
