"""Many callers at once are to wait with what hostile servers send; who talks notices nothing.

How late ticks are beside 200 of them is a figure of `make bench`.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack

import pytest

from media_engine.pcm import FRAMES_PER_SECOND, Pcm
from tests.benchmarks.hostile import ANSWERS
from tests.end_to_end.server import Server, free_port
from tests.end_to_end.sound import MOST, frame_numbers, noise, share_of_frames_heard
from tests.end_to_end.waiting import eventually, hear

pytestmark = pytest.mark.end_to_end

WAITING = 20
TALK_S = 6
TOO_MUCH = 11750
SPEECH: Pcm = noise(11, 60)


@pytest.fixture
def hostile() -> Iterator[str]:
    """The address of servers that mean no good, in a process of their own."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "tests.benchmarks.hostile", str(port)])
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


async def test_who_talks_loses_nothing_by_twenty_bad_answers(server: Server, hostile: str) -> None:
    talking = await server.application(
        '<Dial><Conference beep="false" waitUrl="">Talk</Conference></Dial>'
    )
    rooms = [await server.application(waiting_room(hostile, kind)) for kind in sorted(ANSWERS)]
    async with AsyncExitStack() as calls:
        alice = await calls.enter_async_context(server.caller(talking, play=SPEECH))
        bob = await calls.enter_async_context(server.caller(talking))
        await hear(bob, 1)
        crowd = [server.caller(rooms[number % len(rooms)]) for number in range(WAITING)]
        async with asyncio.TaskGroup() as coming:
            for caller in crowd:
                coming.create_task(calls.enter_async_context(caller))
        before = len(bob.sound.frames)
        await hear(bob, TALK_S)
        numbers = frame_numbers(list(bob.sound.frames)[before:], SPEECH)
        assert share_of_frames_heard(numbers) > MOST
        assert len(alice.sound.frames) > before + MOST * TALK_S * FRAMES_PER_SECOND
        await eventually(lambda: bad_answers_told(server))


async def bad_answers_told(server: Server) -> bool:
    return any(alert["code"] == TOO_MUCH for alert in server.books.alerts(server.account.sid))


def waiting_room(hostile: str, kind: str) -> str:
    return f'<Dial><Conference waitUrl="{hostile}/{kind}">Waits {kind}</Conference></Dial>'
