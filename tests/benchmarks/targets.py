"""What is aimed at, and whether it was met."""

import statistics
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Final, Literal, TypeAlias

from tests.benchmarks.figures import (
    LEAST_FRAMES_PER_S,
    Results,
    counted,
    counts,
    cpu_percent,
    delays_of,
    kib_each,
    spread,
)
from tests.benchmarks.job import Conditions, Joins, TonesResult
from tests.benchmarks.limits import Limit, Verdict, marked
from tests.benchmarks.plan import (
    FULL_HOUSE,
    LECTURE,
    LINEAR,
    LINEAR_PARTICIPANTS,
    LINEAR_ROOMS_OF,
    ONE_ROOM,
    ROOMS_OF_4,
    TWILIO,
    WIDE,
    Scenario,
)

Values: TypeAlias = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Target:
    """One figure and its limit. `judged`: by which of its runs; `read` gives it of those that
    count.
    """

    title: str
    limit: Limit
    digits: int
    read: Callable[[Results], Values]
    judged: Literal["median", "worst"] = "median"

    def verdict(self, results: Results) -> Verdict:
        """Judge it; a run that does not tell is passed over."""
        values = [value for value in self.read(results) if value is not None]
        if not values:
            return "not taken"
        figure = statistics.median(values)
        if self.judged == "worst":
            figure = min(values) if self.limit.sense == "≥" else max(values)
        return "met" if self.limit.holds(figure) else "missed"

    def row(self, results: Results) -> tuple[str, str, str, str]:
        """Give its line: what, the limit, min / median / max, and the verdict."""
        verdict = self.verdict(results)
        told = "" if verdict == "not taken" else spread(self.read(results), self.digits)
        return self.title, str(self.limit), told, marked(verdict)


def _tones(
    scenario: Scenario, read: Callable[[Scenario, TonesResult], float]
) -> Callable[[Results], Values]:
    return lambda results: [read(scenario, run) for run in counted(results.tones.get(scenario, []))]


def _cpu(scenario: Scenario) -> Callable[[Results], Values]:
    return _tones(scenario, cpu_percent)


def _delay(buffer: str, percentile: Literal["p50", "p99"]) -> Callable[[Results], Values]:
    return lambda results: [
        getattr(delays_of(run, buffer).ms, percentile) for run in counted(results.clicks)
    ]


def _joins(read: Callable[[Joins], float]) -> Callable[[Results], Values]:
    return lambda results: [read(run.joins) for run in counted(results.joins)]


def _ticks(
    conditions: Callable[[Results], Sequence[Conditions]], percentile: Literal["p99", "max"]
) -> Callable[[Results], Values]:
    return lambda results: [
        getattr(told.tick_lateness_ms, percentile) if told.tick_lateness_ms else None
        for told in conditions(results)
    ]


def _busy(results: Results) -> list[Conditions]:
    return [run.tones.conditions for run in counted(results.busy)]


def _fetches(results: Results) -> list[Conditions]:
    return [run.tones.conditions for run in counted(results.fetches)]


def growth(results: Results, fewer: int, more: int) -> Values:
    """Give, for each kind of rooms that both have, what one of `more` costs, in parts of one of
    `fewer`. Each is taken once and briefly (Durations.linear_s).
    """
    return list(_growth(results, fewer, more))


def _growth(results: Results, fewer: int, more: int) -> Iterator[float]:
    for room_of in LINEAR_ROOMS_OF:
        costs = [
            [cpu_percent(scenario, run) for run in counted(results.tones.get(scenario, []))]
            for callers in (fewer, more)
            if (scenario := LINEAR.get((callers, room_of))) is not None
        ]
        if len(costs) == 2 and all(costs) and (least := statistics.median(costs[0])):
            yield statistics.median(costs[1]) / least


def most_carried(results: Results) -> Values:
    """Give the largest number of participants all of whom got what they should, in every run."""
    runs_of: dict[int, list[TonesResult]] = defaultdict(list)
    for scenario in (*LINEAR.values(), FULL_HOUSE):
        runs_of[len(scenario.rooms)] += results.tones.get(scenario, [])
    carried = [number for number, runs in runs_of.items() if runs and all(map(counts, runs))]
    taken = [number for number, runs in runs_of.items() if runs]
    return [max(carried, default=0)] if taken else []


TARGETS: Final = (
    Target("200 in one room: CPU each, % of a core", Limit("≤", 0.12), 3, _cpu(ONE_ROOM)),
    Target("200 in rooms of 4: CPU each, %", Limit("≤", 0.14), 3, _cpu(ROOMS_OF_4)),
    Target("800 in rooms of 4: CPU each, %", Limit("≤", 0.11), 3, _cpu(FULL_HOUSE)),
    Target("200 in rooms of 4, `twilio`: CPU each, %", Limit("≤", 0.20), 3, _cpu(TWILIO)),
    Target("200 in rooms of 4, L16 at 16 kHz: CPU each, %", Limit("≤", 0.15), 3, _cpu(WIDE)),
    Target(
        f"{LECTURE.title}: CPU of all, % of a core",
        Limit("≤", 50),
        1,
        _tones(LECTURE, lambda _, run: run.conditions.server_cpu * 100),
    ),
    Target(
        "800 in rooms of 4: frames/s, worst caller",
        Limit("≥", LEAST_FRAMES_PER_S),
        2,
        # All runs: those that do not count are what this is about.
        lambda results: [run.frames_per_s for run in results.tones.get(FULL_HOUSE, [])],
        "worst",
    ),
    Target("most on one core, all of whom get everything", Limit("≥", 800), 0, most_carried),
    *(
        Target(
            f"cost of one of {more}, in parts of one of {fewer}",
            Limit("≤", 1.2),
            2,
            partial(growth, fewer=fewer, more=more),
            "worst",
        )
        for fewer, more in pairwise(LINEAR_PARTICIPANTS)
    ),
    Target("800 in rooms of 4: memory each, KiB", Limit("≤", 100), 0, _tones(FULL_HOUSE, kib_each)),
    Target("joins a second", Limit("≥", 50), 1, _joins(lambda joins: joins.per_s)),
    Target(
        "join to first sound, p99, ms",
        Limit("<", 250),
        0,
        _joins(lambda joins: joins.first_sound_ms.p99),
    ),
    Target("a busy server: tick lateness p99, ms", Limit("<", 5), 2, _ticks(_busy, "p99")),
    Target(
        "a busy server: tick lateness max, ms", Limit("<", 20), 1, _ticks(_busy, "max"), "worst"
    ),
    Target("bad answers: tick lateness p99, ms", Limit("<", 5), 2, _ticks(_fetches, "p99")),
    Target("delay, default buffer, median, ms", Limit("≤", 60), 1, _delay("default", "p50")),
    Target("delay, default buffer, p99, ms", Limit("≤", 80), 1, _delay("default", "p99")),
    Target("delay, buffer off, median, ms", Limit("≤", 25), 1, _delay("off", "p50")),
)


def judged(results: Results, verdict: Verdict) -> list[str]:
    """Name the targets of this verdict."""
    return [target.title for target in TARGETS if target.verdict(results) == verdict]
