"""What is aimed at, and whether it was met."""

import statistics
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from tests.benchmarks.figures import (
    LEAST_FRAMES_PER_S,
    Results,
    counts,
    cpu_percent,
    delays_of,
    kib_each,
    spread,
)
from tests.benchmarks.job import Conditions, Joins, TonesResult
from tests.benchmarks.plan import (
    FULL_HOUSE,
    LECTURE,
    LINEAR,
    LINEAR_ROOMS_OF,
    MOST,
    ONE_ROOM,
    ROOMS_OF_4,
    TWILIO,
    WIDE,
    Scenario,
)

Values: TypeAlias = Sequence[float | None]

Verdict = Literal["met", "missed", "not taken"]


@dataclass(frozen=True, slots=True)
class Target:
    """One figure and its limit. `judged`: by which of its runs."""

    title: str
    sense: Literal["≤", "<", "≥"]
    limit: float
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
            figure = min(values) if self.sense == "≥" else max(values)
        met = {
            "≤": figure <= self.limit,
            "<": figure < self.limit,
            "≥": figure >= self.limit,
        }[self.sense]
        return "met" if met else "missed"

    def row(self, results: Results) -> tuple[str, str, str, str]:
        """Give its line: what, the limit, min / median / max, and the verdict."""
        verdict = self.verdict(results)
        told = "" if verdict == "not taken" else spread(self.read(results), self.digits)
        limit = f"{self.sense} {self.limit:g}"
        return self.title, limit, told, f"**{verdict}**" if verdict == "missed" else verdict


def _cpu(scenario: Scenario) -> Callable[[Results], Values]:
    return lambda results: [cpu_percent(scenario, run) for run in results.tones.get(scenario, [])]


def _delay(buffer: str, percentile: Literal["p50", "p99"]) -> Callable[[Results], Values]:
    return lambda results: [
        getattr(delays_of(run, buffer).ms, percentile) for run in results.clicks
    ]


def _joins(read: Callable[[Joins], float]) -> Callable[[Results], Values]:
    return lambda results: [read(run.joins) for run in results.joins]


def _ticks(
    conditions: Callable[[Results], Sequence[Conditions]], percentile: Literal["p99", "max"]
) -> Callable[[Results], Values]:
    return lambda results: [
        getattr(told.tick_lateness_ms, percentile) if told.tick_lateness_ms else None
        for told in conditions(results)
    ]


def _busy(results: Results) -> list[Conditions]:
    return [run.tones.conditions for run in results.busy]


def _fetches(results: Results) -> list[Conditions]:
    return [run.conditions for run in results.fetches]


def growth(results: Results) -> Values:
    """Give, for each kind of rooms, what one of MOST costs, in parts of one of 100."""
    found: list[float | None] = []
    for room_of in LINEAR_ROOMS_OF:
        few, many = LINEAR[100, room_of], LINEAR[MOST, room_of]
        if few in results.tones and many in results.tones:
            cost = cpu_percent(few, results.tones[few][0])
            found.append(cpu_percent(many, results.tones[many][0]) / cost if cost else None)
    return found


def most_carried(results: Results) -> Values:
    """Give the largest number of participants all of whom got what they should, in every run."""
    runs_of: dict[int, list[TonesResult]] = defaultdict(list)
    for scenario in (*LINEAR.values(), FULL_HOUSE):
        runs_of[len(scenario.rooms)] += results.tones.get(scenario, [])
    carried = [number for number, runs in runs_of.items() if runs and all(map(counts, runs))]
    taken = [number for number, runs in runs_of.items() if runs]
    return [max(carried, default=0)] if taken else []


TARGETS: Final = (
    Target("200 in one room: CPU each, % of a core", "≤", 0.12, 3, _cpu(ONE_ROOM)),
    Target("200 in rooms of 4: CPU each, %", "≤", 0.14, 3, _cpu(ROOMS_OF_4)),
    Target("800 in rooms of 4: CPU each, %", "≤", 0.11, 3, _cpu(FULL_HOUSE)),
    Target("200 in rooms of 4, `twilio`: CPU each, %", "≤", 0.20, 3, _cpu(TWILIO)),
    Target("200 in rooms of 4, L16 at 16 kHz: CPU each, %", "≤", 0.15, 3, _cpu(WIDE)),
    Target(
        "5 talk, 1000 listen: CPU of all, % of a core",
        "≤",
        50,
        1,
        lambda results: [run.conditions.server_cpu * 100 for run in results.tones.get(LECTURE, [])],
    ),
    Target(
        "800 in rooms of 4: frames/s, worst caller",
        "≥",
        LEAST_FRAMES_PER_S,
        2,
        lambda results: [run.frames_per_s for run in results.tones.get(FULL_HOUSE, [])],
        "worst",
    ),
    Target("most on one core, all of whom get everything", "≥", 800, 0, most_carried),
    Target(f"cost of one of {MOST}, in parts of one of 100", "≤", 1.2, 2, growth, "worst"),
    Target(
        "800 in rooms of 4: memory each, KiB",
        "≤",
        100,
        0,
        lambda results: [kib_each(FULL_HOUSE, run) for run in results.tones.get(FULL_HOUSE, [])],
    ),
    Target("joins a second", "≥", 50, 1, _joins(lambda joins: joins.per_s)),
    Target(
        "join to first sound, p99, ms", "<", 250, 0, _joins(lambda joins: joins.first_sound_ms.p99)
    ),
    Target("a busy server: tick lateness p99, ms", "<", 5, 2, _ticks(_busy, "p99")),
    Target("a busy server: tick lateness max, ms", "<", 20, 1, _ticks(_busy, "max"), "worst"),
    Target("bad answers: tick lateness p99, ms", "<", 5, 2, _ticks(_fetches, "p99")),
    Target("delay, default buffer, p50, ms", "≤", 60, 1, _delay("default", "p50")),
    Target("delay, default buffer, p99, ms", "≤", 80, 1, _delay("default", "p99")),
    Target("delay, buffer off, p50, ms", "≤", 25, 1, _delay("off", "p50")),
)


def judged(results: Results, verdict: Verdict) -> list[str]:
    """Name the targets of this verdict."""
    return [target.title for target in TARGETS if target.verdict(results) == verdict]
