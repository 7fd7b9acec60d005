"""Everybody talks, while the server does all else that it does."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from tests.benchmarks.job import SAYING, STREAM, BusyResult, Job
from tests.benchmarks.joining import JoinStream
from tests.benchmarks.operators import Operator
from tests.benchmarks.pacing import PERIOD_S
from tests.benchmarks.talking import Talk

OPERATORS: Final = 2
JOINS_PER_S: Final = 25
TEXTS_PER_S: Final = 5
"""Of both together, 30 come in."""


async def run_busy(job: Job) -> BusyResult:
    """Let everybody talk, others come in and be read to, operators click, an MP3 be encoded."""
    talk = await Talk.begin(_part(job, ""))
    hosts = await Talk.begin(_part(job, STREAM))
    joins = JoinStream(_part(job, STREAM), JOINS_PER_S)
    texts = JoinStream(_part(job, SAYING), TEXTS_PER_S)
    async with AsyncExitStack() as undo:
        operators = [
            await undo.enter_async_context(Operator.logged_in(job.address))
            for _ in range(OPERATORS)
        ]
        conference = await operators[0].live_conference()
        await asyncio.sleep(job.warm_up_s)
        mp3_bytes = _mp3_bytes(job)
        async with asyncio.TaskGroup() as coming:
            coming.create_task(joins.run())
            coming.create_task(texts.run())
            clicks = [operator.click() for operator in operators]
            async with _meanwhile(*clicks, operators[0].watch(conference)):
                conditions, grown = await talk.measure()
            mp3_bytes = _mp3_bytes(job) - mp3_bytes
    for callers in (talk.callers, hosts.callers):
        callers.hang_up()
    await asyncio.sleep(5 * PERIOD_S)
    page_times = [seconds for operator in operators for seconds in operator.page_times]
    return BusyResult(
        tones=talk.result(conditions, grown),
        joins=joins.joins(),
        pages=len(page_times),
        told=operators[0].told,
        slowest_page_ms=max(page_times, default=0.0) * 1000,
        texts=texts.hearers(),
        mp3_bytes=mp3_bytes,
    )


@asynccontextmanager
async def _meanwhile(*doings: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Do these until the block is left; what fails in them fails the block."""
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(doing) for doing in doings]
        yield
        for task in running:
            task.cancel()


def _part(job: Job, prefix: str) -> Job:
    """Give the job of those whose rooms' names begin so; of all the others for ""."""
    special = (STREAM, SAYING)
    rooms = tuple(
        room
        for room in job.rooms
        if (room.startswith(prefix) if prefix else not room.startswith(special))
    )
    return replace(job, rooms=rooms)


def _mp3_bytes(job: Job) -> int:
    """Give the size of what has been encoded so far."""
    return sum(path.stat().st_size for path in Path(job.address.control).rglob("*.mp3"))
