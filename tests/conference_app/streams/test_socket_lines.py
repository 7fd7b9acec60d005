"""Sockets read and written many at once: each its own frames, nothing lost, nothing misdirected."""

import socket
from collections.abc import Iterator
from typing import Final

import numpy as np
import pytest
from pytest_django import Settings
from websockets.frames import Frame, Opcode

from conference_app.streams.socket_lines import SocketLine, SocketReader, SocketWriter
from conference_app.streams.socket_means import one_call_is_allowed
from media_engine.lines import Frames

SIZE: Final = 160
WHOLE: Final = 168


class Output:
    """Says how many frames may pass it, and keeps those that do not."""

    def __init__(self) -> None:
        self.easy_frames = 1000
        self.counted = 0
        self.sent: list[bytes] = []
        self.broken = False

    def count(self, frames: int) -> None:
        self.counted += frames

    def audio(self, payload: bytes) -> None:
        if self.broken:
            raise RuntimeError("no way")
        self.sent.append(payload)


class Channel:
    """What is read or written past the short way."""

    def __init__(self) -> None:
        self.taken: list[tuple[bytes, bool]] = []
        self.skipped: list[tuple[bytes, bool]] = []
        self.written: list[bytes] = []

    def take(self, data: bytes, *, more: bool) -> None:
        self.taken.append((data, more))

    def skip(self, data: bytes, *, more: bool) -> None:
        self.skipped.append((data, more))

    def write(self, data: bytes) -> None:
        self.written.append(data)


class Caller:
    """One end, and the line at the other one."""

    def __init__(self) -> None:
        self.socket, self.ours = socket.socketpair()
        self.socket.setblocking(False)
        self.ours.setblocking(False)
        self.output, self.channel = Output(), Channel()
        self.line = SocketLine(self.ours.fileno(), self.channel, self.output)  # type: ignore[arg-type]

    def say(self, *payloads: bytes, opcode: Opcode = Opcode.BINARY) -> bytes:
        data = b"".join(Frame(opcode, payload).serialize(mask=True) for payload in payloads)
        self.socket.send(data)
        return data

    def heard(self) -> bytes:
        try:
            return self.socket.recv(65_536)
        except BlockingIOError:
            return b""

    def close(self) -> None:
        self.socket.close()
        self.ours.close()


@pytest.fixture(params=["in one call", "one by one"], autouse=True)
def _means(request: pytest.FixtureRequest, settings: Settings) -> None:
    settings.CONFAB_IO_URING = request.param == "in one call"
    if settings.CONFAB_IO_URING and not one_call_is_allowed():
        pytest.skip("the kernel does not take many in one call")


@pytest.fixture
def callers() -> Iterator[list[Caller]]:
    callers = [Caller() for _ in range(40)]
    yield callers
    for caller in callers:
        caller.close()


def payload(number: int) -> bytes:
    return np.random.default_rng(number).integers(0, 256, SIZE).astype(np.uint8).tobytes()


def message(sound: bytes) -> bytes:
    return Frame(Opcode.BINARY, sound).serialize(mask=False)


def reader_of(callers: list[Caller]) -> SocketReader:
    reader = SocketReader(SIZE)
    for caller in callers:
        reader.add(caller.line)
    return reader


def writer_of(callers: list[Caller]) -> SocketWriter:
    """A writer whose lines have had their first frame, which goes through their outputs."""
    writer = SocketWriter(SIZE)
    for caller in callers:
        writer.add(caller.line)
    writer.write(np.zeros((len(callers), SIZE), np.uint8))
    for caller in callers:
        caller.output.sent.clear()
    return writer


def rows(count: int, first: int = 0) -> Frames:
    joined = b"".join(payload(number) for number in range(first, first + count))
    return np.frombuffer(joined, np.uint8).reshape(count, SIZE)


def test_whole_frames_are_unmasked_each_in_its_row(callers: list[Caller]) -> None:
    reader = reader_of(callers)
    for number, caller in enumerate(callers):
        if number % 3:
            caller.say(payload(number))
    whole, frames = reader.read()
    assert whole.tolist() == [bool(number % 3) for number in range(len(callers))]
    for number in np.flatnonzero(whole).tolist():
        assert frames[number].tobytes() == payload(number)
    reader.hand_on()
    assert not any(caller.channel.taken for caller in callers)


@pytest.mark.parametrize("size", [SIZE, 640, 1920])
def test_so_it_is_with_frames_of_any_format(size: int) -> None:
    caller = Caller()
    reader = SocketReader(size)
    reader.add(caller.line)
    sound = bytes(range(256)) * 8
    caller.say(sound[:size])
    whole, frames = reader.read()
    assert whole[0]
    assert frames[0].tobytes() == sound[:size]
    caller.close()


def test_all_else_is_handed_on_as_it_came(callers: list[Caller]) -> None:
    reader = reader_of(callers)
    two = callers[0].say(payload(1), payload(2))
    text = callers[1].say(b"x" * SIZE, opcode=Opcode.TEXT)
    pong = callers[2].say(b"confab--", opcode=Opcode.PONG)
    short = callers[3].say(payload(1)[:-1])
    half = message(payload(1))[:50]
    callers[4].socket.send(half)
    callers[5].socket.close()
    flood = callers[6].say(*[payload(1)] * 30)
    whole, _ = reader.read()
    assert not whole.any()
    reader.hand_on()
    taken = [caller.channel.taken for caller in callers[:7]]
    assert taken[:6] == [[(data, False)] for data in (two, text, pong, short, half, b"")]
    [(data, more)] = taken[6]
    assert more
    assert flood.startswith(data)
    assert not any(caller.channel.taken for caller in callers[7:])


@pytest.mark.parametrize("size", [SIZE, 640, 1920])
def test_sound_that_nobody_is_to_hear_is_skipped(callers: list[Caller], size: int) -> None:
    reader = SocketReader(size, 8)
    for caller in callers:
        reader.add(caller.line)
    sound = bytes(size)
    for number in (0, 1, 5, 8):
        callers[number].say(*[sound] * number)
    callers[9].say(*[sound] * 9)
    mixed = callers[10].say(sound, sound) + callers[10].say(b"5", opcode=Opcode.TEXT)
    text = callers[11].say(bytes(size), opcode=Opcode.TEXT)
    callers[12].socket.close()
    assert reader.skip() == [10, 11, 12]
    rest = [caller.channel.skipped for caller in callers[10:13]]
    assert rest == [[(mixed, False)], [(text, False)], [(b"", False)]]
    heard = [number for number, caller in enumerate(callers) if caller.line.was_heard()]
    assert heard == [1, 5, 8, 9]
    assert reader.skip() == [12]
    assert callers[9].line.was_heard(), "the last of what came at once"


def test_what_is_not_clear_or_shut_is_not_read(callers: list[Caller]) -> None:
    reader = reader_of(callers)
    for caller in callers:
        caller.say(payload(1))
    callers[0].line.change(clear=False)
    callers[1].line.change(shut=True)
    whole, _ = reader.read()
    assert whole.tolist() == [False, False] + [True] * 38
    callers[0].line.change(clear=True)
    callers[1].line.change(clear=True, held=False)
    assert np.flatnonzero(reader.read()[0]).tolist() == [0]


def test_a_descriptor_that_another_connection_has_now_is_left_alone(
    callers: list[Caller],
) -> None:
    reader, writer = reader_of(callers), writer_of(callers)
    gone = callers[3]
    gone.line.change(shut=True)
    gone.ours.close()
    pair = socket.socketpair()
    other, theirs = pair if pair[0].fileno() == gone.line.fd else pair[::-1]
    assert other.fileno() == gone.line.fd
    theirs.send(message(payload(1)))
    assert not reader.read()[0].any()
    writer.write(rows(len(callers)))
    theirs.setblocking(False)
    with pytest.raises(BlockingIOError):
        theirs.recv(1)
    assert other.recv(WHOLE) == message(payload(1))
    other.close()
    theirs.close()


def test_sound_that_was_read_is_a_sign_of_life(callers: list[Caller]) -> None:
    reader = reader_of(callers)
    assert not callers[2].line.was_heard()
    callers[-1].say(payload(1))
    callers[0].say(payload(1))
    reader.read()
    reader.remove(0)
    reader.add(callers[0].line)
    assert callers[-1].line.was_heard()
    assert not callers[-1].line.was_heard()
    assert not callers[0].line.was_heard(), "one that comes anew"


def test_lines_keep_their_frames_when_others_go(callers: list[Caller]) -> None:
    reader, writer = reader_of(callers), writer_of(callers)
    order = list(callers)
    for number in (0, 38, 5, 5, 0):
        reader.remove(number)
        writer.remove(number)
        last = order.pop()
        if number < len(order):
            order[number] = last
    for number, caller in enumerate(order):
        caller.say(payload(number))
    whole, frames = reader.read()
    assert whole.all()
    assert np.array_equal(frames, rows(len(order)))
    writer.write(rows(len(order), 100))
    assert [caller.heard() for caller in order] == [
        message(payload(100 + number)) for number in range(len(order))
    ]
    assert not any(caller.heard() for caller in callers if caller not in order)


def test_each_is_sent_its_row_past_its_output_as_long_as_that_is_easy(
    callers: list[Caller],
) -> None:
    callers[1].output.easy_frames = 2
    callers[2].output.easy_frames = 0
    writer = writer_of(callers)
    for tick in range(3):
        writer.write(rows(len(callers), tick))
    frames = [message(payload(3 + tick)) for tick in range(3)]
    assert callers[3].heard() == b"".join(frames)
    assert callers[3].output.sent == []
    assert callers[1].heard() == message(payload(1)) + message(payload(2))
    assert (callers[1].output.counted, callers[1].output.sent) == (2, [payload(3)])
    assert (callers[2].heard(), len(callers[2].output.sent)) == (b"", 3)


def test_what_has_passed_is_counted_when_a_line_goes(callers: list[Caller]) -> None:
    writer = writer_of(callers)
    for _ in range(7):
        writer.write(rows(len(callers)))
    writer.remove(4)
    assert callers[4].output.counted == 7


def test_what_waits_in_the_transport_goes_first(callers: list[Caller]) -> None:
    writer = writer_of(callers)
    callers[0].line.change(held=True)
    writer.write(rows(len(callers)))
    assert (callers[0].heard(), callers[0].output.sent) == (b"", [payload(0)])
    callers[0].line.change(held=False)
    writer.write(rows(len(callers)))
    assert callers[0].heard() == message(payload(0))


def test_what_the_kernel_does_not_take_is_the_transport_s_matter(callers: list[Caller]) -> None:
    writer = writer_of(callers)
    full = callers[0]
    sent = 0
    while not full.channel.written:
        writer.write(rows(len(callers)))
        sent += 1
        for caller in callers[1:]:
            caller.heard()
    got = b""
    while data := full.heard():
        got += data
    assert got + full.channel.written[0] == message(payload(0)) * sent
    callers[1].socket.close()
    writer.write(rows(len(callers)))
    assert callers[1].channel.written == [message(payload(1))]


def test_an_output_that_fails_takes_nothing_from_the_others(callers: list[Caller]) -> None:
    callers[1].output.easy_frames = 0
    writer = writer_of(callers)
    callers[1].output.broken = True
    with pytest.raises(ExceptionGroup, match="outputs of lines failed"):
        writer.write(rows(len(callers)))
    assert all(caller.heard() for caller in callers if caller is not callers[1])
