"""What our own server's section of docs/benchmarks.md says around the tables."""

from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Final

from tests.benchmarks.busy_day import JOINS_PER_S, OPERATORS, TEXTS_PER_S
from tests.benchmarks.figures import (
    LEAST_FRAMES_PER_S,
    LEAST_HEARD_RIGHT,
    QUIET_BELOW,
    Results,
    complaints,
    most_cpu_elsewhere,
)
from tests.benchmarks.joining import JOINS_PER_S as STREAM_PER_S
from tests.benchmarks.plan import COSTS, FETCHES, JOINS, LINEAR, PAIRS, TALKERS, Durations
from tests.benchmarks.server import MAX_PARTICIPANTS, ROOT
from tests.benchmarks.tables import (
    busy_table,
    cost_tables,
    delay_table,
    fetches_table,
    joins_table,
    linear_table,
    targets_table,
)

PAGE: Final = ROOT / "docs" / "benchmarks.md"

_TEXT: Final = Path(__file__).with_name("section_of_server.md").read_text()


def tables(results: Results) -> str:
    """Give the tables of all that was taken, and what is wrong with the runs."""
    taken: tuple[tuple[Collection[object], Callable[[Results], str]], ...] = (
        (results.tones.keys() & set(COSTS), cost_tables),
        (results.tones.keys() & set(LINEAR.values()), linear_table),
        (results.joins, joins_table),
        (results.busy, busy_table),
        (results.fetches, fetches_table),
        (results.clicks, delay_table),
    )
    parts = [write(results) for runs, write in taken if runs]
    return "\n\n".join((targets_table(results, taken_only=True), *parts, *_warnings(results)))


def section(
    results: Results, durations: Durations, machine: Mapping[str, str], cores: tuple[int, int]
) -> str:
    """Give our own server's section of docs/benchmarks.md."""
    return _TEXT.format(
        repetitions=durations.repetitions,
        cores=told_cores(cores),
        machine="\n".join(f"- {name}: {value}" for name, value in machine.items()),
        targets="\n\n".join((targets_table(results), *_warnings(results))),
        cost=cost_tables(results),
        linear=linear_table(results),
        linear_s=durations.linear_s,
        stream_rooms=len(JOINS.rooms),
        stream_per_s=STREAM_PER_S,
        joins=joins_table(results),
        joins_per_s=JOINS_PER_S,
        texts_per_s=TEXTS_PER_S,
        operators=OPERATORS,
        busy=busy_table(results),
        talkers=TALKERS,
        fetches=FETCHES,
        fetches_table=fetches_table(results),
        pairs=PAIRS,
        delay=delay_table(results),
        clicks_s=durations.clicks_s,
        clicks_warm_up_s=durations.clicks_warm_up_s,
        tones_s=durations.tones_s,
        tones_warm_up_s=durations.tones_warm_up_s,
        least_frames=LEAST_FRAMES_PER_S,
        least_right=LEAST_HEARD_RIGHT,
        most=MAX_PARTICIPANTS,
    )


def told_cores(cores: tuple[int, int]) -> str:
    """Say who ran where."""
    server, callers = cores
    if server == callers:
        return "There was one core only, which server and callers shared: delays are worse for it."
    return f"The server was pinned to core {server}, the callers to core {callers}."


def _warnings(results: Results) -> Iterable[str]:
    if (elsewhere := most_cpu_elsewhere(results)) > QUIET_BELOW:
        yield (
            f"**This machine was not quiet:** all else took up to {elsewhere:.0%} of a core, which"
            "\nraises the CPU figures and lengthens every tail."
        )
    found = complaints(results)
    if found:
        yield "**Not as it should be:**\n\n" + "\n".join(f"- {line}" for line in found)
