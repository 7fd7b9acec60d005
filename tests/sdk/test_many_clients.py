"""Two hundred programs ask the API at once while two people talk, who do not notice."""

import asyncio
import json
import subprocess
import sys
from collections import Counter
from dataclasses import asdict
from http import HTTPStatus
from typing import Any, Final

import aiohttp
import pytest

from tests.end_to_end.server import PATIENCE_S, ROOT, Account, Server
from tests.end_to_end.sound import MOST, frame_numbers, noise, share_of_frames_heard
from tests.end_to_end.waiting import hear
from tests.sdk.many_programs import Storm

pytestmark = pytest.mark.end_to_end

CLIENTS: Final = 200
STORM_S: Final = 6.0
PROGRAMS: Final = [sys.executable, "-m", "tests.sdk.many_programs"]
EXPECTED: Final = {HTTPStatus.OK, HTTPStatus.NOT_FOUND, HTTPStatus.TOO_MANY_REQUESTS}
LATE_MS: Final = 200.0
"""A guard: with a thread for each request it would be a second. The figure to reach is for a
machine that does nothing else.
"""


@pytest.fixture(scope="module")
def accounts(server: Server) -> list[Account]:
    """More than one, so that what one account may ask for is not what is measured."""
    others = [Account() for _ in range(2)]
    for account in others:
        server.bootstrap(account)
    return [server.account, *others]


async def ask_all_at_once(server: Server, accounts: list[Account]) -> Counter[int]:
    """Let all programs ask for a while; give how often each status was the answer."""
    storm = Storm(server.http, [one.credentials for one in accounts], CLIENTS, STORM_S, CLIENTS)
    process = await asyncio.create_subprocess_exec(
        *PROGRAMS, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    async with asyncio.timeout(PATIENCE_S):
        said, _ = await process.communicate(json.dumps(asdict(storm)).encode())
    return Counter({int(status): times for status, times in json.loads(said).items()})


async def lateness_ms(server: Server) -> float:
    """The 99th percentile of how late the ticks of the storm were."""
    ticks = round(STORM_S * 50)
    async with aiohttp.request("GET", f"{server.http}/healthz?ticks={ticks}") as response:
        told: Any = await response.json()
        return float(told["engine"]["tick_lateness_ms"]["p99"])


async def test_nobody_who_talks_hears_of_two_hundred_programs(
    server: Server, accounts: list[Account]
) -> None:
    room = await server.application(
        '<Dial><Conference beep="false" waitUrl="">Storm</Conference></Dial>'
    )
    spoken = noise(3, STORM_S + 10)
    async with server.caller(room, play=spoken) as alice, server.caller(room) as bob:
        await hear(bob, 1)
        answers, _ = await asyncio.gather(ask_all_at_once(server, accounts), hear(bob, STORM_S))
        late = await lateness_ms(server)
        frames = list(bob.sound.frames)
    print(f"\nanswers {dict(answers)}, ticks late by {late} ms (99 %)")
    assert set(answers) <= EXPECTED, answers
    assert answers[HTTPStatus.OK] >= CLIENTS
    assert share_of_frames_heard(frame_numbers(frames, spoken)) > MOST
    assert late < LATE_MS
    assert not alice.errors
