"""What goes to a client: never more than it reads, by the pongs it sends."""

import pytest

from conference_app.streams.socket_output import (
    GONE_AFTER_TICKS,
    LOOKS_AGAIN_AFTER_TICKS,
    MAX_UNREAD_FRAMES,
    MESSAGES_AT_ONCE,
    MESSAGES_PER_TICK,
    OUTBOX_FRAMES,
    SocketOutput,
)
from media_engine.dialects.native import NativeServer


class Wire:
    """A channel that keeps what it is given."""

    def __init__(self, *, tells_of_reading: bool = True) -> None:
        self.tells_of_reading = tells_of_reading
        self.sent: list[str | bytes] = []
        self.pings: list[int] = []
        self.heard = False

    def take_over(self, on_message: object, on_pong: object) -> None: ...

    def start_polling(self, sound: object = None) -> None: ...

    def line(self, output: object) -> None: ...

    def stop_polling(self) -> None: ...

    def was_heard(self) -> bool:
        heard, self.heard = self.heard, False
        return heard

    def send(self, message: str | bytes, ping: int | None = None) -> None:
        self.sent.append(message)
        if ping is not None:
            self.pings.append(ping)


class Client:
    """A leg's output, its wire, and whether it was given up."""

    def __init__(self, *, tells_of_reading: bool = True) -> None:
        self.wire = Wire(tells_of_reading=tells_of_reading)
        self.gone = 0
        self.output = SocketOutput(self.wire, NativeServer(), self._note_gone)

    def tick(self, times: int = 1, *, answering: bool = False) -> None:
        for _ in range(times):
            self.output.audio(b"%d" % len(self.wire.sent))
            if answering and self.wire.pings:
                self.output.on_pong(self.wire.pings.pop(0))

    def _note_gone(self) -> None:
        self.gone += 1


def test_a_client_that_reads_gets_every_frame() -> None:
    client = Client()
    client.tick(1000, answering=True)
    assert len(client.wire.sent) == 1000
    assert client.output.dropped_frames == 0


def test_a_client_that_does_not_read_gets_no_more_than_it_may_leave_unread() -> None:
    client = Client()
    client.tick(500)
    assert len(client.wire.sent) == MAX_UNREAD_FRAMES
    assert client.output.dropped_frames == 500 - MAX_UNREAD_FRAMES - OUTBOX_FRAMES


def test_who_reads_again_gets_the_newest_frames() -> None:
    client = Client()
    spoken = [b"%d" % n for n in range(200)]
    for payload in spoken:
        client.output.audio(payload)
    client.output.on_pong(client.wire.pings[-1])
    assert client.wire.sent[MAX_UNREAD_FRAMES:] == spoken[-OUTBOX_FRAMES:]


@pytest.mark.parametrize("lie", [0, -5, MAX_UNREAD_FRAMES + 1, 10**12])
def test_a_pong_for_what_was_never_sent_changes_nothing(lie: int) -> None:
    client = Client()
    client.tick(100)
    client.output.on_pong(lie)
    client.tick(100)
    assert len(client.wire.sent) == MAX_UNREAD_FRAMES


def test_marks_are_never_held_back() -> None:
    client = Client()
    client.tick(500)
    client.output.mark("here")
    assert "here" in str(client.wire.sent[-1])


def test_where_nothing_is_known_of_reading_everything_is_sent() -> None:
    client = Client(tells_of_reading=False)
    client.tick(GONE_AFTER_TICKS + 10)
    assert len(client.wire.sent) == GONE_AFTER_TICKS + 10
    assert client.gone == 0


def test_who_gives_no_sign_of_life_is_given_up_once() -> None:
    client = Client()
    client.tick(GONE_AFTER_TICKS - 1)
    assert client.gone == 0
    client.tick(2 * GONE_AFTER_TICKS)
    assert client.gone == 1


@pytest.mark.parametrize("sign", ["message", "pong"])
def test_any_sign_of_life_counts(sign: str) -> None:
    client = Client()
    for _ in range(3):
        client.tick(GONE_AFTER_TICKS - 1)
        if sign == "message":
            client.output.allows_message()
        else:
            client.output.on_pong(0)
    assert client.gone == 0


def test_bursts_are_allowed_and_floods_are_not() -> None:
    client = Client()
    assert all(client.output.allows_message() for _ in range(MESSAGES_AT_ONCE - 1))
    assert not client.output.allows_message()
    client.tick()
    assert sum(client.output.allows_message() for _ in range(20)) == MESSAGES_PER_TICK - 1


def test_sound_that_is_not_called_out_is_a_sign_of_life() -> None:
    client = Client()
    for _ in range(GONE_AFTER_TICKS + 5 * LOOKS_AGAIN_AFTER_TICKS):
        client.wire.heard = True
        client.tick()
    assert client.gone == 0
    client.tick(2 * LOOKS_AGAIN_AFTER_TICKS)
    assert client.gone == 1
