"""How long callers wait for their first sound: a small server lets them wait a known time."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from websockets.asyncio.server import ServerConnection, serve

from tests.benchmarks.job import WIRES, Address, Job, Joins
from tests.benchmarks.joining import JoinStream
from tests.benchmarks.server import free_port
from tests.benchmarks.tones import make_tones

pytestmark = pytest.mark.end_to_end

ROOMS = ("joins-0", "joins-1")
TONES = dict(zip(ROOMS, make_tones(ROOMS, 1, WIRES["native"]), strict=True))
SILENCE = b"\xff" * 160


@pytest.fixture(autouse=True)
def short_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.benchmarks.joining.STAY_S", 1.0)


def bridge(silent_frames: int, tone: bytes) -> Callable[[ServerConnection], Awaitable[None]]:
    """Say nothing at first, then the same over and over."""

    async def talk(socket: ServerConnection) -> None:
        await socket.recv()
        await socket.send('{"event":"started"}')
        for _ in range(silent_frames):
            await socket.send(SILENCE)
            await asyncio.sleep(0.02)
        for _ in range(5):
            await socket.send(tone)
        async for _ in socket:
            pass

    return talk


async def joined(silent_frames: int, tone: bytes) -> tuple[Joins, int]:
    """Have four callers come in, two to each room; give what is said of them, and who heard."""
    handler = bridge(silent_frames, tone)
    async with serve(handler, "127.0.0.1", 0, subprotocols=["audio.confab"]) as server:  # type: ignore[list-item]
        port = next(iter(server.sockets)).getsockname()[1]
        stream = JoinStream(Job("joins", ROOMS, Address(port), 0, 0, 0.2, 1), per_s=20)
        await stream.run()
    return stream.joins(), stream.hearers()


async def test_the_wait_is_that_for_the_talkers_own_voice() -> None:
    joins, hearers = await joined(10, TONES["joins-0"])
    # In the other room that is somebody else's voice.
    assert (joins.called, joins.heard, hearers) == (4, 2, 4)
    assert joins.first_sound_ms.p50 > 10 * 20


async def test_who_never_hears_him_counts_as_one_who_waited_all_the_time() -> None:
    joins, hearers = await joined(1, SILENCE)
    assert (joins.called, joins.heard, joins.per_s, hearers) == (4, 0, 0, 0)
    assert joins.first_sound_ms.p50 == pytest.approx(1000)


async def test_who_finds_nobody_is_counted_too() -> None:
    stream = JoinStream(Job("joins", ROOMS, Address(free_port()), 0, 0, 0.2, 1), per_s=20)
    await stream.run()
    assert (stream.joins().called, stream.joins().heard) == (4, 0)
