"""`kill -9` in the middle of a recorded meeting, and a new start on the same data."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from conference_app.headless_caller import HeadlessCaller
from tests.end_to_end.books import Row
from tests.end_to_end.precedence import SERVER_NICENESS, alone, like_us
from tests.end_to_end.server import Recorded, RunServer, Server
from tests.end_to_end.sound import (
    RATE_HZ,
    aligned,
    as_signal,
    shares_of_the_possible,
    voice,
)
from tests.end_to_end.waiting import hear

pytestmark = pytest.mark.end_to_end

NAMES = ("alice", "bob")
TALK_S = 4
RECORDED = (
    '<Dial record="record-from-answer-dual">'
    '<Conference record="record-from-start" trim="do-not-trim" beep="false">Cut Off</Conference>'
    "</Dial>"
)


@dataclass
class Aftermath:
    """The meeting that was cut off, as its server knows it after the new start."""

    server: Server
    conference: str
    killed_at: datetime
    callers: tuple[HeadlessCaller, HeadlessCaller]
    close_codes: list[int | None]
    calls: list[Row]

    def seconds(self) -> float:
        """How long the meeting lasted."""
        started = self.server.books.moment_of(self.conference, "conference-start")
        return (self.killed_at - started).total_seconds()


@pytest.fixture(scope="module")
def aftermath(a_server: RunServer) -> Iterator[Aftermath]:
    """Killed and started again once for all tests of this module."""
    with ExitStack() as undo:
        with alone(), like_us(SERVER_NICENESS):
            server = undo.enter_context(a_server())
            aftermath = asyncio.run(talk_until_it_dies(server))
        server.start()
        yield aftermath


@pytest.fixture(scope="module")
def recorded(aftermath: Aftermath) -> Recorded:
    """What the dead server had saved."""
    return asyncio.run(aftermath.server.recording_of(aftermath.conference))


async def talk_until_it_dies(server: Server) -> Aftermath:
    room = await server.application(RECORDED)
    alice, bob = server.caller(room), server.caller(room)
    async with alice, bob:
        await hear(bob, 0.3)
        for name, caller in zip(NAMES, (alice, bob), strict=True):
            caller.play(voice(name))
        await hear(bob, TALK_S)
        conference = await server.conference_of(bob)
        killed_at = datetime.now(UTC)
        await asyncio.to_thread(server.kill)
        for caller in (alice, bob):
            await caller.wait_until_closed(30)
    codes = [alice.close_code, bob.close_code]
    calls = [server.books.call(caller.stream_sid) for caller in (alice, bob)]
    assert [row["ended_at"] for row in calls] == [None, None]
    return Aftermath(server, conference, killed_at, (alice, bob), codes, calls)


def test_callers_of_a_killed_server_see_their_connection_break(aftermath: Aftermath) -> None:
    assert aftermath.close_codes == [1006, 1006]


def test_the_meeting_is_completed_at_the_next_start(aftermath: Aftermath) -> None:
    books = aftermath.server.books
    assert books.conference(aftermath.conference)["status"] == "completed"
    assert books.moment_of(aftermath.conference, "conference-end") >= aftermath.killed_at
    stays = books.stays(aftermath.conference)
    assert [row["reason_left"] for row in stays] == ["server-stopped"] * len(NAMES)
    assert all(row["left_at"] for row in stays)


def test_the_calls_are_over_at_the_next_start(aftermath: Aftermath) -> None:
    for before in aftermath.calls:
        after = aftermath.server.books.call(before["stream_sid"])
        assert (after["status"], after["ended_at"] is not None) == ("completed", True)


def test_the_recording_is_finished_and_at_most_a_second_short(
    aftermath: Aftermath, recorded: Recorded
) -> None:
    told, sound = recorded
    assert told == pytest.approx(len(sound) / RATE_HZ, abs=0.001)
    assert aftermath.seconds() - 1 <= told <= aftermath.seconds() + 0.1


def test_what_was_saved_is_the_mix(recorded: Recorded) -> None:
    sound = as_signal(recorded.sound, RATE_HZ)
    parts = [aligned(as_signal(voice(name), RATE_HZ), sound) for name in NAMES]
    assert min(shares_of_the_possible(sound, parts)) > 0.9


def test_who_spoke_is_known_as_far_as_the_sound_goes(
    aftermath: Aftermath, recorded: Recorded
) -> None:
    books = aftermath.server.books
    (row,) = books.recordings(aftermath.conference)
    told = json.loads(row["speech"]) if isinstance(row["speech"], str) else row["speech"]
    assert set(told["spans"]) == {call["sid"] for call in aftermath.calls}
    for spans in told["spans"].values():
        assert 0 <= spans[0][0] < spans[-1][1] <= 1000 * recorded.seconds


def test_the_recording_of_a_call_is_finished_with_both_its_sides(aftermath: Aftermath) -> None:
    for caller, (own, other) in zip(aftermath.callers, (NAMES, NAMES[::-1]), strict=True):
        told, sound = asyncio.run(aftermath.server.recording_of_call(caller))
        assert told == pytest.approx(len(sound) / RATE_HZ, abs=0.001)
        assert aftermath.seconds() - 1 <= told <= aftermath.seconds() + 0.1
        for channel, name in zip(sound.T, (own, other), strict=True):
            side = as_signal(channel, RATE_HZ)
            said = aligned(as_signal(voice(name), RATE_HZ), side)
            assert min(shares_of_the_possible(side, [said])) > 0.75


def test_the_same_room_can_be_called_again(aftermath: Aftermath) -> None:
    server = aftermath.server

    async def call_again() -> list[str]:
        room = await server.application(RECORDED)
        async with server.caller(room) as alice, server.caller(room) as bob:
            await hear(bob, 0.5)
            return [await server.conference_of(caller) for caller in (alice, bob)]

    first, second = asyncio.run(call_again())
    assert first == second != aftermath.conference
