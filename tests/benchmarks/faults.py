"""What others' faults cost: `python -m tests.benchmarks.faults`.

What is lived through is that of the end-to-end tests of the same faults; here it is longer, its
figures are told, and server and callers have a core each, as for all other figures.
"""

import argparse
import asyncio
import signal
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from tests.benchmarks.__main__ import leave
from tests.benchmarks.health import read_health, tick_lateness_ms
from tests.benchmarks.job import Percentiles
from tests.benchmarks.limits import Limit, told_missed
from tests.benchmarks.machine import describe
from tests.benchmarks.page import PAGE, listed, told_cores
from tests.benchmarks.pinned import choose_cores
from tests.benchmarks.rows import Mark, Row, judged_table, missed_of, one, rows_table
from tests.benchmarks.scheduling import told_scheduling
from tests.benchmarks.sections import write_section
from tests.benchmarks.server import ROOT
from tests.end_to_end import server as servers
from tests.end_to_end import web_server
from tests.end_to_end.precedence import like_us
from tests.end_to_end.process_figures import Figures
from tests.end_to_end.server import Installation, Server
from tests.end_to_end.test_comings_and_goings import (
    AT_ONCE,
    ROOM,
    WARM_UP,
    Held,
    all_over,
    come_and_go,
    settled,
    warmed_up,
)
from tests.end_to_end.test_floods import CASES, TOO_LARGE, TOO_MUCH, Flood, endure
from tests.end_to_end.test_slow_reader import CLIENTS, Lesson, live_through
from tests.end_to_end.web_server import WebServer


@dataclass(frozen=True, slots=True)
class Extent:
    """How long one does not read, in seconds, and how many come and go."""

    not_reading_s: int
    comings: int


WHOLE: Final = Extent(60, 2000)
QUICK: Final = Extent(8, 200)

_FRAME_MS: Final = 20
_NONE: Final = Limit("=", 0)
_NO_MORE: Final = Limit("≤", 0)
_TEXT: Final = Path(__file__).with_name("section_of_faults.md").read_text()


def main() -> None:
    """Print the table, and write the section."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.faults")
    parser.add_argument("--quick", action="store_true", help="take less time; writes no page")
    quick = parser.parse_args().quick
    signal.signal(signal.SIGTERM, leave)
    extent = QUICK if quick else WHOLE
    cores, began = choose_cores(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="confab-faults-") as directory, ExitStack() as undo:
        undo.enter_context(like_us(0, cores[1]))
        web = undo.enter_context(web_server.serving())
        installation = undo.enter_context(servers.installed(Path(directory) / "installed"))
        house = _House(Path(directory), installation, web, cores[0])
        rows = [
            *_reader_rows(house, extent.not_reading_s),
            *_flood_rows(house),
            *_door_rows(house, extent.comings),
        ]
    print(f"\n{rows_table(rows)}\n\n{told_missed(missed_of(rows))}")
    if not quick:
        machine = describe() | {"scheduling": house.scheduling}
        minutes = (time.monotonic() - began) / 60
        write_section(PAGE, "faults", section(rows, machine, cores, minutes))
        print(f"\nwritten: {PAGE.relative_to(ROOT)}")


def section(
    rows: Sequence[Row], machine: Mapping[str, str], cores: tuple[int, int], minutes: float
) -> str:
    """Give this section of docs/benchmarks.md."""
    return _TEXT.format(
        minutes=minutes,
        cores=told_cores(cores),
        machine=listed(machine),
        clients=CLIENTS,
        not_reading_s=WHOLE.not_reading_s,
        at_once=AT_ONCE,
        faults=judged_table(rows),
    )


class _House:
    """Servers for one fault each, on a core of their own."""

    def __init__(
        self, directory: Path, installation: Installation, web: WebServer, core: int
    ) -> None:
        self._directory = directory
        self._installation = installation
        self._web = web
        self._core = core
        self.scheduling = "not told"

    @contextmanager
    def server(self, name: str, **settings: str) -> Iterator[Server]:
        """Run one, as the product runs by itself: in real time, where it may."""
        with ExitStack() as undo:
            own = undo.enter_context(self._installation.copy(self._directory / name))
            with like_us(0, self._core):
                running = servers.running(own, self._web, CONFAB_REAL_TIME="1", **settings)
                server = undo.enter_context(running)
            self.scheduling = told_scheduling(server.pid)
            yield server


def _reader_rows(house: _House, seconds: int) -> list[Row]:
    print(f"one of {CLIENTS} does not read for {seconds} s", flush=True)
    with house.server("reader", CONFAB_MAX_PARTICIPANTS=str(CLIENTS)) as server:
        return reader_rows(asyncio.run(live_through(server, seconds, "native")), seconds)


def reader_rows(lesson: Lesson, seconds: int) -> list[Row]:
    """Tell what became of one who did not read, and of those who were in the meeting with him."""
    stale = [number for number in lesson.after_resuming if number <= lesson.live_number]
    first = max(heard[0] for heard in lesson.heard)
    last = min(heard[-1] for heard in lesson.heard)
    common = [{n for n in heard if first <= n <= last} for heard in lesson.heard]
    heard = set.union(*common)
    who = f"1 of {CLIENTS} does not read for {seconds} s"
    return [
        one(
            f"{who}: frames that any of the others did not hear",
            _NONE,
            sum(len(heard - each) for each in common),
            told=f"of {len(heard)}",
        ),
        Row(f"{who}: frames that none of them heard", told=f"{last - first + 1 - len(heard)}"),
        one(f"{who}: its backlog, ms", Limit("≤", 1000), len(stale) * _FRAME_MS),
        one(
            f"{who}: what is said now is heard after, ms",
            Limit("≤", 500),
            lesson.live_after_frames * _FRAME_MS,
        ),
        Row(f"{who}: server's memory grew, MiB", told=f"{lesson.memory_grew_mib:.1f}"),
    ]


def _flood_rows(house: _House) -> list[Row]:
    print(f"{len(CASES)} floods", flush=True)
    with house.server("floods") as server:
        flood = asyncio.run(endure(server))
        lateness = tick_lateness_ms(read_health(server.port, last_ticks=flood.ticks))
    assert lateness is not None
    return flood_rows(flood, lateness)


def flood_rows(flood: Flood, lateness: Percentiles) -> list[Row]:
    """Tell how offenders were sent away, and what they cost until then."""
    kept = [
        closing.code == (TOO_LARGE if "1 MB" in name else TOO_MUCH)
        for (name, _), closing in flood.closings.items()
    ]
    who = f"{len(kept)} floods"
    return [
        one(f"{who}: not closed with {TOO_MUCH} or {TOO_LARGE}", _NONE, kept.count(False)),
        one(
            f"{who}: server's memory grew, at most, MiB",
            Limit("<", 10),
            flood.most_resident_grew_mib,
            1,
        ),
        Row(
            f"{who}: tick lateness p99 / max, ms",
            (Mark(Limit("<", 5), lateness.p99, 1), Mark(Limit("<", 20), lateness.max, 1)),
        ),
        one(f"{who}: ticks skipped", _NONE, flood.skipped, told=f"of {flood.ticks}"),
    ]


@dataclass(frozen=True, slots=True)
class Left:
    """What a server takes up before others come, when they have gone, and as many more have."""

    resident_mib: tuple[float, float, float]
    before: Held
    later: Held
    legs: int


def _door_rows(house: _House, comings: int) -> list[Row]:
    print(f"{comings} come and go", flush=True)
    with house.server("door") as server:
        return door_rows(asyncio.run(_turn(server, comings)), comings)


async def _turn(server: Server, comings: int) -> Left:
    room = await server.application(ROOM)
    calls = WARM_UP
    before = later = await warmed_up(server, room)
    resident_mib = [Figures.of(server.pid).resident_mib]
    for _ in range(2):
        calls += comings
        await come_and_go(server, room, comings)
        await all_over(server, calls)
        later = await settled(server, before)
        resident_mib.append(Figures.of(server.pid).resident_mib)
    said = read_health(server.port)
    assert said is not None
    first, second, third = resident_mib
    return Left((first, second, third), before, later, said["engine"]["legs"])


def door_rows(left: Left, comings: int) -> list[Row]:
    """Tell what is left of those who have gone."""
    who = f"{comings} come and go"
    most = Limit("<", 20)
    grew, grew_more = (after - before for before, after in pairwise(left.resident_mib))
    return [
        one(f"{who}: server's memory grew, MiB", most, grew, 1),
        one(f"{comings} more come and go: server's memory grew, MiB", most, grew_more, 1),
        *(
            one(f"{who}, and {comings} more: {what} left", _NO_MORE, more - before)
            for what, more, before in zip(Held._fields, left.later, left.before, strict=True)
        ),
        one(f"{who}, and {comings} more: legs left", _NONE, left.legs),
    ]


if __name__ == "__main__":
    main()
