"""Measure Janus and the floor beside ours: `python -m tests.benchmarks.peers [--quick]`.

Each scenario is taken with one bridge after the other on the same cores, again and again, so that
what the machine does besides falls on all of them.
"""

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from tests.benchmarks.__main__ import leave
from tests.benchmarks.figures import counts
from tests.benchmarks.floor import Floor, compiler
from tests.benchmarks.janus import Janus
from tests.benchmarks.janus_api import MIX_HZ
from tests.benchmarks.job import TonesResult, Transport
from tests.benchmarks.machine import describe
from tests.benchmarks.page import PAGE
from tests.benchmarks.peers_page import NARROW, Peers, complaints, section, tables
from tests.benchmarks.pinned import choose_cores
from tests.benchmarks.plan import (
    FULL_HOUSE,
    ONE_ROOM,
    QUICK,
    ROOMS_OF_4,
    SMALLER_HOUSE,
    WHOLE,
    Durations,
    Scenario,
    all_rooms,
)
from tests.benchmarks.runs import Bridge, RunFailed, carry_out
from tests.benchmarks.sections import write_section
from tests.benchmarks.server import ROOT, Server, ServerFailed

SCENARIOS: Final = (ONE_ROOM, ROOMS_OF_4, FULL_HOUSE)
_NOBODY: Final = "http://127.0.0.1:1"


def main() -> int:
    """Take everything; give the exit status: 1 when a run failed or does not count."""
    names = [scenario.name for scenario in SCENARIOS]
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.peers")
    parser.add_argument(
        "--quick", action="store_true", help="each figure once and briefly; writes no page"
    )
    parser.add_argument(
        "--only", metavar="NAME", choices=names, help=f"writes no page; one of {', '.join(names)}"
    )
    asked = parser.parse_args()
    wanted = [scenario for scenario in SCENARIOS if asked.only in (None, scenario.name)]
    signal.signal(signal.SIGTERM, leave)
    durations = QUICK if asked.quick else WHOLE
    cores = choose_cores()
    try:
        peers = take(wanted, durations, cores)
    except ServerFailed as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    print(f"\n{tables(peers)}")
    if wanted == list(SCENARIOS) and not asked.quick:
        machine = describe() | {
            "scheduling": peers.scheduling,
            "others": f"Janus {peers.janus_version}; floor.c by {compiler()}",
        }
        write_section(PAGE, "peers", section(peers, durations, machine, cores, SMALLER_HOUSE))
        print(f"\nwritten: {PAGE.relative_to(ROOT)}")
    return 1 if complaints(peers) else 0


def take(wanted: Sequence[Scenario], durations: Durations, cores: tuple[int, int]) -> Peers:
    """Go round scenarios and bridges, as often as `durations` says; a run that fails stops no
    other. Raises ServerFailed when a bridge can not be had.
    """
    with tempfile.TemporaryDirectory(prefix="confab-peers-") as directory:
        peers = Peers()
        began = time.monotonic()
        bridges = _bridges(Path(directory), cores[0], peers)
        for repetition in range(durations.repetitions):
            for scenario in wanted:
                for bridge, transport in bridges:
                    print(f"run {repetition + 1}: {bridge.name}, {scenario.title}", flush=True)
                    run = _Run(bridge, transport, durations, repetition, cores[1])
                    try:
                        _take_one(peers, scenario, run)
                    except (RunFailed, ServerFailed) as error:
                        print(error, file=sys.stderr)
                        peers.failures.append(f"run {repetition + 1}: {str(error).splitlines()[0]}")
                    if isinstance(bridge, Server):
                        peers.scheduling = bridge.scheduling
        peers.minutes = (time.monotonic() - began) / 60
    return peers


@dataclass(frozen=True, slots=True)
class _Run:
    """One bridge's turn."""

    bridge: Bridge
    transport: Transport
    durations: Durations
    repetition: int
    core: int

    def result(self, house: Scenario) -> TonesResult:
        """Carry it out. Raises RunFailed, ServerFailed."""
        scenario = replace(house, transport=self.transport)
        result = carry_out(self.bridge, scenario, self.durations, self.repetition, self.core)
        assert isinstance(result, TonesResult), "all scenarios here are of tones"
        return result


def _take_one(peers: Peers, scenario: Scenario, run: _Run) -> None:
    """Take a figure; of Janus that of a smaller house, once the full one was too much for it."""
    name = run.bridge.name
    house = peers.house(scenario, name)
    may_be_smaller = name == Janus.name and house is FULL_HOUSE
    try:
        result = run.result(house)
    except RunFailed:
        if not may_be_smaller:
            raise
        result = None
    if result is None or (may_be_smaller and not counts(result)):
        peers.was_too_much(scenario, name, SMALLER_HOUSE, result)
        result = run.result(SMALLER_HOUSE)
    peers.add(scenario, name, run.repetition, result)


def _bridges(directory: Path, core: int, peers: Peers) -> list[tuple[Bridge, Transport]]:
    """Make all ready. Raises ServerFailed for what is not installed."""
    for name in ("ours", "narrow", "janus", "floor"):
        (directory / name).mkdir()
    janus = Janus(directory / "janus", core)
    floor = Floor(directory / "floor", core)
    ours = Server(directory / "ours", core)
    narrow = Server(
        directory / "narrow", core, name=NARROW, settings={"CONFAB_MIX_RATE": str(MIX_HZ)}
    )
    for server in (ours, narrow):
        server.prepare(all_rooms(_NOBODY))
    peers.janus_version = janus.version()
    return [(ours, "native"), (narrow, "native"), (janus, "rtp"), (floor, "floor")]


if __name__ == "__main__":
    sys.exit(main())
