"""What our own server's section of docs/benchmarks.md says around the tables."""

from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Final

from tests.benchmarks.busy_day import JOINS_PER_S, OPERATORS, TEXTS_PER_S
from tests.benchmarks.figures import (
    LEAST_FRAMES_PER_S,
    LEAST_HEARD_RIGHT,
    LEAST_JOINS_HEARD,
    MOST_CLICKS_MISSED,
    QUIET_BELOW,
    Results,
    complaints,
    most_cpu_elsewhere,
)
from tests.benchmarks.joining import JOINS_PER_S as STREAM_PER_S
from tests.benchmarks.limits import told_missed
from tests.benchmarks.plan import COSTS, FETCHES, JOINS, LINEAR, PAIRS, TALKERS, Durations
from tests.benchmarks.server import MAX_PARTICIPANTS, ROOT
from tests.benchmarks.tables import (
    busy_table,
    cost_tables,
    delay_table,
    fetches_table,
    folded,
    joins_table,
    judgement,
    linear_table,
    targets_table,
)
from tests.benchmarks.targets import judged

PAGE: Final = ROOT / "docs" / "benchmarks.md"

_TEXT: Final = Path(__file__).with_name("section_of_server.md").read_text()


def tables(results: Results) -> str:
    """Give the tables of all that was taken, what was missed, and what is wrong with the runs."""
    taken: tuple[tuple[Collection[object], Callable[[Results], str]], ...] = (
        (results.tones.keys() & set(COSTS), cost_tables),
        (results.tones.keys() & set(LINEAR.values()), linear_table),
        (results.joins, joins_table),
        (results.busy, busy_table),
        (results.fetches, fetches_table),
        (results.clicks, delay_table),
    )
    parts = [write(results) for runs, write in taken if runs]
    return "\n\n".join((*parts, *_verdicts(results), *_warnings(results)))


def _verdicts(results: Results) -> Iterable[str]:
    missed = judged(results, "missed")
    if missed or judged(results, "met"):
        yield targets_table(results, taken_only=True)
        yield folded(told_missed(missed))
    else:
        yield "**No target was judged.**"


def section(
    results: Results, durations: Durations, machine: Mapping[str, str], cores: tuple[int, int]
) -> str:
    """Give our own server's section of docs/benchmarks.md."""
    targets = (targets_table(results), *judgement(results), *_warnings(results))
    return _TEXT.format(
        repetitions=durations.repetitions,
        minutes=results.minutes,
        cores=told_cores(cores),
        machine=listed(machine),
        targets="\n\n".join(targets),
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
        least_joins=LEAST_JOINS_HEARD,
        most_missed=MOST_CLICKS_MISSED,
        most=MAX_PARTICIPANTS,
    )


def listed(machine: Mapping[str, str]) -> str:
    """Say on what the figures were taken."""
    return "\n".join(f"- {name}: {value}" for name, value in machine.items())


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
