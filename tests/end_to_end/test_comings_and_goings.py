"""Many join and leave, one after another and some at once: of none of them anything stays."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import pytest

from media_engine.dialects import L16, WireFormat
from tests.benchmarks.caller_dialects import caller_dialect
from tests.benchmarks.health import read_health
from tests.benchmarks.media_client import CallRequest, MediaClient, basic_authorization
from tests.end_to_end.process_figures import Figures
from tests.end_to_end.server import RunServer, Server
from tests.end_to_end.waiting import eventually

pytestmark = pytest.mark.end_to_end

ROOM: Final = '<Dial><Conference beep="false" waitUrl="">Revolving Door</Conference></Dial>'
AT_ONCE: Final = 10
WARM_UP: Final = 150
"""Threads, connections to the database and caches are there after that."""

MEMORY_MIB: Final = 20
SETTLES_WITHIN_S: Final = 120.0


@dataclass
class Door:
    """A server before and after so many came and went."""

    before: Figures
    after: Figures
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
    await come_and_go(server, room, WARM_UP)
    before = await settled(server, WARM_UP)
    await come_and_go(server, room, joins)
    after = await settled(server, WARM_UP + joins)
    said = read_health(server.port)
    assert said is not None
    return Door(before, after, said["engine"], len(server.books.callers()))


async def come_and_go(server: Server, room: str, joins: int) -> None:
    """Let so many call, hear something and hang up, AT_ONCE at a time."""
    numbers = iter(range(joins))

    async def one_after_another() -> None:
        for _ in numbers:
            await call_once(server, room)

    await asyncio.gather(*(one_after_another() for _ in range(AT_ONCE)))


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


async def settled(server: Server, calls: int) -> Figures:
    """Give the server's figures when all of its calls are over and written down."""

    async def is_quiet() -> bool:
        said = await asyncio.to_thread(read_health, server.port)
        if said is None or said["engine"]["legs"] or said["engine"]["events_waiting"]:
            return False
        return server.books.calls_over() == calls

    await eventually(is_quiet, within_s=SETTLES_WITHIN_S)
    return Figures.of(server.pid)


def test_all_came_and_all_are_gone(door: Door) -> None:
    assert door.stays > WARM_UP
    assert (door.engine["legs"], door.engine["meetings"]) == (0, 0)
    assert door.engine["events_lost"] == 0


def test_no_thread_and_no_descriptor_is_left(door: Door) -> None:
    assert door.after.threads <= door.before.threads
    assert door.after.descriptors <= door.before.descriptors + AT_ONCE


def test_memory_does_not_grow_with_each(door: Door) -> None:
    assert door.after.resident_mib - door.before.resident_mib < MEMORY_MIB
