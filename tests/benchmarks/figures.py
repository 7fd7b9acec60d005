"""From results to figures: each over its repetitions, as min / median / max."""

import statistics
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from tests.benchmarks.job import ClicksResult, FetchesResult, Percentiles, TonesResult
from tests.benchmarks.plan import CLICKS, Scenario

LEAST_FRAMES_PER_S: Final = 49.5
LEAST_HEARD_RIGHT: Final = 0.95
MOST_CLICKS_MISSED: Final = 0.02
"""What a run has to keep to count: no server is cheap by what it does not deliver."""

_ERRORS_TOLD: Final = 5

QUIET_BELOW: Final = 0.3
"""Cores taken by all else in a run, above which figures are not what they could be."""


@dataclass
class Results:
    """All runs, in the order in which they were made."""

    tones: dict[Scenario, list[TonesResult]] = field(default_factory=dict)
    clicks: list[ClicksResult] = field(default_factory=list)
    fetches: list[FetchesResult] = field(default_factory=list)
    server_errors: list[str] = field(default_factory=list)
    """What the server logged as an error in any run."""


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
    every = [run.conditions for runs in results.tones.values() for run in runs]
    every += [run.conditions for run in results.clicks]
    return max((conditions.other_cpu for conditions in every), default=0.0)


def complaints(results: Results) -> list[str]:
    """Say what went wrong, and which runs did not deliver what was asked: they mean nothing."""
    found = [f"the server logged: {line}" for line in results.server_errors[:_ERRORS_TOLD]]
    for scenario, runs in results.tones.items():
        for number, run in enumerate(runs, 1):
            if run.frames_per_s < LEAST_FRAMES_PER_S:
                found.append(f"{scenario.title}, run {number}: {run.frames_per_s:.2f} frames/s")
            if run.heard_right < LEAST_HEARD_RIGHT:
                found.append(f"{scenario.title}, run {number}: {run.heard_right:.1%} heard right")
    for number, clicks in enumerate(results.clicks, 1):
        for buffer in ("default", "off"):
            delays = delays_of(clicks, buffer)
            if delays.missed > MOST_CLICKS_MISSED * delays.clicks or not delays.clicks:
                found.append(
                    f"jitter buffer {buffer}, run {number}:"
                    f" {delays.missed} of {delays.clicks} clicks missed"
                )
    return found
