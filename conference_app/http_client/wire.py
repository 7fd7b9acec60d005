"""What a server sends, counted and rationed before aiohttp reads it.

aiohttp reads whatever arrives at one go. A quarter of a megabyte of one-byte chunks, or of interim
answers (1xx), holds the loop for 150 ms and may leave a hundred times its size in memory; chunk
extensions and trailers are thrown away without a bound. So a connection's bytes are fed in
portions, at the pace of the loop, and what they cost is bounded in bytes and processor time.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final, cast

from aiohttp.connector import Connection
from typing_extensions import override

from conference_app.http_client.errors import FetchError
from conference_app.http_client.pace import pace
from conference_app.http_client.response import Limits, too_large

# Heads that web servers send are smaller than this; chunks of a few bytes may double a body.
_HEAD_BYTES: Final = 64 * 1024
_FRAMING_FACTOR: Final = 2
# Reading a body of 1 MiB costs about 1 ms, a small answer 0.1 ms. A slow machine may need ten times
# as long; only hostile framing needs more.
_BASE_SECONDS: Final = 0.02
_SECONDS_PER_BYTE: Final = 0.02 / (1024 * 1024)
_LEAST_PORTION: Final = 1024
_LARGEST_PORTION: Final = 16 * 1024
# A portion that costs more than this is followed by a smaller one.
_CHEAP_SECONDS: Final = 0.0003


class Meter:
    """What one request may still cost."""

    def __init__(self, limits: Limits) -> None:
        self._bytes_left = _FRAMING_FACTOR * limits.max_bytes + _HEAD_BYTES
        self._seconds_left = _BASE_SECONDS + _SECONDS_PER_BYTE * limits.max_bytes

    @property
    def exceeded(self) -> bool:
        return self._bytes_left < 0 or self._seconds_left < 0

    def count(self, amount: int, seconds: float) -> None:
        """Count bytes that were read, and the processor time that this took."""
        self._bytes_left -= amount
        self._seconds_left -= seconds


# The request under way in this task: aiohttp has no way to hand a connector something of a request.
_meter: ContextVar[Meter | None] = ContextVar("http_client_meter", default=None)


@contextmanager
def bytes_bounded(limits: Limits) -> Iterator[None]:
    """Bound what the connection of the request within the block may bring.

    FetchError 11750, in place of the one that the cut connection leads to.
    """
    meter = Meter(limits)
    token = _meter.set(meter)
    try:
        yield
    except FetchError:
        if meter.exceeded:
            raise too_large(limits) from None
        raise
    finally:
        _meter.reset(token)


def ration(connection: Connection) -> None:
    """Put a new connection under the meter of the request under way."""
    meter, protocol, transport = _meter.get(), connection.protocol, connection.transport
    if meter is None or protocol is None or transport is None:
        return
    rationed = _RationedProtocol(protocol, transport, meter)
    transport.set_protocol(rationed)
    protocol.transport = cast(asyncio.Transport, _Valve(transport, rationed))


class _RationedProtocol(asyncio.Protocol):
    """Stands between the socket and aiohttp's protocol. While bytes wait here, the socket is not
    read, so that at most one read of the socket's (256 KiB) waits.
    """

    def __init__(self, inner: asyncio.Protocol, transport: asyncio.Transport, meter: Meter) -> None:
        self._inner = inner
        self._transport = transport
        self._meter = meter
        self._pace = pace()
        self._waiting = bytearray()
        self._portion = _LEAST_PORTION
        self._is_open = True  # aiohttp wants to read
        self._is_scheduled = False
        self._lost: list[Exception | None] = []

    @override
    def data_received(self, data: bytes) -> None:
        self._waiting += data
        self._transport.pause_reading()
        self._schedule()

    @override
    def eof_received(self) -> bool | None:
        return self._inner.eof_received()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._lost.append(exc)
        self._schedule()

    @override
    def pause_writing(self) -> None:
        self._inner.pause_writing()

    @override
    def resume_writing(self) -> None:
        self._inner.resume_writing()

    def open(self) -> None:
        """aiohttp wants to read again."""
        self._is_open = True
        self._schedule()

    def shut(self) -> None:
        """aiohttp wants to read nothing for now."""
        self._is_open = False

    def give_up(self) -> None:
        """aiohttp wants nothing of this connection any more."""
        self._waiting.clear()
        self._is_open = True
        if self._lost:
            self._schedule()

    def _schedule(self) -> None:
        if not self._is_scheduled:
            self._is_scheduled = True
            self._pace.soon(self._turn)

    def _turn(self) -> None:
        self._is_scheduled = False
        if self._meter.exceeded:
            self.give_up()
            self._transport.abort()
        if self._waiting and self._is_open:
            self._feed()
        if self._waiting and self._is_open:
            self._schedule()
        elif not self._waiting and self._lost:
            self._inner.connection_lost(self._lost.pop())
        elif not self._waiting and self._is_open and not self._transport.is_closing():
            self._transport.resume_reading()

    def _feed(self) -> None:
        portion = bytes(self._waiting[: self._portion])
        del self._waiting[: self._portion]
        started = time.thread_time()
        self._inner.data_received(portion)
        cost = time.thread_time() - started
        self._meter.count(len(portion), cost)
        if cost < _CHEAP_SECONDS:
            self._portion = min(_LARGEST_PORTION, self._portion * 2)
        else:
            self._portion = max(_LEAST_PORTION, self._portion // 2)


class _Valve:
    """The transport as aiohttp sees it: its wish to read or not goes to the ration, for the socket
    itself is opened and shut by that.
    """

    def __init__(self, transport: asyncio.Transport, rationed: _RationedProtocol) -> None:
        self._transport = transport
        self._rationed = rationed

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def pause_reading(self) -> None:
        self._rationed.shut()

    def resume_reading(self) -> None:
        self._rationed.open()

    def close(self) -> None:
        self._rationed.give_up()
        self._transport.close()

    def abort(self) -> None:
        self._rationed.give_up()
        self._transport.abort()
