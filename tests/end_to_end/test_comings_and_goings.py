"""Many join and leave, one after another and some at once: of none of them anything stays."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import pytest

from media_engine.dialects import L16, WireFormat
from tests.benchmarks.caller_dialects import caller_dialect
from tests.benchmarks.health import read_health
from tests.benchmarks.media_client import CallRequest, MediaClient, basic_authorization
from tests.end_to_end.process_figures import Figures, open_files
from tests.end_to_end.server import RunServer, Server
from tests.end_to_end.waiting import eventually

pytestmark = pytest.mark.end_to_end

ROOM: Final = '<Dial><Conference beep="false" waitUrl="">Revolving Door</Conference></Dial>'
AT_ONCE: Final = 10
WARM_UP: Final = 150
CROWD: Final = 50
"""At once, before anything is counted: pools have then all of their threads, and these their
connections to the database.
"""

MEMORY_MIB: Final = 20
ALL_OVER_WITHIN_S: Final = 120.0
SETTLES_S: Final = 1.0
TRIES: Final = 10
"""Sockets are closed, and threads end, soon after the calls."""


class Held(NamedTuple):
    """What a server holds while nobody calls, of what each call needs."""

    tasks: int
    programs: int
    threads: int
    descriptors: int

    def exceeds(self, other: "Held") -> bool:
        return any(more > before for more, before in zip(self, other, strict=True))


@dataclass
class Door:
    """A server before and after so many came and went."""

    before: Held
    after: Held
    memory_grew_mib: float
    engine: dict[str, Any]
    stays: int


@pytest.fixture(scope="module", params=[500, pytest.param(10_000, marks=pytest.mark.slow)])
def door(
    request: pytest.FixtureRequest,
    a_server: RunServer,
) -> Iterator[Door]:
    """Lived through once for all tests of this module, by a server of its own."""
    with a_server() as server:
        yield asyncio.run(turn(server, request.param))


async def turn(server: Server, joins: int) -> Door:
    room = await server.application(ROOM)
    before = await warmed_up(server, room)
    resident_mib = Figures.of(server.pid).resident_mib
    await come_and_go(server, room, joins)
    await all_over(server, WARM_UP + joins)
    after = await settled(server, before)
    grew_mib = Figures.of(server.pid).resident_mib - resident_mib
    said = health_of(server)
    return Door(before, after, grew_mib, said["engine"], len(server.books.callers()))


async def warmed_up(server: Server, room: str) -> Held:
    """Let WARM_UP come and go, and give what the server holds then."""
    await come_and_go(server, room, WARM_UP, at_once=CROWD)
    await asyncio.gather(*(asyncio.to_thread(read_health, server.port) for _ in range(CROWD)))
    await all_over(server, WARM_UP)
    await asyncio.sleep(SETTLES_S)
    return held_by(server)


async def come_and_go(server: Server, room: str, joins: int, *, at_once: int = AT_ONCE) -> None:
    """Let so many call, hear something and hang up, `at_once` at a time."""
    numbers = iter(range(joins))

    async def one_after_another() -> None:
        for _ in numbers:
            await call_once(server, room)

    await asyncio.gather(*(one_after_another() for _ in range(at_once)))


async def call_once(server: Server, room: str) -> None:
    login = basic_authorization(*server.account.credentials)
    wire = WireFormat(L16, 16_000)
    request = CallRequest(
        f"127.0.0.1:{server.port}", room, caller_dialect("native", wire, ""), login
    )
    _, client = await asyncio.get_running_loop().create_connection(
        lambda: MediaClient(request), "127.0.0.1", server.port
    )
    await client.started
    client.keeps = True

    async def has_heard() -> bool:
        return bool(client.sounds)

    await eventually(has_heard)
    client.hang_up()


async def all_over(server: Server, calls: int) -> None:
    """Wait until all of the server's calls are over and written down."""

    async def is_quiet() -> bool:
        said = await asyncio.to_thread(read_health, server.port)
        if said is None or said["engine"]["legs"] or said["engine"]["events_waiting"]:
            return False
        return server.books.calls_over() == calls

    await eventually(is_quiet, within_s=ALL_OVER_WITHIN_S)


async def settled(server: Server, before: Held) -> Held:
    """Give what the server holds once that is no more than before, or after a while."""
    after = held_by(server)
    for _ in range(TRIES):
        if not after.exceeds(before):
            break
        await asyncio.sleep(SETTLES_S)
        after = held_by(server)
    return after


def held_by(server: Server) -> Held:
    threads, files = Figures.of(server.pid).threads, open_files(server.pid)
    # What SQLite closes while another connection has a lock, it keeps for the next one to open
    # (sqlite.org/src, os_unix.c: UnixUnusedFd); each connection's `-wal` beside it goes.
    descriptors = sum(not file.endswith(".sqlite3") for file in files)
    loop = health_of(server)["loop"]
    return Held(loop["tasks"], loop["programs"], threads, descriptors)


def health_of(server: Server) -> dict[str, Any]:
    said = read_health(server.port)
    assert said is not None
    return said


def test_all_came_and_all_are_gone(door: Door) -> None:
    assert door.stays > WARM_UP
    assert (door.engine["legs"], door.engine["meetings"]) == (0, 0)
    assert door.engine["events_lost"] == 0


def test_no_task_no_program_no_thread_and_no_descriptor_is_left(door: Door) -> None:
    assert door.before.tasks > 0
    assert door.before.programs == 0
    assert not door.after.exceeds(door.before), (door.before, door.after)


def test_memory_does_not_grow_with_each(door: Door) -> None:
    assert door.memory_grew_mib < MEMORY_MIB
