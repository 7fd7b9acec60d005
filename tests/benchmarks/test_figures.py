import os
import time
from dataclasses import replace

import pytest

from tests.benchmarks.figures import Results, complaints, cpu_percent, delays_of, spread
from tests.benchmarks.job import (
    ClicksResult,
    Conditions,
    Percentiles,
    TonesResult,
)
from tests.benchmarks.page import tables, write_page
from tests.benchmarks.plan import CLICKS, COSTS, WHOLE
from tests.benchmarks.process_times import process_seconds

CONDITIONS = Conditions(0.5, 0.2, 0.0, Percentiles(0, 1, 2), Percentiles(0, 1, 2), 3)
SILENT_ABOUT_TICKS = Conditions(0.5, 0.2, 0.0, Percentiles(0, 1, 2), None, None)


def tones(frames_per_s: float = 50, heard_right: float = 1) -> TonesResult:
    return TonesResult(CONDITIONS, frames_per_s, heard_right, Percentiles(1, 2, 3))


def clicks(*delays_ms: float | None) -> ClicksResult:
    return ClicksResult(SILENT_ABOUT_TICKS, (delays_ms,) * len(CLICKS.rooms))


@pytest.mark.parametrize(
    ("values", "written"),
    [((3.0, 1.0, 2.04), "1.0 / 2.0 / 3.0"), ((1.5,), "1.5"), ((None, None), "not told")],
)
def test_a_spread_is_least_median_most(values: tuple[float | None, ...], written: str) -> None:
    assert spread(values, 1) == written


def test_cpu_is_shared_by_the_participants() -> None:
    assert cpu_percent(COSTS[-1], tones()) == pytest.approx(0.25)


def test_delays_are_those_of_the_asked_jitter_buffer() -> None:
    rooms = CLICKS.rooms
    result = ClicksResult(
        CONDITIONS, tuple((10.0,) if room.startswith("off") else (None, 30.0) for room in rooms)
    )
    default, off = delays_of(result, "default"), delays_of(result, "off")
    assert (default.clicks, default.missed, default.ms.p50) == (20, 10, 30)
    assert (off.clicks, off.missed, off.ms.p50) == (10, 0, 10)


@pytest.mark.parametrize(
    ("results", "count"),
    [
        (Results({COSTS[0]: [tones(), tones(frames_per_s=49.4)]}), 1),
        (Results({COSTS[0]: [tones(heard_right=0.9)]}), 1),
        (Results(clicks=[clicks(10.0, None)]), 2),
        (Results(clicks=[clicks()]), 2),
        (Results(server_errors=["tick failed"] * 9), 5),
        (Results({COSTS[0]: [tones()]}, [clicks(10.0)]), 0),
    ],
)
def test_a_run_that_does_not_deliver_is_named(results: Results, count: int) -> None:
    assert len(complaints(results)) == count


def test_a_machine_that_was_not_quiet_is_named() -> None:
    noisy = replace(tones(), conditions=replace(CONDITIONS, other_cpu=1.25))
    assert "up to 125% of a core" in tables(Results({COSTS[0]: [tones(), noisy]}))
    assert "quiet" not in tables(Results({COSTS[0]: [tones()]}))


def test_the_page_has_all_tables_and_no_long_line() -> None:
    results = Results({scenario: [tones()] * 3 for scenario in COSTS}, [clicks(100.0, None)] * 3)
    page = write_page(results, WHOLE, {"CPU": "some"}, (0, 1))
    assert all(table in page for table in tables(results).split("\n\n"))
    assert max(map(len, page.splitlines())) <= 120


def test_process_time_is_that_of_all_its_threads() -> None:
    assert process_seconds(os.getpid()) == pytest.approx(time.process_time(), abs=0.1)
