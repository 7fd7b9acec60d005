"""Take the figures of docs/benchmarks.md: `python -m tests.benchmarks [--quick] [--only NAME]`."""

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import NoReturn

from tests.benchmarks.figures import Results, complaints
from tests.benchmarks.hostile import serving
from tests.benchmarks.machine import describe
from tests.benchmarks.page import PAGE, section, tables, told_cores
from tests.benchmarks.pinned import choose_cores
from tests.benchmarks.plan import (
    ALL,
    LINEAR,
    QUICK,
    WHOLE,
    Durations,
    Scenario,
    all_rooms,
)
from tests.benchmarks.runs import RunFailed, carry_out
from tests.benchmarks.sections import write_section
from tests.benchmarks.server import ROOT, Server, ServerFailed


def main() -> int:
    """Take everything; give the exit status: 1 when a run failed or does not count."""
    names = [scenario.name for scenario in ALL]
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument(
        "--quick", action="store_true", help="each figure once and briefly; writes no page"
    )
    parser.add_argument(
        "--only", metavar="NAME", choices=names, help=f"writes no page; one of {', '.join(names)}"
    )
    asked = parser.parse_args()
    wanted = [scenario for scenario in ALL if asked.only in (None, scenario.name)]
    signal.signal(signal.SIGTERM, leave)
    durations = QUICK if asked.quick else WHOLE
    cores = choose_cores()
    print(told_cores(cores))
    try:
        results = take(wanted, durations, cores)
    except ServerFailed as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    print(f"\n{tables(results)}")
    if wanted == list(ALL) and not asked.quick:
        machine = describe() | {"scheduling": results.scheduling}
        write_section(PAGE, "server", section(results, durations, machine, cores))
        print(f"\nwritten: {PAGE.relative_to(ROOT)}")
    return 1 if complaints(results) else 0


def take(wanted: Sequence[Scenario], durations: Durations, cores: tuple[int, int]) -> Results:
    """Go round the scenarios, as often as `durations` says; a run that fails stops no other.

    Raises ServerFailed when there is not even anything to be called.
    """
    results = Results()
    began = time.monotonic()
    with (
        ExitStack() as undo,
        tempfile.TemporaryDirectory(prefix="confab-benchmark-") as directory,
    ):
        hostile = undo.enter_context(serving(cores[1]))
        server = Server(Path(directory), cores[0])
        server.prepare(all_rooms(hostile))
        for scenario, repetition in _in_turn(wanted, durations):
            print(f"run {repetition + 1}: {scenario.title}", flush=True)
            try:
                result = carry_out(server, scenario, durations, repetition, cores[1])
                results.add(scenario, result)
            except (RunFailed, ServerFailed) as error:
                print(error, file=sys.stderr)
                results.failures.append(f"run {repetition + 1}: {str(error).splitlines()[0]}")
            results.scheduling = server.scheduling
            results.server_errors += [f"{line[:80]} …" for line in server.errors()]
    results.minutes = (time.monotonic() - began) / 60
    return results


def _in_turn(wanted: Sequence[Scenario], durations: Durations) -> Iterator[tuple[Scenario, int]]:
    """Give each scenario and the number of its run; those in LINEAR once."""
    for repetition in range(durations.repetitions):
        for scenario in wanted:
            if repetition == 0 or scenario not in LINEAR.values():
                yield scenario, repetition


def leave(_signal: int, _frame: FrameType | None) -> NoReturn:
    """Unwind, so that no process of ours stays."""
    sys.exit(1)


if __name__ == "__main__":
    sys.exit(main())
