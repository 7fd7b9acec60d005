"""All callers of one job: they come in, talk, are measured, and go."""

import asyncio
import random
import time
from collections.abc import Sequence
from typing import Final, Self

import numpy as np

from media_engine.dialects import WireFormat
from media_engine.pcm import FRAMES_PER_SECOND
from tests.benchmarks.health import read_health, skipped_ticks, tick_lateness_ms
from tests.benchmarks.job import Conditions, Job, Percentiles
from tests.benchmarks.media_client import CallRequest, MediaClient, basic_authorization
from tests.benchmarks.pacing import PERIOD_S, FrameAt, Pacer
from tests.benchmarks.process_times import read_spent

CALLS_AT_ONCE: Final = 10
"""Calls being set up at the same time."""

START_WITHIN_S: Final = 30.0


class Callers:
    """Everybody of a job, connected and talking; the order is that of `Job.rooms`."""

    def __init__(self, job: Job, clients: Sequence[MediaClient], pacers: Sequence[Pacer]) -> None:
        self._job = job
        self.clients = clients
        self._pacers = pacers

    @classmethod
    async def call(cls, job: Job, wire: WireFormat, tracks: Sequence[FrameAt]) -> Self:
        """Bring all in; each sends what its track gives as soon as its call has started.

        Raises CallFailed, TimeoutError.
        """
        few_at_once = asyncio.Semaphore(CALLS_AT_ONCE)
        phases = _spread_phases(len(job.rooms), job.seed)

        async def call_one(index: int) -> tuple[MediaClient, Pacer]:
            async with few_at_once:
                client = await _connect(job, job.rooms[index], wire)
            pacer = Pacer(client.send, tracks[index])
            pacer.start(phases[index])
            return client, pacer

        async with asyncio.timeout(START_WITHIN_S):
            called = await asyncio.gather(*map(call_one, range(len(job.rooms))))
        return cls(job, [client for client, _ in called], [pacer for _, pacer in called])

    async def measure(self) -> Conditions:
        """Keep what is heard for as long as the job says; give what that time was like.

        Raises CallFailed when anybody has dropped out.
        """
        port, server_pid = self._job.port, self._job.server_pid
        health = await asyncio.to_thread(read_health, port)
        for pacer in self._pacers:
            pacer.lateness.clear()
        for client in self.clients:
            client.keeps = True
        began, before = time.perf_counter(), read_spent(server_pid)
        await asyncio.sleep(self._job.seconds)
        lasted, after = time.perf_counter() - began, read_spent(server_pid)
        for client in self.clients:
            client.keeps = False
        lateness = np.concatenate([pacer.lateness for pacer in self._pacers])
        ticks = round(lasted * FRAMES_PER_SECOND)
        later_health = await asyncio.to_thread(read_health, port, last_ticks=ticks)
        for client in self.clients:
            if client.failure is not None:
                raise client.failure
        server, own = after.server - before.server, after.own - before.own
        skipped, skipped_later = skipped_ticks(health), skipped_ticks(later_health)
        return Conditions(
            server_cpu=server / lasted,
            generator_cpu=own / lasted,
            other_cpu=(after.machine - before.machine - server - own) / lasted,
            send_lateness_ms=Percentiles.of(lateness),
            tick_lateness_ms=tick_lateness_ms(later_health),
            skipped_ticks=(
                None if skipped is None or skipped_later is None else skipped_later - skipped
            ),
        )

    def hang_up(self) -> None:
        """End all calls."""
        for pacer in self._pacers:
            pacer.stop()
        for client in self.clients:
            client.hang_up()


async def _connect(job: Job, room: str, wire: WireFormat) -> MediaClient:
    request = CallRequest(
        host=f"127.0.0.1:{job.port}",
        to=room,
        wire=wire,
        authorization=basic_authorization(job.account_sid, job.auth_token),
    )
    _, client = await asyncio.get_running_loop().create_connection(
        lambda: MediaClient(request), "127.0.0.1", job.port
    )
    await client.started
    return client


def _spread_phases(callers: int, seed: int) -> list[float]:
    """Give each caller a place of its own in the 20 ms: even steps, jittered, in random order."""
    chance = random.Random(seed)
    phases = [(step + chance.random()) / callers * PERIOD_S for step in range(callers)]
    chance.shuffle(phases)
    return phases
