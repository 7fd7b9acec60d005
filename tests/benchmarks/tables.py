"""The tables of what our own server does."""

import textwrap
from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeAlias

from tests.benchmarks.figures import (
    Results,
    counted,
    counts,
    cpu_percent,
    delays_of,
    kib_each,
    spread,
)
from tests.benchmarks.job import Conditions, Joins, TonesResult
from tests.benchmarks.limits import told_missed, why_missed
from tests.benchmarks.plan import (
    BUSY,
    COSTS,
    HOSTILE,
    LINEAR,
    LINEAR_PARTICIPANTS,
    LINEAR_ROOMS_OF,
    Scenario,
)
from tests.benchmarks.targets import TARGETS, judged

_Reading: TypeAlias = Callable[[Scenario, TonesResult], float | None]

_COLUMNS: Final = 3
"""Scenarios beside one another."""

_DELIVERED_ROWS: Final[tuple[tuple[str, _Reading, int], ...]] = (
    ("frames/s received, worst caller", lambda _, run: run.frames_per_s, 2),
    ("heard right, worst caller, %", lambda _, run: run.heard_right * 100, 2),
)
"""Of all runs: by these it is told which of them count."""

_COST_ROWS: Final[tuple[tuple[str, _Reading, int], ...]] = (
    ("**CPU a participant, % of a core**", cpu_percent, 3),
    ("memory a participant, KiB", kib_each, 0),
    ("tick lateness p50, ms", lambda _, run: _tick(run.conditions, "p50"), 2),
    ("tick lateness p99, ms", lambda _, run: _tick(run.conditions, "p99"), 2),
    ("tick lateness max, ms", lambda _, run: _tick(run.conditions, "max"), 1),
    ("ticks skipped", lambda _, run: run.conditions.skipped_ticks, 0),
    ("behind an even 20 ms, p50, ms", lambda _, run: run.departures_ms.p50, 1),
    ("behind an even 20 ms, p99, ms", lambda _, run: run.departures_ms.p99, 1),
    ("behind an even 20 ms, max, ms", lambda _, run: run.departures_ms.max, 1),
    ("callers send late, p99, ms", lambda _, run: run.conditions.send_lateness_ms.p99, 1),
    ("callers' CPU, % of their core", lambda _, run: run.conditions.generator_cpu * 100, 0),
    ("CPU of all else, % of a core", lambda _, run: run.conditions.other_cpu * 100, 0),
)


def targets_table(results: Results, *, taken_only: bool = False) -> str:
    """Give every target with what was measured."""
    rows = [
        target.row(results)
        for target in TARGETS
        if not taken_only or target.verdict(results) != "not taken"
    ]
    return table(("target", "asked for", "min / median / max", ""), rows)


def judgement(results: Results) -> Iterator[str]:
    """Name the targets that were missed, with what is known of why, and those not taken."""
    missed, not_taken = judged(results, "missed"), judged(results, "not taken")
    yield folded(told_missed(missed))
    if missed:
        yield why_missed(missed)
    if not_taken:
        yield folded(f"**Not taken:** {'; '.join(not_taken)}.")


def delay_table(results: Results) -> str:
    """Compare the jitter buffers."""
    rows = []
    for buffer in ("default", "off"):
        runs = [delays_of(result, buffer) for result in counted(results.clicks)]
        rows.append(
            (
                buffer,
                spread((run.ms.p50 for run in runs), 1),
                spread((run.ms.p99 for run in runs), 1),
                spread((run.ms.max for run in runs), 1),
                f"{sum(run.missed for run in runs)} of {sum(run.clicks for run in runs)}",
            )
        )
    late = [run.conditions.send_lateness_ms for run in counted(results.clicks)]
    note = (
        "The callers' own loop was late by"
        f" {spread((run.p50 for run in late), 2)} ms (p50) and"
        f" {spread((run.p99 for run in late), 2)} ms (p99)."
    )
    heads = ("buffer", "median, ms", "p99, ms", "max, ms", "clicks missed")
    return f"{table(heads, rows)}\n\n{note}"


def cost_tables(results: Results) -> str:
    """Give a table for each few of the scenarios that were taken."""
    taken = [scenario for scenario in COSTS if scenario in results.tones]
    return "\n\n".join(
        _cost_table(results, taken[first : first + _COLUMNS])
        for first in range(0, len(taken), _COLUMNS)
    )


def linear_table(results: Results) -> str:
    """Tell what one participant costs, by how many there are, and in how large rooms."""
    rows = [
        (str(callers), *(_linear_cell(results, callers, room_of) for room_of in LINEAR_ROOMS_OF))
        for callers in LINEAR_PARTICIPANTS
    ]
    heads = ("participants", *(f"rooms of {size}" for size in LINEAR_ROOMS_OF[:-1]), "one room")
    return table(heads, rows)


def joins_table(results: Results) -> str:
    """Tell how callers who came one after the other were received."""
    runs = [run.joins for run in counted(results.joins)]
    return table(("", "callers come and go"), _joins_rows(runs))


def busy_table(results: Results) -> str:
    """Tell how late ticks were while the server did all else."""
    runs = counted(results.busy)
    rows = [
        *_tick_rows([run.tones.conditions for run in runs]),
        *_delivered_rows([run.tones for run in results.busy]),
        *_joins_rows([run.joins for run in runs]),
        ("pages fetched", spread((run.pages for run in runs), 0)),
        ("slowest page, ms", spread((run.slowest_page_ms for run in runs), 0)),
        ("messages to a live page", spread((run.told for run in runs), 0)),
        ("texts spoken", spread((run.texts for run in runs), 0)),
        ("MP3 encoded, KiB", spread((run.mp3_bytes / 1024 for run in runs), 0)),
    ]
    return table(("", BUSY.title), rows)


def fetches_table(results: Results) -> str:
    """Tell how late ticks were while bad answers were read."""
    rows = [
        *_tick_rows([run.tones.conditions for run in counted(results.fetches)]),
        *_delivered_rows([run.tones for run in results.fetches]),
    ]
    return table(("", HOSTILE.title), rows)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a table as Markdown has it, its columns as wide as they must be."""
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    lines = [heads, ["-" * width for width in widths], *rows]
    return "\n".join(
        "| "
        + " | ".join(f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True))
        + " |"
        for line in lines
    )


def folded(text: str) -> str:
    """Break a text into lines."""
    return textwrap.fill(text, 96, break_long_words=False, break_on_hyphens=False)


def _cost_table(results: Results, scenarios: Sequence[Scenario]) -> str:
    every = [(scenario, results.tones[scenario]) for scenario in scenarios]
    counting = [(scenario, counted(runs)) for scenario, runs in every]
    rows = [
        (title, *(_cell(runs, scenario, read, digits) for scenario, runs in columns))
        for table_rows, columns in ((_DELIVERED_ROWS, every), (_COST_ROWS, counting))
        for title, read, digits in table_rows
    ]
    return table(("", *(scenario.title for scenario in scenarios)), rows)


def _cell(runs: Sequence[TonesResult], scenario: Scenario, read: _Reading, digits: int) -> str:
    return spread((read(scenario, run) for run in runs), digits) if runs else "does not count"


def _linear_cell(results: Results, callers: int, room_of: int) -> str:
    scenario = LINEAR.get((callers, room_of))
    if scenario is None:
        return ""
    runs = results.tones.get(scenario, [])
    if runs and not any(map(counts, runs)):
        return "not all heard"
    return spread((cpu_percent(scenario, run) for run in counted(runs)), 3)


def _joins_rows(joins: Sequence[Joins]) -> list[tuple[str, str]]:
    return [
        ("callers who came in", spread((run.called for run in joins), 0)),
        ("of whom heard who talked", spread((run.heard for run in joins), 0)),
        ("joins a second", spread((run.per_s for run in joins), 1)),
        ("join to first sound, p50, ms", spread((run.first_sound_ms.p50 for run in joins), 0)),
        ("join to first sound, p99, ms", spread((run.first_sound_ms.p99 for run in joins), 0)),
        ("join to first sound, max, ms", spread((run.first_sound_ms.max for run in joins), 0)),
    ]


def _delivered_rows(runs: Sequence[TonesResult]) -> list[tuple[str, str]]:
    return [
        ("frames/s received, worst caller", spread((run.frames_per_s for run in runs), 2)),
        ("heard right, worst caller, %", spread((run.heard_right * 100 for run in runs), 2)),
    ]


def _tick_rows(runs: Sequence[Conditions]) -> list[tuple[str, str]]:
    return [
        ("tick lateness p50, ms", spread((_tick(run, "p50") for run in runs), 2)),
        ("tick lateness p99, ms", spread((_tick(run, "p99") for run in runs), 2)),
        ("tick lateness max, ms", spread((_tick(run, "max") for run in runs), 1)),
        ("ticks skipped", spread((run.skipped_ticks for run in runs), 0)),
        ("CPU of the server, % of its core", spread((run.server_cpu * 100 for run in runs), 0)),
    ]


def _tick(conditions: Conditions, percentile: str) -> float | None:
    ticks = conditions.tick_lateness_ms
    if ticks is None:
        return None
    figure: float = getattr(ticks, percentile)
    return figure
