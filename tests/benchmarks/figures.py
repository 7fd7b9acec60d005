"""From results to figures: each over its repetitions, as min / median / max."""

import statistics
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, TypeVar

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

LEFT_OUT: Final = ", so it is left out"
"""Ends a complaint of a run that does not count."""

_ERRORS_TOLD: Final = 5

_R = TypeVar("_R", bound=Result)

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
    scheduling: str = "not told"
    """How the server's threads were scheduled."""
    minutes: float = 0.0
    """How long it took to make them all."""

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
        others += [("fetches", run.tones.conditions) for run in self.fetches]
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


def counts(result: Result) -> bool:
    """Tell whether everybody got what was asked for; else the run's figures mean nothing."""
    match result:
        case TonesResult():
            enough = result.frames_per_s >= LEAST_FRAMES_PER_S
            return enough and result.heard_right >= LEAST_HEARD_RIGHT
        case ClicksResult():
            return not any(_clicks_complaints(result))
        case FetchesResult():
            return counts(result.tones)
        case JoinsResult():
            return _were_heard(result.joins)
        case BusyResult():
            return counts(result.tones) and _were_heard(result.joins) and _was_busy(result)


def counted(results: Iterable[_R]) -> list[_R]:
    """Give those that count."""
    return [result for result in results if counts(result)]


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
    """Give how many cores all else took, in the worst of the runs in which server and callers were
    to be alone: in others the server's children and those who answer badly are all else, too.
    """
    conditions = [run.conditions for runs in results.tones.values() for run in runs]
    conditions += [run.conditions for run in results.clicks]
    conditions += [run.conditions for run in results.joins]
    return max((told.other_cpu for told in conditions), default=0.0)


def complaints(results: Results) -> list[str]:
    """Say what went wrong, and which runs did not deliver what was asked: they mean nothing."""
    found = list(results.failures)
    found += [f"the server logged: {line}" for line in results.server_errors[:_ERRORS_TOLD]]
    for scenario, runs in results.tones.items():
        for number, run in enumerate(runs, 1):
            found += tones_complaints(f"{scenario.title}, run {number}", run)
    for number, fetch in enumerate(results.fetches, 1):
        found += tones_complaints(f"fetches, run {number}", fetch.tones)
    for number, busy in enumerate(results.busy, 1):
        found += tones_complaints(f"busy, run {number}", busy.tones)
        found += _joins_complaints(f"busy, run {number}", busy.joins)
        if not _was_busy(busy):
            found.append(f"busy, run {number}: the server had less to do than it should{LEFT_OUT}")
    for number, come in enumerate(results.joins, 1):
        found += _joins_complaints(f"joins, run {number}", come.joins)
    for number, click in enumerate(results.clicks, 1):
        found += [f"clicks, run {number}: {told}{LEFT_OUT}" for told in _clicks_complaints(click)]
    for title, conditions in results.conditions():
        if conditions.generator_cpu > MOST_GENERATOR_CPU:
            found.append(
                f"{title}: the callers took {conditions.generator_cpu:.0%} of their core, so the"
                " figure may be theirs"
            )
    return found


def _clicks_complaints(run: ClicksResult) -> Iterator[str]:
    for buffer in ("default", "off"):
        delays = delays_of(run, buffer)
        if delays.missed > MOST_CLICKS_MISSED * delays.clicks or not delays.clicks:
            yield f"{delays.missed} of {delays.clicks} clicks missed, jitter buffer {buffer}"


def _were_heard(joins: Joins) -> bool:
    """Tell whether enough of those who came in heard who talked."""
    return bool(joins.called) and joins.heard >= LEAST_JOINS_HEARD * joins.called


def _was_busy(run: BusyResult) -> bool:
    """Tell whether the server did all that it was to do beside the talk."""
    return bool(run.pages and run.told and run.texts and run.mp3_bytes)


def _joins_complaints(title: str, joins: Joins) -> Iterator[str]:
    if not _were_heard(joins):
        yield f"{title}: {joins.heard} of {joins.called} who came in heard who talked{LEFT_OUT}"


def tones_complaints(title: str, run: TonesResult) -> list[str]:
    """Say what one run did not deliver."""
    found = []
    if run.frames_per_s < LEAST_FRAMES_PER_S:
        found.append(f"{title}: {run.frames_per_s:.2f} frames/s{LEFT_OUT}")
    if run.heard_right < LEAST_HEARD_RIGHT:
        found.append(f"{title}: {run.heard_right:.1%} heard right{LEFT_OUT}")
    return found
