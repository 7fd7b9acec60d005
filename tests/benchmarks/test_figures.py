import os
import threading
import time
from dataclasses import replace

import pytest

from tests.benchmarks.figures import Results, complaints, cpu_percent, delays_of, spread
from tests.benchmarks.job import (
    BusyResult,
    ClicksResult,
    Conditions,
    FetchesResult,
    Joins,
    JoinsResult,
    Percentiles,
    TonesResult,
)
from tests.benchmarks.page import section, tables
from tests.benchmarks.plan import (
    ALL,
    CLICKS,
    COSTS,
    FULL_HOUSE,
    LECTURE,
    LINEAR,
    ONE_ROOM,
    WHOLE,
)
from tests.benchmarks.process_times import (
    Spent,
    elsewhere,
    process_seconds,
    read_spent,
    resident_bytes,
    side_seconds,
)
from tests.benchmarks.targets import TARGETS, growth, judged, most_carried

CONDITIONS = Conditions(0.2, 0.2, 0.0, Percentiles(0, 1, 2), Percentiles(0, 1, 2), 3)
SILENT_ABOUT_TICKS = Conditions(0.5, 0.2, 0.0, Percentiles(0, 1, 2), None, None)
ALL_HEARD = Joins(500, 500, 51.5, Percentiles(50, 100, 200))


def tones(
    frames_per_s: float = 50,
    heard_right: float = 1,
    cpu: float = 0.2,
    generator_cpu: float = 0.2,
) -> TonesResult:
    conditions = replace(CONDITIONS, server_cpu=cpu, generator_cpu=generator_cpu)
    return TonesResult(conditions, frames_per_s, heard_right, Percentiles(1, 2, 3), 4096)


def clicks(*delays_ms: float | None) -> ClicksResult:
    return ClicksResult(SILENT_ABOUT_TICKS, (delays_ms,) * len(CLICKS.rooms))


def busy(joins: Joins = ALL_HEARD, mp3_bytes: int = 1) -> BusyResult:
    return BusyResult(tones(), joins, 9, 9, 99.0, 9, mp3_bytes)


@pytest.mark.parametrize(
    ("values", "written"),
    [((3.0, 1.0, 2.04), "1.0 / 2.0 / 3.0"), ((1.5,), "1.5"), ((None, None), "not told")],
)
def test_a_spread_is_least_median_most(values: tuple[float | None, ...], written: str) -> None:
    assert spread(values, 1) == written


def test_cpu_is_shared_by_the_participants() -> None:
    assert cpu_percent(ONE_ROOM, tones(cpu=0.5)) == pytest.approx(0.25)


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
        (Results(failures=["nobody came"], server_errors=["tick failed"] * 9), 6),
        (Results(joins=[JoinsResult(CONDITIONS, replace(ALL_HEARD, heard=490))]), 1),
        (Results(busy=[busy(replace(ALL_HEARD, called=0, heard=0))]), 1),
        (Results(busy=[busy(mp3_bytes=0)]), 1),
        (Results(fetches=[FetchesResult(tones(generator_cpu=0.95))]), 1),
        (Results(fetches=[FetchesResult(tones(frames_per_s=49))]), 1),
        (
            Results(
                {COSTS[0]: [tones()]},
                [clicks(10.0)],
                joins=[JoinsResult(CONDITIONS, ALL_HEARD)],
                busy=[busy()],
            ),
            0,
        ),
    ],
)
def test_a_run_that_does_not_deliver_is_named(results: Results, count: int) -> None:
    assert len(complaints(results)) == count


def test_a_machine_that_was_not_quiet_is_named() -> None:
    noisy = replace(tones(), conditions=replace(CONDITIONS, other_cpu=1.25))
    assert "up to 125% of a core" in tables(Results({COSTS[0]: [tones(), noisy]}))
    assert "quiet" not in tables(Results({COSTS[0]: [tones()]}))


def test_a_target_is_met_or_missed_by_the_median() -> None:
    target = TARGETS[0]
    runs = [tones(cpu=0.23), tones(cpu=0.5), tones(cpu=0.1)]
    assert target.verdict(Results({ONE_ROOM: runs})) == "met"
    assert target.verdict(Results({ONE_ROOM: [*runs, tones(cpu=0.5)]})) == "missed"
    assert target.verdict(Results()) == "not taken"
    assert judged(Results({ONE_ROOM: [tones(cpu=0.5)]}), "missed") == [target.title]


def test_one_late_tick_in_one_run_is_a_miss() -> None:
    late = Percentiles(0, 1, 25)
    conditions = replace(CONDITIONS, tick_lateness_ms=late)
    runs = [busy(), busy(), replace(busy(), tones=replace(tones(), conditions=conditions))]
    assert judged(Results(busy=runs), "missed") == ["a busy server: tick lateness max, ms"]


def test_growth_compares_what_one_costs_among_many_and_among_few() -> None:
    runs = {
        LINEAR[10, 4]: [tones(cpu=0.05)],
        LINEAR[100, 4]: [tones(cpu=0.1)],
        LINEAR[1000, 4]: [tones(cpu=1.5)],
        LINEAR[100, 2]: [tones(cpu=0.1)],
        LINEAR[1000, 2]: [tones(cpu=9, heard_right=0.5)],
    }
    assert list(growth(Results(runs), 100, 1000)) == pytest.approx([1.5])
    assert list(growth(Results(runs), 10, 100)) == pytest.approx([0.2])


def test_a_run_that_does_not_count_is_in_no_verdict_and_in_no_figure() -> None:
    cheap = tones(frames_per_s=49, cpu=0.001)
    results = Results({FULL_HOUSE: [cheap, tones(cpu=8), tones(cpu=8)]})
    cpu = "800 in rooms of 4: CPU each, %"
    assert cpu in judged(results, "missed")
    assert "800 in rooms of 4: frames/s, worst caller" in judged(results, "missed")
    told = tables(results)
    assert "0.000" not in told
    assert "800 in rooms of 4, run 1: 49.00 frames/s, so it is left out" in told
    nothing = Results({FULL_HOUSE: [cheap]})
    assert cpu in judged(nothing, "not taken")
    assert "| 49.00" in tables(nothing)
    assert "**No target was judged.**" in tables(Results({ONE_ROOM: [cheap]}))
    assert "| does not count " in tables(nothing)


def test_the_page_says_why_as_far_as_it_is_known() -> None:
    results = Results({LECTURE: [tones(cpu=0.9)], ONE_ROOM: [tones(cpu=0.9)]})
    page = section(results, WHOLE, {}, (0, 1))
    assert "- 5 talk, 1000 listen: CPU of all, % of a core: the write of a frame" in page
    assert "% of a core: nobody has looked for the cause yet." in page
    assert "the write of a frame" not in section(Results(), WHOLE, {}, (0, 1))


def test_who_does_not_carry_all_does_not_carry_that_many() -> None:
    runs = {
        FULL_HOUSE: [tones(), tones()],
        LINEAR[1000, 4]: [tones(frames_per_s=49)],
        LINEAR[1000, 40]: [tones()],
    }
    assert most_carried(Results(runs)) == [800]


def test_the_page_has_all_tables_and_no_long_line() -> None:
    results = Results(
        {scenario: [tones()] * 3 for scenario in ALL if scenario.kind == "tones"},
        [clicks(100.0)] * 3,
        [FetchesResult(tones())] * 3,
        [JoinsResult(CONDITIONS, ALL_HEARD)] * 3,
        [busy()] * 3,
    )
    page = section(results, WHOLE, {"CPU": "some"}, (0, 1))
    assert all(table in page for table in tables(results).split("\n\n"))
    assert max(map(len, page.splitlines())) <= 120
    assert "**Not taken" not in page


def test_a_target_without_a_figure_is_named_on_the_page() -> None:
    page = section(Results({ONE_ROOM: [tones()]}), WHOLE, {}, (0, 1))
    assert "**Not taken:** 200 in rooms of 4: CPU each, %;" in page


def test_every_scenario_has_a_name_of_its_own() -> None:
    assert len({scenario.name for scenario in ALL}) == len(ALL)


def test_process_time_is_that_of_all_its_threads() -> None:
    assert process_seconds(os.getpid()) == pytest.approx(time.process_time(), abs=0.1)


def test_what_runs_elsewhere_is_what_neither_idles_nor_is_ours() -> None:
    cores = os.cpu_count() or 1
    before, idle = Spent(100, 5, 7), (cores - 1) * 10 + 4
    assert elsewhere(before, Spent(100 + idle, 7, 8), 10) == pytest.approx(3)
    assert elsewhere(before, Spent(100 + idle, 12, 8), 10) == 0


def test_idle_time_grows_no_faster_than_the_cores_have_time() -> None:
    before, began = read_spent(os.getpid()), time.monotonic()
    time.sleep(0.3)
    lasted, after = time.monotonic() - began, read_spent(os.getpid())
    assert 0 <= after.idle - before.idle <= (lasted + 0.05) * (os.cpu_count() or 1)


def test_memory_grows_with_what_is_held() -> None:
    before = resident_bytes(os.getpid())
    held = bytearray(os.urandom(1 << 20)) * 64
    assert resident_bytes(os.getpid()) - before > len(held) // 2


def test_the_first_thread_is_not_beside_itself() -> None:
    before = side_seconds(os.getpid())
    beside = threading.Thread(target=lambda: sum(range(10_000_000)))
    beside.start()
    beside.join()
    alone = side_seconds(os.getpid())
    sum(range(10_000_000))
    assert alone - before > 5 * (side_seconds(os.getpid()) - alone)
