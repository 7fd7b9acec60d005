"""One run: a server that is started for it, and callers in a process of their own."""

import subprocess
import sys
from contextlib import AbstractContextManager
from typing import Final, Protocol

from tests.benchmarks.job import RESULTS, Address, Job, Result, read
from tests.benchmarks.pinned import finish, start_pinned
from tests.benchmarks.plan import BUSY, BUSY_RECORDING_MINUTES, Durations, Scenario
from tests.benchmarks.server import ROOT, Server

_AT_MOST_S: Final = 180.0
"""A guard against callers that hang."""


class RunFailed(Exception):
    """The callers could not do their job."""


class Bridge(Protocol):
    """A server under measurement."""

    name: str
    address: Address

    def running(self) -> AbstractContextManager[int]:
        """Start it, give its process id when it is ready, and stop it. Raises ServerFailed."""
        ...

    def last_words(self) -> str:
        """Give the end of the log of the last start."""
        ...


def carry_out(
    bridge: Bridge, scenario: Scenario, durations: Durations, seed: int, core: int
) -> Result:
    """Carry out one run, with the callers on `core`. Raises RunFailed, ServerFailed."""
    warm_up_s, seconds = durations.of(scenario)
    running = bridge.running()
    if scenario is BUSY and isinstance(bridge, Server):
        running = bridge.running(BUSY_RECORDING_MINUTES)
    with running as server_pid:
        job = Job(
            kind=scenario.kind,
            rooms=scenario.rooms,
            address=bridge.address,
            server_pid=server_pid,
            warm_up_s=warm_up_s,
            seconds=seconds,
            seed=seed,
            transport=scenario.transport,
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
            said, complaint = callers.communicate(job.to_json(), timeout=_AT_MOST_S)
        except subprocess.TimeoutExpired:
            raise RunFailed(
                f"{bridge.name}, {scenario.title}: no end after {_AT_MOST_S:.0f} s\n"
                f"the server's last words:\n{bridge.last_words()}"
            ) from None
        finally:
            finish(callers)
        if callers.returncode:
            raise RunFailed(
                f"{bridge.name}, {scenario.title}: {complaint.strip()}\n"
                f"the server's last words:\n{bridge.last_words()}"
            )
    return read(RESULTS[scenario.kind], said)
