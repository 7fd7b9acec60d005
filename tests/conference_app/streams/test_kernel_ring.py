"""Sockets read and written by one call of the kernel, beside what each call by itself gives."""

import errno
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import pytest
from pytest_django import Settings

from conference_app.streams import socket_means
from conference_app.streams.kernel_ring import KernelRing, Operation
from conference_app.streams.socket_calls import Numbers, OneByOne, SocketCalls
from media_engine.lines import Frames

LINES: Final = 20
ROW: Final = 64

IN_ONE_CALL: Final = pytest.mark.skipif(
    not socket_means.one_call_is_allowed(), reason="the kernel does not take many in one call"
)

Pairs = list[tuple[socket.socket, socket.socket]]


@pytest.fixture
def pairs() -> Iterator[Pairs]:
    pairs = [socket.socketpair() for _ in range(LINES)]
    for one in (end for pair in pairs for end in pair):
        one.setblocking(False)
    yield pairs
    for one in (end for pair in pairs for end in pair):
        one.close()


@pytest.fixture
def block() -> Frames:
    return np.zeros((LINES, ROW), np.uint8)


def placed(calls: SocketCalls, pairs: Pairs, block: Frames) -> SocketCalls:
    for number, (ours, _) in enumerate(pairs):
        calls.place(number, ours.fileno(), block.ctypes.data + number * ROW)
    return calls


def some(seed: int) -> Numbers:
    """A part of the numbers, in disorder."""
    dice = np.random.default_rng(seed)
    return dice.permutation(LINES)[: dice.integers(1, LINES + 1)]


def received(theirs: socket.socket) -> bytes:
    try:
        return theirs.recv(10 * ROW)
    except BlockingIOError:
        return b""


def rings() -> set[int]:
    """The descriptors of this process's rings."""
    names = os.listdir("/proc/self/fd")
    return {int(name) for name in names if "io_uring" in str(Path("/proc/self/fd", name).resolve())}


@IN_ONE_CALL
def test_each_socket_is_read_into_its_row_however_often(pairs: Pairs, block: Frames) -> None:
    ring = placed(KernelRing(Operation.RECV, ROW, LINES), pairs, block)
    for turn in range(50):
        numbers = some(turn)
        for number, (_, theirs) in enumerate(pairs):
            if (number + turn) % 3:
                theirs.send(bytes([number + turn]) * (number + 1))
        sizes = ring.of(numbers)
        there = (numbers + turn) % 3 > 0
        assert np.array_equal(sizes[there], numbers[there] + 1)
        assert set(sizes[~there].tolist()) <= {-errno.EAGAIN}
        for number in numbers[there].tolist():
            assert block[number, : number + 1].tobytes() == bytes([number + turn]) * (number + 1)
        ring.of_first(LINES)


@IN_ONE_CALL
def test_each_socket_is_written_its_row_however_often(pairs: Pairs, block: Frames) -> None:
    ring = placed(KernelRing(Operation.SEND, ROW, LINES), pairs, block)
    for turn in range(50):
        numbers = some(turn)
        block[:] = np.arange(LINES)[:, np.newaxis] + turn
        assert (ring.of(numbers) == ROW).all()
        for number, (_, theirs) in enumerate(pairs):
            meant = number in numbers
            assert received(theirs) == bytes([number + turn] * ROW if meant else [])


@IN_ONE_CALL
def test_who_is_full_or_gone_takes_less_and_the_others_all(pairs: Pairs, block: Frames) -> None:
    ring = placed(KernelRing(Operation.SEND, ROW, LINES), pairs, block)
    pairs[1][1].close()
    sizes = ring.of_first(LINES)
    while sizes[0] == ROW:
        for _, theirs in pairs[2:]:
            received(theirs)
        sizes = ring.of_first(LINES)
    assert sizes[1] == -errno.EPIPE
    assert sizes[0] < ROW
    assert (sizes[2:] == ROW).all()


@IN_ONE_CALL
def test_a_ring_that_fails_loses_nothing(pairs: Pairs, block: Frames) -> None:
    before = rings()
    ring = placed(KernelRing(Operation.SEND, ROW, LINES), pairs, block)
    (descriptor,) = rings() - before
    with Path(os.devnull).open() as other:
        os.dup2(other.fileno(), descriptor)
    for _ in range(2):
        assert (ring.of(some(1)) == ROW).all()
        heard = [received(theirs) for _, theirs in pairs]
        assert heard == [bytes(ROW if number in some(1) else 0) for number in range(LINES)]


@IN_ONE_CALL
def test_nothing_is_left_of_a_ring_that_nobody_has() -> None:
    def held() -> tuple[int, int]:
        return len(rings()), Path("/proc/self/maps").read_text().count("io_uring")

    before = held()
    several = [KernelRing(Operation.RECV, ROW, 2**power) for power in range(8)]
    assert held() == (before[0] + 8, before[1] + 16)
    several.clear()
    assert held() == before


def test_where_it_is_not_allowed_sockets_go_one_by_one(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, pairs: Pairs, block: Frames
) -> None:
    monkeypatch.setattr(socket_means, "one_call_is_allowed", lambda: False)
    calls = placed(socket_means.socket_calls(Operation.SEND, ROW, LINES), pairs, block)
    assert isinstance(calls, OneByOne)
    assert calls.of(np.array([3, 1])).tolist() == [ROW, ROW]
    assert [len(received(theirs)) for _, theirs in pairs[:5]] == [0, ROW, 0, ROW, 0]
    monkeypatch.setattr(socket_means, "one_call_is_allowed", lambda: True)
    settings.CONFAB_IO_URING = False
    assert isinstance(socket_means.socket_calls(Operation.SEND, ROW, LINES), OneByOne)


def test_a_kernel_that_refuses_another_ring_is_no_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> KernelRing:
        raise OSError(errno.ENOMEM, "no")

    monkeypatch.setattr(socket_means, "one_call_is_allowed", lambda: True)
    monkeypatch.setattr(socket_means, "KernelRing", refuse)
    assert isinstance(socket_means.socket_calls(Operation.RECV, ROW, LINES), OneByOne)
