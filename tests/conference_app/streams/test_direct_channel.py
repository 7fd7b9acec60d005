"""One connection past uvicorn's way for messages, on real sockets."""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator
from typing import Any, Final

import numpy as np
import pytest
from typing_extensions import override
from websockets.frames import Frame, Opcode
from websockets.protocol import OPEN

from conference_app.streams.channel import Sound
from conference_app.streams.direct_channel import DirectChannel
from conference_app.streams.frame_reader import OUR_PINGS
from conference_app.streams.socket_lines import SocketWriter

SIZE: Final = 160
PAYLOAD: Final = bytes(range(SIZE))


class _Open:
    state = OPEN


class Protocol(asyncio.Protocol):
    """What a DirectChannel needs of the protocol class it belongs to."""

    def __init__(self) -> None:
        self.conn = _Open()
        self.queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.read_paused = False
        self.transport: Any = None
        self.parsed: list[bytes] = []
        self.lost = asyncio.Event()
        self.channel: DirectChannel | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    @override
    def data_received(self, data: bytes) -> None:
        self.parsed.append(data)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self.lost.set()

    @override
    def pause_writing(self) -> None:
        if self.channel is not None:
            self.channel.hold(True)

    @override
    def resume_writing(self) -> None:
        if self.channel is not None:
            self.channel.hold(False)

    def way_is_clear(self) -> bool:
        return True

    def stop_keepalive(self) -> None:
        pass


class Connection:
    """A client, and the channel that it is connected to."""

    def __init__(self, theirs: socket.socket, protocol: Protocol) -> None:
        self.client = theirs
        self.protocol = protocol
        self.heard: list[bytes] = []
        self.messages: list[str | bytes] = []
        self.pongs: list[int] = []
        self.channel = protocol.channel = DirectChannel(protocol)  # type: ignore[arg-type]
        self.channel.take_over(self.messages.append, self.pongs.append)
        poll = self.channel.start_polling(Sound(SIZE, self.heard.append))
        assert poll is not None
        self.poll = poll

    def came(self) -> bytes:
        return os.read(self.protocol.transport.get_extra_info("socket").fileno(), 65_536)

    def say(self, *payloads: bytes, opcode: Opcode = Opcode.BINARY) -> None:
        for payload in payloads:
            self.client.send(Frame(opcode, payload).serialize(mask=True))


@pytest.fixture
async def connection() -> AsyncIterator[Connection]:
    ours, theirs = socket.socketpair()
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.connect_accepted_socket(Protocol, ours)
    yield Connection(theirs, protocol)
    theirs.close()
    transport.close()
    await protocol.lost.wait()


async def test_a_frame_of_sound_is_heard_at_once(connection: Connection) -> None:
    connection.say(PAYLOAD)
    connection.poll()
    assert (connection.heard, connection.messages) == ([PAYLOAD], [])
    assert connection.channel.was_heard()
    assert not connection.channel.was_heard()


async def test_frames_that_come_with_others_are_called_out(connection: Connection) -> None:
    connection.say(PAYLOAD, PAYLOAD[::-1])
    connection.say(b"text", opcode=Opcode.TEXT)
    connection.say(OUR_PINGS + (7).to_bytes(8, "big"), opcode=Opcode.PONG)
    connection.poll()
    assert connection.messages == [PAYLOAD, PAYLOAD[::-1], "text"]
    assert (connection.pongs, connection.protocol.parsed) == ([7], [])


async def test_what_is_skipped_is_sound_and_nothing_else(connection: Connection) -> None:
    connection.say(*[PAYLOAD] * 3)
    connection.say(b"text", opcode=Opcode.TEXT)
    connection.say(OUR_PINGS + (9).to_bytes(8, "big"), opcode=Opcode.PONG)
    connection.say(*[PAYLOAD] * 2)
    connection.channel.skip(connection.came(), more=False)
    assert connection.channel.was_heard()
    assert (connection.heard, connection.messages, connection.pongs) == ([], ["text"], [9])
    assert connection.protocol.parsed == []


@pytest.mark.parametrize("way", ["poll", "skip"])
async def test_the_end_is_the_loop_s_business(connection: Connection, way: str) -> None:
    connection.client.close()
    if way == "poll":
        connection.poll()
    else:
        connection.channel.skip(b"", more=False)
    async with asyncio.timeout(10):
        await connection.protocol.lost.wait()


@pytest.mark.parametrize("message", ["text", b"binary"])
async def test_a_ping_goes_with_its_message(connection: Connection, message: str | bytes) -> None:
    connection.channel.send(message, 40)
    sound = message.encode() if isinstance(message, str) else message
    opcode = Opcode.TEXT if isinstance(message, str) else Opcode.BINARY
    ping = Frame(Opcode.PING, OUR_PINGS + (40).to_bytes(8, "big"))
    expected = Frame(opcode, sound).serialize(mask=False) + ping.serialize(mask=False)
    assert connection.client.recv(4096) == expected


class Output:
    """An output that has nothing to count."""

    easy_frames = 1000

    def __init__(self, channel: DirectChannel) -> None:
        self._channel = channel

    def count(self, frames: int) -> None:
        pass

    def audio(self, payload: bytes) -> None:
        self._channel.send(payload)


@pytest.mark.parametrize("begun_before", [True, False])
async def test_what_waits_in_the_transport_comes_before_what_is_written_past_it(
    connection: Connection, begun_before: bool
) -> None:
    channel, client = connection.channel, connection.client
    client.setblocking(False)
    long_text = "x" * 3_000_000
    if begun_before:
        channel.send(long_text)
    line = channel.line(Output(channel))  # type: ignore[arg-type]
    assert line is not None
    if not begun_before:
        channel.send(long_text)
    assert line.is_held
    writer = SocketWriter(SIZE)
    writer.add(line)
    frames = np.frombuffer(PAYLOAD, np.uint8).reshape(1, SIZE)
    got = b""
    sound = Frame(Opcode.BINARY, PAYLOAD).serialize(mask=False)
    expected = Frame(Opcode.TEXT, long_text.encode()).serialize(mask=False) + 40 * sound
    async with asyncio.timeout(30):
        for tick in range(10_000):
            if tick < 40:
                writer.write(frames)
            with contextlib.suppress(BlockingIOError):
                got += client.recv(100_000)
            if len(got) == len(expected):
                break
            await asyncio.sleep(0)
    assert got == expected
    assert not line.is_held


async def test_a_line_is_shut_before_its_descriptor_is(connection: Connection) -> None:
    line = connection.channel.line(Output(connection.channel))  # type: ignore[arg-type]
    assert line is not None
    connection.channel.parsed(way_is_clear=False, is_open=True)
    assert (line.is_clear, line.is_shut) == (False, False)
    connection.channel.parsed(way_is_clear=True, is_open=True)
    assert line.is_clear
    connection.channel.lost()
    assert line.is_shut
    connection.channel.hold(False)
    assert line.is_shut


async def test_where_the_way_is_not_clear_there_is_no_line(connection: Connection) -> None:
    connection.channel.parsed(way_is_clear=False, is_open=True)
    assert connection.channel.line(Output(connection.channel)) is None  # type: ignore[arg-type]
