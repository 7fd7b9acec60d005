"""All callers of one job: they come in, talk, are measured, and go."""

import asyncio
import gc
import random
from collections.abc import Sequence
from typing import Final, Self

from tests.benchmarks.caller_dialects import CallerDialect, caller_dialect
from tests.benchmarks.job import Conditions, Job
from tests.benchmarks.media_client import CallRequest, MediaClient, basic_authorization
from tests.benchmarks.pacing import STEPS, FrameAt, Pacer
from tests.benchmarks.watch import Watch

CALLS_AT_ONCE: Final = 10
"""Calls being set up at the same time."""

START_WITHIN_S: Final = 40.0
EACH_WITHIN_S: Final = 0.05
"""All calls are to have begun in START_WITHIN_S and EACH_WITHIN_S for each of them."""


class Callers:
    """Everybody of a job, connected and talking; the order is that of `Job.rooms`."""

    def __init__(self, job: Job, clients: Sequence[MediaClient], pacer: Pacer) -> None:
        self._job = job
        self.clients = clients
        self._pacer = pacer

    @classmethod
    async def call(cls, job: Job, dialect: CallerDialect, tracks: Sequence[FrameAt]) -> Self:
        """Bring all in; each sends what its track gives as soon as the last one is there.

        Raises CallFailed, TimeoutError.
        """
        few_at_once = asyncio.Semaphore(CALLS_AT_ONCE)

        async def call_one(index: int) -> MediaClient:
            async with few_at_once:
                client = await connect(job, job.rooms[index], dialect, index)
                await client.started
            return client

        async with asyncio.timeout(START_WITHIN_S + EACH_WITHIN_S * len(job.rooms)):
            clients = await asyncio.gather(*map(call_one, range(len(job.rooms))))
        pacer = Pacer()
        places = _spread_places(len(job.rooms), job.seed)
        for client, track, place in zip(clients, tracks, places, strict=True):
            pacer.add((client.send, track), place)
        return cls(job, clients, pacer)

    async def measure(self) -> Conditions:
        """Keep what is heard for as long as the job says; give what that time was like.

        Raises CallFailed when anybody has dropped out.
        """
        # Nothing here makes cycles, and looking for them stops everything for milliseconds.
        gc.collect()
        gc.disable()
        watch = await asyncio.to_thread(Watch, self._job)
        self._pacer.lateness.clear()
        for client in self.clients:
            client.keeps = True
        await asyncio.sleep(self._job.seconds)
        for client in self.clients:
            client.keeps = False
        conditions = await asyncio.to_thread(watch.end, self._pacer.lateness)
        gc.enable()
        for client in self.clients:
            if client.failure is not None:
                raise client.failure
        return conditions

    def hang_up(self) -> None:
        """End all calls."""
        self._pacer.stop()
        for client in self.clients:
            client.hang_up()


def dialect_of(job: Job) -> CallerDialect:
    """Give the way in which all callers of a job speak."""
    return caller_dialect(job.transport, job.wire, job.address.account_sid)


async def connect(job: Job, room: str, dialect: CallerDialect, number: int) -> MediaClient:
    """Connect a caller; its call may not have started yet. Raises OSError."""
    address = job.address
    request = CallRequest(
        host=f"127.0.0.1:{address.port}",
        to=room,
        dialect=dialect,
        authorization=basic_authorization(address.account_sid, address.auth_token),
        number=number,
    )
    _, client = await asyncio.get_running_loop().create_connection(
        lambda: MediaClient(request), "127.0.0.1", address.port
    )
    return client


def _spread_places(callers: int, seed: int) -> list[int]:
    """Give each caller a place in the 20 ms: as even as can be, in random order."""
    places = [caller % STEPS for caller in range(callers)]
    random.Random(seed).shuffle(places)
    return places
