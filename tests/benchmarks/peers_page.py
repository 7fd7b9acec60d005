"""What docs/benchmarks.md says of other bridges."""

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.benchmarks.figures import (
    MOST_GENERATOR_CPU,
    QUIET_BELOW,
    cpu_percent,
    kib_each,
    spread,
    tones_complaints,
)
from tests.benchmarks.floor import Floor
from tests.benchmarks.janus import Janus
from tests.benchmarks.job import TonesResult
from tests.benchmarks.page import told_cores
from tests.benchmarks.plan import Durations, Scenario
from tests.benchmarks.server import Server
from tests.benchmarks.tables import table

MOST_OF_JANUS: Final = 0.70
"""The target: our cost, in parts of Janus'."""

NARROW: Final = "Confab at 8 kHz"
"""Ours, mixing at the rate at which Janus mixes here."""

_OURS: Final = (Server.name, NARROW)
_BRIDGES: Final = (*_OURS, Janus.name, Floor.name)

_TEXT: Final = Path(__file__).with_name("section_of_peers.md").read_text()


@dataclass
class Peers:
    """All runs, by scenario and bridge."""

    janus_version: str = ""
    runs: dict[tuple[Scenario, str], list[TonesResult]] = field(default_factory=dict)
    houses: dict[tuple[Scenario, str], Scenario] = field(default_factory=dict)
    """What was taken in place of a scenario."""
    notes: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def house(self, scenario: Scenario, bridge: str) -> Scenario:
        """Give what is measured of a bridge for a scenario."""
        return self.houses.get((scenario, bridge), scenario)

    def add(self, scenario: Scenario, bridge: str, result: TonesResult) -> None:
        """Take in one run."""
        self.runs.setdefault((scenario, bridge), []).append(result)

    def was_too_much(
        self, scenario: Scenario, bridge: str, smaller: Scenario, result: TonesResult | None
    ) -> None:
        """Go on with a smaller house; `result` is what became of the full one."""
        self.houses[scenario, bridge] = smaller
        self.runs.pop((scenario, bridge), None)
        told = (
            "did not even take them all in"
            if result is None
            else f"gave its worst participant {result.frames_per_s:.1f} frames/s,"
            f" {result.heard_right:.0%} of them right"
        )
        self.notes.append(
            f"With {scenario.title} {bridge} {told}: its figure there is that of {smaller.title}."
        )

    def costs(self, scenario: Scenario, bridge: str) -> list[float]:
        """Give the CPU of each participant in % of a core, for each run."""
        house = self.house(scenario, bridge)
        return [cpu_percent(house, run) for run in self.runs.get((scenario, bridge), [])]

    def ratios(self, scenario: Scenario, ours: str, other: str) -> list[float]:
        """Give one of ours in parts of another's, round by round."""
        pairs = zip(self.costs(scenario, ours), self.costs(scenario, other), strict=False)
        return [our_cost / others for our_cost, others in pairs if others]

    def scenarios(self) -> list[Scenario]:
        """Give the scenarios, in the order in which they were taken."""
        return list(dict.fromkeys(scenario for scenario, _ in self.runs))


def complaints(peers: Peers) -> list[str]:
    """Say which runs failed or did not deliver what was asked."""
    found = list(peers.failures)
    for (scenario, bridge), runs in peers.runs.items():
        for number, run in enumerate(runs, 1):
            title = f"{bridge}, {peers.house(scenario, bridge).title}, run {number}"
            found += tones_complaints(title, run)
            if run.conditions.generator_cpu > MOST_GENERATOR_CPU:
                found.append(f"{title}: the callers took all of their core, so it may be theirs")
    return found


def tables(peers: Peers) -> str:
    """Give the ratios, then each scenario, then what is wrong with the runs."""
    parts = [_ratios(peers), *(_scenario(peers, scenario) for scenario in peers.scenarios())]
    return "\n\n".join((*parts, *peers.notes, *_warnings(peers)))


def section(
    peers: Peers,
    durations: Durations,
    machine: Mapping[str, str],
    cores: tuple[int, int],
    smaller: Scenario,
) -> str:
    """Give this section of docs/benchmarks.md."""
    return _TEXT.format(
        janus=peers.janus_version,
        repetitions=durations.repetitions,
        cores=told_cores(cores),
        machine="\n".join(f"- {name}: {value}" for name, value in machine.items()),
        tables=tables(peers),
        tones_s=durations.tones_s,
        tones_warm_up_s=durations.tones_warm_up_s,
        smaller=smaller.title,
    )


def _ratios(peers: Peers) -> str:
    rows = [
        (
            f"{scenario.title}, {ours}",
            spread(peers.ratios(scenario, ours, Janus.name), 2),
            _verdict(peers.ratios(scenario, ours, Janus.name)),
            spread(peers.ratios(scenario, ours, Floor.name), 2),
        )
        for scenario in peers.scenarios()
        for ours in _OURS
    ]
    limit = f"asked for ≤ {MOST_OF_JANUS:g}"
    return table(("our cost, in parts of", "Janus'", limit, "the floor's"), rows)


def _verdict(ratios: Sequence[float]) -> str:
    if not ratios:
        return "not taken"
    return "met" if statistics.median(ratios) <= MOST_OF_JANUS else "**missed**"


def _scenario(peers: Peers, scenario: Scenario) -> str:
    heads = [scenario.title]
    for bridge in _BRIDGES:
        house = peers.house(scenario, bridge)
        heads.append(bridge if house is scenario else f"{bridge}, {house.title}")
    rows = [
        ["**CPU a participant, % of a core**"],
        ["frames/s received, worst"],
        ["heard right, worst, %"],
        ["packets lost, %"],
        ["memory a participant, KiB"],
        ["callers' CPU, % of their core"],
        ["CPU of all else, % of a core"],
    ]
    for bridge in _BRIDGES:
        runs = peers.runs.get((scenario, bridge), [])
        house = peers.house(scenario, bridge)
        cells = (
            spread(peers.costs(scenario, bridge), 3),
            spread((run.frames_per_s for run in runs), 2),
            spread((run.heard_right * 100 for run in runs), 1),
            spread((run.lost * 100 for run in runs), 2) if bridge == Janus.name else "–",
            spread((kib_each(house, run) for run in runs), 0),
            spread((run.conditions.generator_cpu * 100 for run in runs), 0),
            spread((run.conditions.other_cpu * 100 for run in runs), 0),
        )
        for row, cell in zip(rows, cells, strict=True):
            row.append(cell)
    return table(heads, rows)


def _warnings(peers: Peers) -> Iterable[str]:
    elsewhere = max(
        (run.conditions.other_cpu for runs in peers.runs.values() for run in runs), default=0.0
    )
    if elsewhere > QUIET_BELOW:
        yield f"**This machine was not quiet:** all else took up to {elsewhere:.0%} of a core."
    if found := complaints(peers):
        yield "**Not as it should be:**\n\n" + "\n".join(f"- {line}" for line in found)
