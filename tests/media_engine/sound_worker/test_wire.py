import socket
import struct
from collections.abc import Iterator
from threading import Thread

import pytest

from media_engine.sound_worker.wire import Disconnected, receive, send

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def ends() -> Iterator[Pair]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


@pytest.mark.parametrize("body", [b"", b"x", bytes(3_000_000)])
def test_what_is_sent_is_received(ends: Pair, body: bytes) -> None:
    head = {"voice": None, "language": "fr-FR", "rate_hz": 16000, "text": "é\ud800\n"}
    sending = Thread(target=send, args=(ends[0], head, body))
    sending.start()
    assert receive(ends[1]) == (head, body)
    sending.join()


def test_messages_follow_each_other(ends: Pair) -> None:
    for number in range(3):
        send(ends[0], {"n": number}, bytes(number))
    assert [receive(ends[1]) for _ in range(3)] == [({"n": n}, bytes(n)) for n in range(3)]


@pytest.mark.parametrize(
    "nonsense",
    [
        b"",
        b"\x01\x00",
        struct.pack("<IQ", 2, 0) + b"{",
        struct.pack("<IQ", 5, 0) + b"{'a':",
        struct.pack("<IQ", 2, 0) + b"[]",
        struct.pack("<IQ", 1 << 20, 0),
        struct.pack("<IQ", 2, 1 << 40) + b"{}",
        struct.pack("<IQ", 2, 100) + b"{}" + bytes(99),
    ],
)
def test_what_is_no_message_ends_the_connection(ends: Pair, nonsense: bytes) -> None:
    ends[0].sendall(nonsense)
    ends[0].close()
    with pytest.raises(Disconnected):
        receive(ends[1])


def test_sending_to_nobody_ends_the_connection(ends: Pair) -> None:
    ends[1].close()
    with pytest.raises(Disconnected):
        send(ends[0], {}, b"x")
