"""One of fifty stops reading for a while, speaking on: no other loses a frame, and it is soon back.

The fifty are light clients in this process; one of them speaks, in frames that can be told apart,
and natively. The others speak one of the dialects.
"""

import asyncio
from bisect import bisect
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, repeat
from typing import Final, TypeAlias

import pytest

from media_engine.codecs import get_codec
from media_engine.dialects import L16, MULAW, WireFormat
from media_engine.pcm import FRAMES_PER_SECOND, samples_per_frame
from tests.benchmarks.caller_dialects import CallerDialect, caller_dialect
from tests.benchmarks.frames import BINARY, client_frame
from tests.benchmarks.health import read_health
from tests.benchmarks.job import Transport
from tests.benchmarks.media_client import CallRequest, MediaClient, basic_authorization
from tests.benchmarks.pacing import STEPS, Line, Pacer
from tests.end_to_end.precedence import SERVER_NICENESS, alone, like_us
from tests.end_to_end.process_figures import Figures
from tests.end_to_end.server import RunServer, Server
from tests.end_to_end.sound import MOST, noise, payload_finder
from tests.end_to_end.waiting import eventually

pytestmark = pytest.mark.end_to_end

CLIENTS: Final = 50
ROOM: Final = (
    '<Dial><Conference beep="false" waitUrl="" maxParticipants="50">Reading</Conference></Dial>'
)
WIRES: Final = {"native": WireFormat(L16, 16_000), "twilio": WireFormat(MULAW, 8000)}
"""The server mixes at their rates, so that a lone voice stays what it is bit for bit."""
BACKLOG_FRAMES: Final = FRAMES_PER_SECOND
LIVE_WITHIN_FRAMES: Final = FRAMES_PER_SECOND // 2
MEMORY_MIB: Final = 5

_AROUND_S: Final = 3
_START_WITHIN_S: Final = 60.0


ALL: Final = 0.99
"""The share of the ticks of which a frame must have come to each of the others."""

DROPPED: Final = "frames were dropped"

Find: TypeAlias = Callable[[bytes], int | None]


@dataclass
class Lesson:
    """What each one heard, as numbers of the frames that were spoken."""

    heard: list[list[int]] = field(default_factory=list)
    """Of those who read."""
    after_resuming: list[int] = field(default_factory=list)
    """Of the one who did not, from then on."""
    live_number: int = 0
    """What the others had heard last, when it read again."""
    live_after_frames: int = 0
    """What the others heard until it heard something newer than that."""
    memory_grew_mib: float = 0.0
    ticks: int = 0
    """How many took place while it did not read."""
    frames: list[int] = field(default_factory=list)
    """How many came to each of the others meanwhile."""
    who_lost: list[str] = field(default_factory=list)
    """What the server says of calls for which it dropped frames."""


SLOW: Final = pytest.mark.slow
CASES: Final = [
    *((8, transport) for transport in ("native", "twilio")),
    *(pytest.param((60, transport), marks=SLOW) for transport in ("native", "twilio")),
]


@pytest.fixture(scope="module", params=CASES)
def lesson(
    request: pytest.FixtureRequest,
    a_server: RunServer,
) -> Iterator[Lesson]:
    """Lived through once for all tests of this module; the one stops reading for so long."""
    seconds, transport = request.param
    settings = {
        "CONFAB_MAX_PARTICIPANTS": str(CLIENTS),
        "CONFAB_MIX_RATE": str(WIRES[transport].rate_hz),
    }
    with alone(), like_us(SERVER_NICENESS), a_server(**settings) as server:
        yield asyncio.run(live_through(server, seconds, transport))


async def live_through(server: Server, seconds: int, transport: Transport) -> Lesson:
    wire = WIRES[transport]
    codec = get_codec(wire.encoding)
    speech = codec.encode(noise(5, seconds + 4 * _AROUND_S, wire.rate_hz))
    silence = codec.silence * samples_per_frame(wire.rate_hz)
    find = payload_finder(speech, len(silence))
    room = await server.application(ROOM)
    dialect = caller_dialect(transport, wire, server.account.sid)
    talker = await call(server, room, caller_dialect("native", wire, ""), 0)
    slow, *others = [await call(server, room, dialect, number) for number in range(1, CLIENTS)]
    say_nothing = client_frame(BINARY, silence)
    spoken = chain(
        repeat(say_nothing, _AROUND_S * FRAMES_PER_SECOND),
        (
            client_frame(BINARY, speech[start : start + len(silence)])
            for start in range(0, len(speech), len(silence))
        ),
    )
    with (
        speaking([(talker.send, lambda _: next(spoken, say_nothing))]),
        speaking(
            [
                (client.send, dialect.track(silence, number))
                for number, client in enumerate((slow, *others), 1)
            ]
        ),
    ):
        await asyncio.sleep(2 * _AROUND_S)
        lesson = await not_reading(server, slow, others, find, seconds)
    for client in (talker, slow, *others):
        client.hang_up()
        if client.failure is not None:
            raise client.failure
    lesson.heard = [known(client.payloads(), find) for client in others]

    async def all_over() -> bool:
        return server.books.calls_over() == CLIENTS

    await eventually(all_over)
    lesson.who_lost = [line for line in server.log.splitlines() if DROPPED in line]
    return lesson


async def not_reading(
    server: Server,
    slow: MediaClient,
    others: list[MediaClient],
    find: Find,
    seconds: int,
) -> Lesson:
    lesson = Lesson()
    for client in (slow, *others):
        client.keeps = True
    await asyncio.sleep(_AROUND_S / 2)
    before = Figures.of(server.pid)
    # What is under way counts as come, at both ends: asking for the ticks takes a while.
    frames = [len(client.sounds) for client in others]
    ticks = await ticks_of(server)
    slow.pause_reading()
    await asyncio.sleep(seconds)
    lesson.ticks = await ticks_of(server) - ticks
    lesson.frames = [len(client.sounds) - had for client, had in zip(others, frames, strict=True)]
    lesson.memory_grew_mib = Figures.of(server.pid).resident_mib - before.resident_mib
    witness, heard_before = others[0], len(slow.sounds)
    witness_frames = len(witness.sounds)
    lesson.live_number = known(witness.payloads()[-FRAMES_PER_SECOND:], find)[-1]
    slow.resume_reading()
    await asyncio.sleep(_AROUND_S)
    lesson.after_resuming = known(slow.payloads()[heard_before:], find)
    live = next(
        arrived
        for arrived, payload in zip(slow.arrivals, slow.payloads(), strict=True)
        if (find(payload) or 0) > lesson.live_number
    )
    lesson.live_after_frames = bisect(witness.arrivals, live) - witness_frames
    return lesson


async def ticks_of(server: Server) -> int:
    """How many took place; those that were given up are not among them."""
    said = await asyncio.to_thread(read_health, server.port)
    assert said is not None
    return int(said["engine"]["ticks"])


async def call(server: Server, room: str, dialect: CallerDialect, number: int) -> MediaClient:
    login = basic_authorization(*server.account.credentials)
    request = CallRequest(f"127.0.0.1:{server.port}", room, dialect, login, number)
    _, client = await asyncio.get_running_loop().create_connection(
        lambda: MediaClient(request), "127.0.0.1", server.port
    )
    async with asyncio.timeout(_START_WITHIN_S):
        await client.started
    return client


@contextmanager
def speaking(lines: Sequence[Line]) -> Iterator[None]:
    """Let all speak, spread over the 20 ms."""
    pacer = Pacer()
    for number, line in enumerate(lines):
        pacer.add(line, number % STEPS)
    try:
        yield
    finally:
        pacer.stop()


def known(payloads: Iterable[bytes], find: Find) -> list[int]:
    """The numbers of those frames that came bit for bit."""
    return [number for number in map(find, payloads) if number is not None]


def test_the_others_hear_the_same_and_all_of_it(lesson: Lesson) -> None:
    first = max(heard[0] for heard in lesson.heard)
    last = min(heard[-1] for heard in lesson.heard)
    common = [[number for number in heard if first <= number <= last] for heard in lesson.heard]
    assert len(common) == CLIENTS - 2
    assert all(heard == common[0] for heard in common)
    # A tick that a busy machine gives up is heard by nobody.
    assert len(common[0]) > MOST * min(last - first + 1, lesson.ticks)


def test_the_others_are_sent_a_frame_at_each_tick(lesson: Lesson) -> None:
    assert lesson.ticks > 0
    assert len(lesson.frames) == CLIENTS - 2
    assert min(lesson.frames) >= ALL * lesson.ticks


def test_of_none_but_its_own_frames_any_is_dropped(lesson: Lesson) -> None:
    assert len(lesson.who_lost) == 1, lesson.who_lost


def test_what_waited_for_it_is_a_second_at_most(lesson: Lesson) -> None:
    stale = [number for number in lesson.after_resuming if number <= lesson.live_number]
    assert 0 < len(stale) <= BACKLOG_FRAMES


def test_it_hears_what_is_said_now_within_half_a_second(lesson: Lesson) -> None:
    assert lesson.live_after_frames <= LIVE_WITHIN_FRAMES
    assert lesson.after_resuming[-1] > lesson.live_number + FRAMES_PER_SECOND


def test_the_server_keeps_no_more_than_that_for_it(lesson: Lesson) -> None:
    assert lesson.memory_grew_mib < MEMORY_MIB
