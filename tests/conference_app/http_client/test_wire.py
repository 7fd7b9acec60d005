"""A connection's bytes are read in portions, and what they cost is bounded."""

import asyncio
import math
import time
from unittest.mock import Mock

import pytest
from aiohttp.connector import Connection
from typing_extensions import override

from conference_app.http_client import FetchCode, FetchError, Limits, pace, wire


class _Reader(asyncio.Protocol):
    """What stands for aiohttp: it keeps its portions, and how the connection ended."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.portions: list[bytes] = []
        self.ended: list[Exception | None] = []
        self.costs = 0.0

    @override
    def data_received(self, data: bytes) -> None:
        self.portions.append(data)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self.ended.append(exc)


class _Wired:
    """A reader behind a ration, with a socket that the test plays."""

    def __init__(self, limits: Limits) -> None:
        self.reader = _Reader()
        self.socket = Mock(spec=asyncio.Transport)
        self.socket.is_closing.return_value = False
        connection = Mock(spec=Connection, protocol=self.reader, transport=self.socket)
        with wire.bytes_bounded(limits):
            wire.ration(connection)
        self.protocol: asyncio.Protocol = self.socket.set_protocol.call_args.args[0]

    @property
    def valve(self) -> asyncio.Transport:
        assert self.reader.transport is not None
        return self.reader.transport


@pytest.fixture(autouse=True)
def without_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """What these tests themselves compute must not make the loop rest."""
    monkeypatch.setattr(pace, "BUSY_S", math.inf)


async def _turns(count: int = 50) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_what_arrives_is_read_whole_and_in_order_a_portion_in_each_turn() -> None:
    wired = _Wired(Limits())
    data = bytes(range(256)) * 200
    wired.protocol.data_received(data)
    assert wired.reader.portions == [], "nothing is read where the socket is"
    await _turns()
    assert b"".join(wired.reader.portions) == data
    assert len(wired.reader.portions) > 3
    assert max(map(len, wired.reader.portions)) <= 16 * 1024


async def test_the_socket_is_not_read_while_bytes_wait() -> None:
    wired = _Wired(Limits())
    wired.protocol.data_received(bytes(100_000))
    wired.socket.pause_reading.assert_called()
    await _turns(2)
    wired.socket.resume_reading.assert_not_called()
    await _turns()
    wired.socket.resume_reading.assert_called_once()


async def test_a_reader_that_has_enough_gets_no_more_until_it_asks() -> None:
    wired = _Wired(Limits())
    wired.protocol.data_received(bytes(50_000))
    wired.valve.pause_reading()
    await _turns()
    assert wired.reader.portions == []
    wired.socket.resume_reading.assert_not_called()
    wired.valve.resume_reading()
    await _turns()
    assert sum(map(len, wired.reader.portions)) == 50_000


async def test_the_end_comes_after_the_last_byte() -> None:
    wired = _Wired(Limits())
    wired.protocol.data_received(bytes(50_000))
    wired.valve.pause_reading()
    wired.protocol.connection_lost(None)
    await _turns()
    assert wired.reader.ended == []
    wired.valve.resume_reading()
    await _turns()
    assert (sum(map(len, wired.reader.portions)), wired.reader.ended) == (50_000, [None])


@pytest.mark.parametrize("end", ["close", "abort"])
async def test_a_connection_that_is_given_up_ends_without_its_waiting_bytes(end: str) -> None:
    wired = _Wired(Limits())
    wired.valve.pause_reading()
    wired.protocol.data_received(bytes(50_000))
    wired.protocol.connection_lost(OSError())
    await _turns()
    getattr(wired.valve, end)()
    await _turns()
    getattr(wired.socket, end).assert_called_once()
    assert (wired.reader.portions, len(wired.reader.ended)) == ([], 1)


async def test_too_many_bytes_cut_the_connection() -> None:
    wired = _Wired(Limits(max_bytes=1000))
    for _ in range(10):
        wired.protocol.data_received(bytes(10_000))
        await _turns()
    wired.socket.abort.assert_called()
    assert 66_000 < sum(map(len, wired.reader.portions)) < 90_000


async def test_bytes_that_cost_too_much_cut_the_connection_and_come_in_small_portions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = iter(range(10**6))
    monkeypatch.setattr(time, "thread_time", lambda: next(clock) * 0.001)
    wired = _Wired(Limits())
    wired.protocol.data_received(bytes(200_000))
    await _turns()
    wired.socket.abort.assert_called()
    assert {len(portion) for portion in wired.reader.portions} == {1024}
    assert 20 <= len(wired.reader.portions) <= 25


def test_an_error_within_the_bound_stays_what_it_is() -> None:
    with pytest.raises(FetchError) as caught, wire.bytes_bounded(Limits()):
        raise FetchError(FetchCode.PROTOCOL_VIOLATION, "broken")
    assert caught.value.code is FetchCode.PROTOCOL_VIOLATION
