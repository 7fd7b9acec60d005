"""How soon a voice is silent after the order to mute it, in frames, through a real server."""

import asyncio
from statistics import median
from typing import Final

import numpy as np
import pytest

from conference_app.headless_caller import HeadlessCaller
from media_engine.pcm import FRAME_MS
from tests.end_to_end.server import Server
from tests.end_to_end.sound import noise
from tests.end_to_end.waiting import eventually, hear

pytestmark = pytest.mark.end_to_end

ROOM: Final = '<Dial><Conference beep="false" waitUrl="">Hush</Conference></Dial>'
TIMES: Final = 9
SILENT_WITHIN_FRAMES: Final = 60 // FRAME_MS


def is_loud(payload: bytes) -> bool:
    return bool(np.any(np.frombuffer(payload, "<i2")))


async def mute_and_count(server: Server, bob: HeadlessCaller, path: str) -> int:
    """Mute Alice and let her in again; give how many frames of hers come after the answer."""
    status, _ = await server.rest("POST", path, None, Muted="true")
    answered = len(bob.sound.frames)
    assert status == 200
    await hear(bob, 0.5)
    after = [is_loud(frame.payload) for frame in list(bob.sound.frames)[answered:]]
    await server.rest("POST", path, None, Muted="false")
    await is_heard(bob)
    return sum(after)


async def is_heard(bob: HeadlessCaller) -> None:
    async def now() -> bool:
        return bool(bob.sound.frames) and is_loud(bob.sound.frames[-1].payload)

    await eventually(now)


async def frames_after_mute(server: Server) -> list[int]:
    room = await server.application(ROOM)
    alice, bob = server.caller(room, play=noise(8, 30), loop=True), server.caller(room)
    async with bob, alice:
        await is_heard(bob)
        conference = await server.conference_of(alice)
        call = server.books.call(alice.stream_sid)["sid"]
        path = f"Conferences/{conference}/Participants/{call}"
        return [await mute_and_count(server, bob, path) for _ in range(TIMES)]


def test_a_voice_is_silent_60_ms_after_the_answer_to_the_order(server: Server) -> None:
    # Of several: a stall of this machine brings what was sent before together with the answer.
    assert median(asyncio.run(frames_after_mute(server))) <= SILENT_WITHIN_FRAMES
