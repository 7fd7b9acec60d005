"""Marks and clear of the native dialect: time is counted in the frames that come meanwhile."""

import pytest

from conference_app.headless_caller import HeadlessCaller
from media_engine.dialects import Mark
from tests.end_to_end.server import Server
from tests.end_to_end.sound import FRAME, frame_numbers, noise
from tests.end_to_end.waiting import hear

pytestmark = pytest.mark.end_to_end

ROOM = '<Dial><Conference beep="false" waitUrl="">{}</Conference></Dial>'
BURST = noise(3, 0.2)
FRAMES = len(BURST) // FRAME


async def send_at_once(caller: HeadlessCaller) -> None:
    """Send 200 ms of sound faster than it can be played."""
    for start in range(0, len(BURST), FRAME):
        await caller.send_raw(BURST[start : start + FRAME].astype("<i2").tobytes())


async def test_a_mark_comes_back_when_the_sound_before_it_was_played(server: Server) -> None:
    room = await server.application(ROOM.format("Marks"))
    async with server.caller(room) as bob, server.caller(room, send_silence=False) as alice:
        await hear(alice, 0.5)
        before = len(alice.sound.frames)
        await send_at_once(alice)
        await alice.send_mark("said")
        await alice.wait_for(Mark("said"))
        assert len(alice.sound.frames) - before >= FRAMES - 1
        await hear(bob, 0.2)
        heard = [n for n in frame_numbers(bob.sound.frames, BURST) if n is not None]
    # The first frame comes in with a ramp.
    assert heard == list(range(FRAMES))[-len(heard) :]
    assert len(heard) >= FRAMES - 1


async def test_clear_empties_and_marks_come_back_at_once(server: Server) -> None:
    room = await server.application(ROOM.format("Clear"))
    async with server.caller(room) as bob, server.caller(room, send_silence=False) as alice:
        await hear(alice, 0.5)
        before = len(alice.sound.frames)
        await send_at_once(alice)
        await alice.send_mark("unsaid")
        await alice.send_clear()
        await alice.wait_for(Mark("unsaid"))
        assert len(alice.sound.frames) - before < FRAMES // 2
        await hear(bob, 0.5)
        heard = [n for n in frame_numbers(bob.sound.frames, BURST) if n is not None]
    assert len(heard) < FRAMES // 2
