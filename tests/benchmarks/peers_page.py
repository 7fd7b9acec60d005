"""What docs/benchmarks.md says of other bridges."""

import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.benchmarks.figures import (
    LEAST_FRAMES_PER_S,
    LEAST_HEARD_RIGHT,
    MOST_GENERATOR_CPU,
    QUIET_BELOW,
    counts,
    cpu_percent,
    kib_each,
    spread,
    tones_complaints,
)
from tests.benchmarks.floor import Floor
from tests.benchmarks.janus import Janus
from tests.benchmarks.job import TonesResult
from tests.benchmarks.limits import Limit, Verdict, marked, told_missed, why_missed
from tests.benchmarks.page import listed, told_cores
from tests.benchmarks.plan import Durations, Scenario
from tests.benchmarks.server import Server
from tests.benchmarks.tables import folded, table

MOST_OF_JANUS: Final = Limit("≤", 0.70)
"""The target: our cost, in parts of Janus'."""

NARROW: Final = "Confab at 8 kHz"
"""Ours, mixing at the rate at which Janus mixes here."""

_OURS: Final = (Server.name, NARROW)
_BRIDGES: Final = (*_OURS, Janus.name, Floor.name)

_TEXT: Final = Path(__file__).with_name("section_of_peers.md").read_text()


@dataclass
class Peers:
    """All runs, by scenario and bridge, and by the round in which each was made: one that failed
    leaves a gap.
    """

    janus_version: str = ""
    scheduling: str = "not told"
    """How the threads of ours were scheduled."""
    minutes: float = 0.0
    """How long it took to make all runs."""
    runs: dict[tuple[Scenario, str], dict[int, TonesResult]] = field(default_factory=dict)
    houses: dict[tuple[Scenario, str], Scenario] = field(default_factory=dict)
    """What was taken in place of a scenario."""
    notes: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def house(self, scenario: Scenario, bridge: str) -> Scenario:
        """Give what is measured of a bridge for a scenario."""
        return self.houses.get((scenario, bridge), scenario)

    def add(self, scenario: Scenario, bridge: str, repetition: int, result: TonesResult) -> None:
        """Take in one run."""
        self.runs.setdefault((scenario, bridge), {})[repetition] = result

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

    def counted(self, scenario: Scenario, bridge: str) -> dict[int, TonesResult]:
        """Give the runs that count, by their rounds."""
        runs = self.runs.get((scenario, bridge), {})
        return {repetition: run for repetition, run in runs.items() if counts(run)}

    def costs(self, scenario: Scenario, bridge: str) -> dict[int, float]:
        """Give the CPU of each participant in % of a core, for each run that counts."""
        house = self.house(scenario, bridge)
        runs = self.counted(scenario, bridge)
        return {repetition: cpu_percent(house, run) for repetition, run in runs.items()}

    def ratios(self, scenario: Scenario, ours: str, other: str) -> list[float]:
        """Give one of ours in parts of another's, for each round in which both count."""
        our_costs, others = self.costs(scenario, ours), self.costs(scenario, other)
        return [our_costs[round_] / others[round_] for round_ in our_costs if others.get(round_)]

    def scenarios(self) -> list[Scenario]:
        """Give the scenarios, in the order in which they were taken."""
        return list(dict.fromkeys(scenario for scenario, _ in self.runs))


def complaints(peers: Peers) -> list[str]:
    """Say which runs failed or did not deliver what was asked."""
    found = list(peers.failures)
    for (scenario, bridge), runs in peers.runs.items():
        for repetition, run in runs.items():
            title = f"{bridge}, {peers.house(scenario, bridge).title}, run {repetition + 1}"
            found += tones_complaints(title, run)
            if run.conditions.generator_cpu > MOST_GENERATOR_CPU:
                found.append(f"{title}: the callers took all of their core, so it may be theirs")
    return found


def tables(peers: Peers) -> str:
    """Give each scenario, then the ratios, what was missed, and what is wrong with the runs."""
    missed = folded(told_missed(missed_of(peers)))
    return "\n\n".join((*_scenarios(peers), _ratios(peers), missed, *_warnings(peers)))


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
        rounds="once" if durations.repetitions == 1 else f"{durations.repetitions} times",
        least_frames=LEAST_FRAMES_PER_S,
        least_right=LEAST_HEARD_RIGHT,
        minutes=peers.minutes,
        cores=told_cores(cores),
        machine=listed(machine),
        ratios="\n\n".join((_ratios(peers), *_judgement(peers))),
        scenarios="\n\n".join((*_scenarios(peers), *_warnings(peers))),
        tones_s=durations.tones_s,
        tones_warm_up_s=durations.tones_warm_up_s,
        smaller=smaller.title,
    )


def missed_of(peers: Peers) -> list[str]:
    """Name the rows of ratios in which the target was missed."""
    return [title for title, verdict in _verdicts(peers) if verdict == "missed"]


def _judgement(peers: Peers) -> Iterator[str]:
    missed = missed_of(peers)
    yield folded(told_missed(missed))
    if missed:
        yield why_missed(missed)
    if not_taken := [title for title, verdict in _verdicts(peers) if verdict == "not taken"]:
        yield folded(f"**Not taken:** {'; '.join(not_taken)}.")


def _verdicts(peers: Peers) -> list[tuple[str, Verdict]]:
    return [
        (_title(scenario, ours), _verdict(peers.ratios(scenario, ours, Janus.name)))
        for scenario in peers.scenarios()
        for ours in _OURS
    ]


def _title(scenario: Scenario, ours: str) -> str:
    return f"{scenario.title}, {ours}"


def _ratios(peers: Peers) -> str:
    rows = [
        (
            _title(scenario, ours),
            spread(peers.ratios(scenario, ours, Janus.name), 2),
            marked(_verdict(peers.ratios(scenario, ours, Janus.name))),
            spread(peers.ratios(scenario, ours, Floor.name), 2),
        )
        for scenario in peers.scenarios()
        for ours in _OURS
    ]
    heads = ("our cost, in parts of", "Janus'", f"asked for {MOST_OF_JANUS}", "the floor's")
    return table(heads, rows)


def _verdict(ratios: Sequence[float]) -> Verdict:
    if not ratios:
        return "not taken"
    return "met" if MOST_OF_JANUS.holds(statistics.median(ratios)) else "missed"


def _scenarios(peers: Peers) -> list[str]:
    """Give the tables of the scenarios, and what was taken in place of one."""
    return [*(_scenario(peers, scenario) for scenario in peers.scenarios()), *peers.notes]


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
        every = peers.runs.get((scenario, bridge), {}).values()
        runs = peers.counted(scenario, bridge).values()
        house = peers.house(scenario, bridge)
        cells = (
            spread(peers.costs(scenario, bridge).values(), 3),
            # By these it is told which runs count.
            spread((run.frames_per_s for run in every), 2),
            spread((run.heard_right * 100 for run in every), 1),
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
        (run.conditions.other_cpu for runs in peers.runs.values() for run in runs.values()),
        default=0.0,
    )
    if elsewhere > QUIET_BELOW:
        yield f"**This machine was not quiet:** all else took up to {elsewhere:.0%} of a core."
    if found := complaints(peers):
        yield "**Not as it should be:**\n\n" + "\n".join(f"- {line}" for line in found)
