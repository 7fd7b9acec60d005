"""From results to figures: each over its repetitions, as min / median / max."""

import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from tests.benchmarks.job import (
    BusyResult,
    ClicksResult,
    Conditions,
    FetchesResult,
    Joins,
    JoinsResult,
    Percentiles,
    Result,
    TonesResult,
)
from tests.benchmarks.plan import CLICKS, Scenario

LEAST_FRAMES_PER_S: Final = 49.5
LEAST_HEARD_RIGHT: Final = 0.95
LEAST_JOINS_HEARD: Final = 0.99
MOST_CLICKS_MISSED: Final = 0.02
"""What a run has to keep to count: no server is cheap by what it does not deliver."""

MOST_GENERATOR_CPU: Final = 0.9
"""Of the callers' core: above it a figure may be theirs and not the server's."""

_ERRORS_TOLD: Final = 5

QUIET_BELOW: Final = 0.3
"""Cores taken by all else in a run, above which figures are not what they could be."""


@dataclass
class Results:
    """All runs, in the order in which they were made."""

    tones: dict[Scenario, list[TonesResult]] = field(default_factory=dict)
    clicks: list[ClicksResult] = field(default_factory=list)
    fetches: list[FetchesResult] = field(default_factory=list)
    joins: list[JoinsResult] = field(default_factory=list)
    busy: list[BusyResult] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    """Why runs gave no figure at all."""
    server_errors: list[str] = field(default_factory=list)
    """What the server logged as an error in any run."""

    def add(self, scenario: Scenario, result: Result) -> None:
        """Take in one run."""
        match result:
            case TonesResult():
                self.tones.setdefault(scenario, []).append(result)
            case ClicksResult():
                self.clicks.append(result)
            case FetchesResult():
                self.fetches.append(result)
            case JoinsResult():
                self.joins.append(result)
            case BusyResult():
                self.busy.append(result)

    def conditions(self) -> Iterator[tuple[str, Conditions]]:
        """Give what each run was like, with its name."""
        for scenario, runs in self.tones.items():
            for number, tones in enumerate(runs, 1):
                yield f"{scenario.title}, run {number}", tones.conditions
        others = [("clicks", run.conditions) for run in self.clicks]
        others += [("fetches", run.conditions) for run in self.fetches]
        others += [("joins", run.conditions) for run in self.joins]
        others += [("busy", run.tones.conditions) for run in self.busy]
        yield from others


@dataclass(frozen=True, slots=True)
class Delays:
    """Of one kind of jitter buffer, in one run."""

    clicks: int
    missed: int
    ms: Percentiles


def delays_of(result: ClicksResult, buffer: str) -> Delays:
    """Gather what the pairs with this jitter buffer ("default", "off") found."""
    rooms = CLICKS.rooms
    every = [
        delay
        for room, delays in zip(rooms, result.delays_ms, strict=True)
        if room.startswith(f"{buffer}-")
        for delay in delays
    ]
    heard = [delay / 1000 for delay in every if delay is not None]
    return Delays(len(every), len(every) - len(heard), Percentiles.of(heard))


def cpu_percent(scenario: Scenario, result: TonesResult) -> float:
    """Give the server's CPU time for each participant, in % of one core."""
    return result.conditions.server_cpu / len(scenario.rooms) * 100


def kib_each(scenario: Scenario, result: TonesResult) -> float:
    """Give by how many KiB the server grew for each participant."""
    return result.grown_bytes / len(scenario.rooms) / 1024


def counts(result: TonesResult) -> bool:
    """Tell whether everybody got what was asked for."""
    return result.frames_per_s >= LEAST_FRAMES_PER_S and result.heard_right >= LEAST_HEARD_RIGHT


def spread(values: Iterable[float | None], digits: int) -> str:
    """Write min / median / max; one value alone; "not told" when there is none."""
    told = [value for value in values if value is not None]
    if not told:
        return "not told"
    if len(told) == 1:
        return f"{told[0]:.{digits}f}"
    figures = (min(told), statistics.median(told), max(told))
    return " / ".join(f"{figure:.{digits}f}" for figure in figures)


def most_cpu_elsewhere(results: Results) -> float:
    """Give how many cores all else took, in the worst run."""
    return max((told.other_cpu for _, told in results.conditions()), default=0.0)


def complaints(results: Results) -> list[str]:
    """Say what went wrong, and which runs did not deliver what was asked: they mean nothing."""
    found = list(results.failures)
    found += [f"the server logged: {line}" for line in results.server_errors[:_ERRORS_TOLD]]
    for scenario, runs in results.tones.items():
        for number, run in enumerate(runs, 1):
            found += tones_complaints(f"{scenario.title}, run {number}", run)
    for number, busy in enumerate(results.busy, 1):
        found += tones_complaints(f"busy, run {number}", busy.tones)
        found += _joins_complaints(f"busy, run {number}", busy.joins)
        if not (busy.pages and busy.told and busy.texts and busy.mp3_bytes):
            found.append(f"busy, run {number}: the server had less to do than it should")
    for number, come in enumerate(results.joins, 1):
        found += _joins_complaints(f"joins, run {number}", come.joins)
    found += _clicks_complaints(results.clicks)
    for title, conditions in results.conditions():
        if conditions.generator_cpu > MOST_GENERATOR_CPU:
            found.append(
                f"{title}: the callers took {conditions.generator_cpu:.0%} of their core, so the"
                " figure may be theirs"
            )
    return found


def _clicks_complaints(runs: Sequence[ClicksResult]) -> Iterator[str]:
    for number, run in enumerate(runs, 1):
        for buffer in ("default", "off"):
            delays = delays_of(run, buffer)
            if delays.missed > MOST_CLICKS_MISSED * delays.clicks or not delays.clicks:
                yield (
                    f"jitter buffer {buffer}, run {number}:"
                    f" {delays.missed} of {delays.clicks} clicks missed"
                )


def _joins_complaints(title: str, joins: Joins) -> Iterator[str]:
    if joins.heard < LEAST_JOINS_HEARD * joins.called or not joins.called:
        yield f"{title}: {joins.heard} of {joins.called} who came in heard who talked"


def tones_complaints(title: str, run: TonesResult) -> list[str]:
    """Say what one run did not deliver."""
    found = []
    if run.frames_per_s < LEAST_FRAMES_PER_S:
        found.append(f"{title}: {run.frames_per_s:.2f} frames/s")
    if run.heard_right < LEAST_HEARD_RIGHT:
        found.append(f"{title}: {run.heard_right:.1%} heard right")
    return found
