"""One of fifty stops reading for a while, speaking on: no other loses a frame, and it is soon back.

The fifty are light clients in this process; one of them speaks, in frames that can be told apart.
"""

import asyncio
from bisect import bisect
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, repeat
from typing import Final, TypeAlias

import pytest

from media_engine.codecs import get_codec
from media_engine.dialects import L16, WireFormat
from media_engine.pcm import FRAMES_PER_SECOND
from tests.benchmarks.caller_dialects import caller_dialect
from tests.benchmarks.frames import BINARY, client_frame
from tests.benchmarks.media_client import CallRequest, MediaClient, basic_authorization
from tests.benchmarks.pacing import STEPS, Line, Pacer
from tests.end_to_end.precedence import SERVER_NICENESS, alone, like_us
from tests.end_to_end.process_figures import Figures
from tests.end_to_end.server import RunServer, Server
from tests.end_to_end.sound import FRAME, MOST, frame_finder, noise

pytestmark = pytest.mark.end_to_end

CLIENTS: Final = 50
ROOM: Final = (
    '<Dial><Conference beep="false" waitUrl="" maxParticipants="50">Reading</Conference></Dial>'
)
WIRE: Final = WireFormat(L16, 16_000)
BACKLOG_FRAMES: Final = FRAMES_PER_SECOND
LIVE_WITHIN_FRAMES: Final = FRAMES_PER_SECOND // 2
MEMORY_MIB: Final = 5

_AROUND_S: Final = 3
_START_WITHIN_S: Final = 60.0


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


@pytest.fixture(scope="module", params=[8, pytest.param(60, marks=pytest.mark.slow)])
def lesson(
    request: pytest.FixtureRequest,
    a_server: RunServer,
) -> Iterator[Lesson]:
    """Lived through once for all tests of this module; the one stops reading for so long."""
    settings = {"CONFAB_MAX_PARTICIPANTS": str(CLIENTS)}
    with alone(), like_us(SERVER_NICENESS), a_server(**settings) as server:
        yield asyncio.run(live_through(server, request.param))


async def live_through(server: Server, seconds: int) -> Lesson:
    speech = noise(5, seconds + 4 * _AROUND_S).reshape(-1, FRAME)
    find = frame_finder(speech.reshape(-1))
    room = await server.application(ROOM)
    clients = [await call(server, room) for _ in range(CLIENTS)]
    talker, slow, *others = clients
    silence = client_frame(BINARY, get_codec(L16).silence * FRAME)
    spoken = (client_frame(BINARY, frame.tobytes()) for frame in speech)
    frames = chain(repeat(silence, _AROUND_S * FRAMES_PER_SECOND), spoken)
    with (
        speaking([(talker.send, lambda _: next(frames, silence))]),
        speaking([(client.send, lambda _: silence) for client in clients[1:]]),
    ):
        await asyncio.sleep(2 * _AROUND_S)
        lesson = await not_reading(server, slow, others, find, seconds)
    for client in clients:
        client.hang_up()
        if client.failure is not None:
            raise client.failure
    lesson.heard = [known(client.sounds, find) for client in others]
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
    slow.pause_reading()
    await asyncio.sleep(seconds)
    lesson.memory_grew_mib = Figures.of(server.pid).resident_mib - before.resident_mib
    witness, heard_before = others[0], len(slow.sounds)
    witness_frames = len(witness.sounds)
    lesson.live_number = known(witness.sounds[-FRAMES_PER_SECOND:], find)[-1]
    slow.resume_reading()
    await asyncio.sleep(_AROUND_S)
    lesson.after_resuming = known(slow.sounds[heard_before:], find)
    live = next(
        arrived
        for arrived, payload in zip(slow.arrivals, slow.sounds, strict=True)
        if (find(payload) or 0) > lesson.live_number
    )
    lesson.live_after_frames = bisect(witness.arrivals, live) - witness_frames
    return lesson


async def call(server: Server, room: str) -> MediaClient:
    login = basic_authorization(*server.account.credentials)
    request = CallRequest(
        f"127.0.0.1:{server.port}", room, caller_dialect("native", WIRE, ""), login
    )
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


def known(payloads: list[bytes], find: Find) -> list[int]:
    """The numbers of those frames that came bit for bit."""
    return [number for number in map(find, payloads) if number is not None]


def test_the_others_hear_the_same_and_all_of_it(lesson: Lesson) -> None:
    first = max(heard[0] for heard in lesson.heard)
    last = min(heard[-1] for heard in lesson.heard)
    common = [[number for number in heard if first <= number <= last] for heard in lesson.heard]
    assert len(common) == CLIENTS - 2
    assert all(heard == common[0] for heard in common)
    assert len(common[0]) > MOST * (last - first + 1)


def test_what_waited_for_it_is_a_second_at_most(lesson: Lesson) -> None:
    stale = [number for number in lesson.after_resuming if number <= lesson.live_number]
    assert 0 < len(stale) <= BACKLOG_FRAMES


def test_it_hears_what_is_said_now_within_half_a_second(lesson: Lesson) -> None:
    assert lesson.live_after_frames <= LIVE_WITHIN_FRAMES
    assert lesson.after_resuming[-1] > lesson.live_number + FRAMES_PER_SECOND


def test_the_server_keeps_no_more_than_that_for_it(lesson: Lesson) -> None:
    assert lesson.memory_grew_mib < MEMORY_MIB
