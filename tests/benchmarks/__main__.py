"""Take the figures of docs/benchmarks.md: `python -m tests.benchmarks [--quick]`."""

import argparse
import signal
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

from tests.benchmarks.figures import Results, complaints
from tests.benchmarks.hostile import serving
from tests.benchmarks.job import Job, clicks_from_json, fetches_from_json, tones_from_json
from tests.benchmarks.machine import describe
from tests.benchmarks.page import tables, told_cores, write_page
from tests.benchmarks.pinned import choose_cores, finish, start_pinned
from tests.benchmarks.plan import (
    CLICKS,
    COSTS,
    HOSTILE,
    QUICK,
    WHOLE,
    Durations,
    Scenario,
    all_rooms,
)
from tests.benchmarks.server import ROOT, Server, ServerFailed

PAGE: Final = ROOT / "docs" / "benchmarks.md"


class RunFailed(Exception):
    """The callers could not do their job."""


def main() -> int:
    """Take everything; give the exit status: 1 when a run failed or does not count."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument(
        "--quick", action="store_true", help="each figure once and briefly; writes no page"
    )
    quick = parser.parse_args().quick
    signal.signal(signal.SIGTERM, _leave)
    durations = QUICK if quick else WHOLE
    cores = choose_cores()
    print(told_cores(cores))
    try:
        results = take_all(durations, cores)
    except (RunFailed, ServerFailed) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    print(f"\n{tables(results)}")
    if not quick:
        PAGE.write_text(write_page(results, durations, describe(), cores))
        print(f"\nwritten: {PAGE.relative_to(ROOT)}")
    return 1 if complaints(results) else 0


def take_all(durations: Durations, cores: tuple[int, int]) -> Results:
    """Go round all scenarios, as often as `durations` says. Raises RunFailed, ServerFailed."""
    results = Results()
    with (
        ExitStack() as undo,
        tempfile.TemporaryDirectory(prefix="confab-benchmark-") as directory,
    ):
        server = Server(Path(directory), cores[0])
        hostile = undo.enter_context(serving(cores[1]))
        server.prepare(all_rooms(hostile))
        for repetition in range(durations.repetitions):
            for scenario in (CLICKS, *COSTS, HOSTILE):
                print(f"run {repetition + 1}: {scenario.title}", flush=True)
                said = _run(server, scenario, durations, repetition, cores[1])
                results.server_errors += [f"{line[:80]} …" for line in server.errors()]
                if scenario.kind == "clicks":
                    results.clicks.append(clicks_from_json(said))
                elif scenario.kind == "fetches":
                    results.fetches.append(fetches_from_json(said))
                else:
                    results.tones.setdefault(scenario, []).append(tones_from_json(said))
    return results


def _run(server: Server, scenario: Scenario, durations: Durations, seed: int, core: int) -> str:
    """Carry out one run with a server that is started for it."""
    warm_up_s, seconds = durations.of(scenario.kind)
    with server.running() as server_pid:
        job = Job(
            kind=scenario.kind,
            rooms=scenario.rooms,
            port=server.port,
            account_sid=server.account_sid,
            auth_token=server.auth_token,
            server_pid=server_pid,
            warm_up_s=warm_up_s,
            seconds=seconds,
            seed=seed,
        )
        callers = start_pinned(
            [sys.executable, "-m", "tests.benchmarks.load_generator"],
            core,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        try:
            said, complaint = callers.communicate(job.to_json())
        finally:
            finish(callers)
        if callers.returncode:
            raise RunFailed(f"{complaint}\nthe server's last words:\n{server.last_words()}")
    return said


def _leave(_signal: int, _frame: FrameType | None) -> NoReturn:
    """Unwind, so that no process of ours stays."""
    sys.exit(1)


if __name__ == "__main__":
    sys.exit(main())
