"""Clients that a network, or their own machine, has left in the lurch; the others notice nothing.

Alice speaks to Bob, to one who vanishes without closing, and to one who does not read for 8 s.
"""

import asyncio
import re
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from time import monotonic
from typing import Any

import numpy as np
import pytest

from conference_app.headless_caller import HeadlessCaller, HeardFrame
from media_engine.pcm import FRAMES_PER_SECOND, Pcm
from tests.end_to_end.books import Row, as_moment
from tests.end_to_end.server import Server
from tests.end_to_end.sound import MOST, frame_numbers, noise, share_of_frames_heard
from tests.end_to_end.waiting import eventually, hear

pytestmark = pytest.mark.end_to_end

NAMES = ("alice", "bob", "slow", "gone")
GONE_WITHIN_S = 20
NOT_READING_S = 8
SPEECH: Pcm = noise(7, 60)
"""No two frames are equal: each one that is heard tells when it was spoken."""

DROPPED = re.compile(r"(CA\w{32}): (\d+) frames")


@dataclass
class Storm:
    """What was heard and written down."""

    callers: dict[str, HeadlessCaller]
    vanished_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    resumed_s: float = 0.0
    stays: dict[str, list[Row]] = field(default_factory=dict)
    left_in_the_meeting: list[str] = field(default_factory=list)

    def frames(self, name: str) -> list[HeardFrame]:
        return list(self.callers[name].sound.frames)


@pytest.fixture(scope="module")
def storm(server: Server) -> Storm:
    """Lived through once for all tests of this module."""
    return asyncio.run(weather(server))


async def weather(server: Server) -> Storm:
    room = await server.application(
        '<Dial><Conference beep="false" waitUrl="">Storm</Conference></Dial>'
    )
    options: dict[str, dict[str, Any]] = {
        "alice": {"play": SPEECH},
        "slow": {"receive_buffer_bytes": 4096},
    }
    storm = Storm({name: server.caller(room, **options.get(name, {})) for name in NAMES})
    async with AsyncExitStack() as calls:
        for caller in reversed(storm.callers.values()):
            await calls.enter_async_context(caller)
        await hear(storm.callers["bob"], 1)
        await let_them_suffer(server, storm)

    async def is_over() -> bool:
        return bool(server.books.call(storm.callers["slow"].stream_sid)["ended_at"])

    await eventually(is_over)  # then all is in the log, too
    return storm


async def let_them_suffer(server: Server, storm: Storm) -> None:
    bob, slow, gone = (storm.callers[name] for name in ("bob", "slow", "gone"))
    conference = await server.conference_of(bob)
    storm.vanished_at = datetime.now(UTC)
    gone.vanish()
    slow.pause_reading()
    await hear(bob, NOT_READING_S)
    storm.resumed_s = monotonic()
    slow.resume_reading()
    await hear(slow, 3)

    async def there_are_three() -> bool:
        return len(await server.people_in(conference)) == 3

    await eventually(there_are_three)
    await hear(bob, 0.5)
    storm.left_in_the_meeting = await server.people_in(conference)
    for name, caller in storm.callers.items():
        rows = server.books.stays(conference)
        storm.stays[name] = [row for row in rows if row["stream_sid"] == caller.stream_sid]


def test_who_vanishes_is_gone_from_the_meeting_within_20_s(storm: Storm) -> None:
    (stay,) = storm.stays["gone"]
    gone_after = as_moment(stay["left_at"]) - storm.vanished_at
    assert gone_after.total_seconds() < GONE_WITHIN_S


def test_who_has_vanished_leaves_no_ghost(server: Server, storm: Storm) -> None:
    row = server.books.call(storm.callers["gone"].stream_sid)
    assert row["ended_at"] is not None
    assert row["sid"] not in storm.left_in_the_meeting
    expected = {server.books.call(storm.callers[name].stream_sid)["sid"] for name in NAMES[:3]}
    assert set(storm.left_in_the_meeting) == expected


def test_the_one_who_reads_loses_nothing_by_the_others(storm: Storm) -> None:
    numbers = frame_numbers(storm.frames("bob"), SPEECH)
    assert share_of_frames_heard(numbers) > MOST


def test_who_reads_again_hears_what_is_said_now(storm: Storm) -> None:
    bob, slow = storm.frames("bob"), storm.frames("slow")
    spoken_s = dict(zip(frame_numbers(bob, SPEECH), (frame.at_s for frame in bob), strict=True))
    played = zip(frame_numbers(slow, SPEECH), play_times(slow), strict=True)
    # Until then it plays what its own machine had kept for it.
    since_s = storm.resumed_s + 1.5
    ages = [
        at - spoken_s[n] for n, at in played if at > since_s and n is not None and n in spoken_s
    ]
    assert len(ages) > 30
    assert np.median(ages) < 1.0


def play_times(frames: list[HeardFrame]) -> list[float]:
    """When a client that plays all it gets, one frame after another, plays each."""
    times, free_at_s = [], 0.0
    for frame in frames:
        times.append(max(frame.at_s, free_at_s))
        free_at_s = times[-1] + 1 / FRAMES_PER_SECOND
    return times


def test_who_does_not_read_loses_the_oldest_and_it_is_counted(server: Server, storm: Storm) -> None:
    numbers = [n for n in frame_numbers(storm.frames("slow"), SPEECH) if n is not None]
    gaps = [max(0, after - before - 1) for before, after in pairwise(numbers)]
    lost = max(gaps)
    assert lost > (NOT_READING_S - 1) * FRAMES_PER_SECOND
    slow = server.books.call(storm.callers["slow"].stream_sid)["sid"]
    counted = {sid: int(frames) for sid, frames in DROPPED.findall(server.log)}
    # A busy machine may keep it from reading at other times, too.
    assert lost - 5 <= counted[slow] <= sum(gaps) + 5
