"""Those who send what nobody should: sent away at once, at nobody's cost.

All of it happens while Alice speaks to Bob and Carol, who hear the same. How late ticks are is
compared with how late they were just before, because machines are busy with other things, too.
"""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

import pytest

from conference_app.headless_caller import HeadlessCaller
from media_engine.dialects import L16, WireFormat
from media_engine.pcm import FRAMES_PER_SECOND
from tests.benchmarks.health import read_health, tick_lateness_ms
from tests.end_to_end.offender import OFFENCES, TWILIO_OFFENCES, Closing, Offender
from tests.end_to_end.precedence import SERVER_NICENESS, alone, like_us, stand_back
from tests.end_to_end.process_figures import Figures, forget_most, most_resident_mib
from tests.end_to_end.server import RunServer, Server
from tests.end_to_end.sound import MOST, RATE_HZ, frame_numbers, noise, share_of_frames_heard
from tests.end_to_end.waiting import hear

pytestmark = pytest.mark.end_to_end

ROOM: Final = '<Dial><Conference beep="false" waitUrl="">Flood</Conference></Dial>'
SPEECH: Final = noise(3, 300)
MEMORY_MIB: Final = 10
GIVEN_UP: Final = 0.02
"""The share of all ticks that may be given up: a guard, for this machine does other things too. A
server that reads all of what is sent gives half of them up.
"""
CALM_S: Final = 5
LATE_MS: Final = 20.0
TIMES_LATER: Final = 3.0
"""Of 100 ticks 99 are late by no more than LATE_MS, a tick, or TIMES_LATER than before: a guard, on
a machine that does other things too. `python -m tests.benchmarks.faults` holds the mark of 5 ms.
"""

TOO_LARGE, TOO_MUCH = 1009, 1008
CASES: Final = [
    *((name, calling) for name in OFFENCES for calling in (True, False)),
    *((name, True) for name in TWILIO_OFFENCES),
]


@dataclass
class Flood:
    """What came of each offence, made in a call or before one."""

    closings: dict[tuple[str, bool], Closing] = field(default_factory=dict)
    listeners: tuple[HeadlessCaller, ...] = ()
    resident_grew_mib: float = 0.0
    most_resident_grew_mib: float = 0.0
    ticks: int = 0
    skipped: int = 0
    calm_late_ms: float = 0.0
    """Of 99 % of the ticks before."""
    late_ms: float = 0.0
    """Of 99 % of the ticks of the time in which all of it happens."""


@pytest.fixture(scope="module")
def flood(a_server: RunServer) -> Iterator[Flood]:
    """Lived through once for all tests of this module, by a server of its own."""
    with alone(), like_us(SERVER_NICENESS), a_server() as server:
        yield asyncio.run(endure(server))


async def endure(server: Server) -> Flood:
    flood = Flood()
    room = await server.application(ROOM)
    alice, bob, carol = (server.caller(room) for _ in range(3))
    async with alice, bob, carol:
        await hear(bob, 1)
        alice.play(SPEECH)
        # What is needed but once (imports, tables of the parser) is there after the first time.
        await commit(server, room, "a flood of sound", calling=True)
        await hear(bob, CALM_S)
        flood.calm_late_ms = late_ms(server, CALM_S * FRAMES_PER_SECOND)
        before, ticks, skipped = Figures.of(server.pid), *ticks_of(server)
        forget_most(server.pid)
        for name, calling in CASES:
            closing = await commit(server, room, name, calling=calling)
            flood.closings[name, calling] = closing
        await hear(bob, 1)
        flood.most_resident_grew_mib = most_resident_mib(server.pid) - before.resident_mib
        flood.resident_grew_mib = Figures.of(server.pid).resident_mib - before.resident_mib
        ticks_later, skipped_later = ticks_of(server)
        flood.ticks, flood.skipped = ticks_later - ticks, skipped_later - skipped
        flood.late_ms = late_ms(server, flood.ticks)
        flood.listeners = bob, carol
    return flood


def ticks_of(server: Server) -> tuple[int, int]:
    """How many there were, and were given up."""
    said = read_health(server.port)
    assert said is not None
    return said["engine"]["ticks"], said["engine"]["skipped_ticks"]


def late_ms(server: Server, ticks: int) -> float:
    """By how much 99 % of the last so many were late at most."""
    late = tick_lateness_ms(read_health(server.port, last_ticks=ticks))
    assert late is not None
    return late.p99


async def commit(server: Server, room: str, name: str, *, calling: bool) -> Closing:
    def do() -> Closing:
        stand_back()
        offender = Offender(server.port)
        try:
            if name in TWILIO_OFFENCES:
                offender.call_as_twilio(room, server.account.credentials)
            elif calling:
                offender.call(room, server.account.credentials, WireFormat(L16, RATE_HZ))
            else:
                offender.shake_hands(server.account.credentials)
            return offender.commit((OFFENCES | TWILIO_OFFENCES)[name])
        finally:
            offender.close()

    # A thread of its own: it does not get its precedence back.
    with ThreadPoolExecutor(1) as threads:
        return await asyncio.get_running_loop().run_in_executor(threads, do)


@pytest.mark.parametrize(("name", "calling"), CASES)
def test_who_sends_too_much_is_sent_away_and_told_why(
    flood: Flood, name: str, calling: bool
) -> None:
    code, reason = flood.closings[name, calling]
    assert code == (TOO_LARGE if "1 MB" in name else TOO_MUCH)
    assert reason


def test_the_servers_memory_does_not_grow(flood: Flood) -> None:
    assert flood.resident_grew_mib < MEMORY_MIB
    assert flood.most_resident_grew_mib < MEMORY_MIB


def test_ticks_go_on(flood: Flood) -> None:
    assert flood.skipped <= GIVEN_UP * flood.ticks


def test_ticks_are_hardly_later_than_before(flood: Flood) -> None:
    assert flood.late_ms <= max(LATE_MS, TIMES_LATER * flood.calm_late_ms)


def test_nobody_else_loses_a_frame(flood: Flood) -> None:
    bobs, carols = (
        [number for number in frame_numbers(caller.sound.frames, SPEECH) if number is not None]
        for caller in flood.listeners
    )
    first, last = max(bobs[0], carols[0]), min(bobs[-1], carols[-1])
    assert last - first > 100
    assert [n for n in bobs if first <= n <= last] == [n for n in carols if first <= n <= last]
    assert share_of_frames_heard(bobs) > MOST
