"""Everybody of a job talks; what each of them heard is looked at afterwards."""

import asyncio
import time
from typing import Final, Self

import numpy as np

from tests.benchmarks import tones
from tests.benchmarks.callers import Callers, dialect_of
from tests.benchmarks.job import Conditions, Job, Percentiles, TonesResult
from tests.benchmarks.pacing import behind_even
from tests.benchmarks.process_times import resident_bytes, side_seconds

AT_REST: Final = 0.03
"""Of a core: less is what threads take that have nothing to do."""

SETTLED_WITHIN_S: Final = 30.0
"""A guard; who is never at rest is measured with what keeps it busy."""


class Talk:
    """Callers who hum, each his tone, from begin() until `callers` hang up."""

    def __init__(self, job: Job, callers: Callers, payloads: list[bytes], before: int) -> None:
        self.callers = callers
        self._job = job
        self._payloads = payloads
        self._before = before

    @classmethod
    async def begin(cls, job: Job) -> Self:
        """Bring all in. Raises CallFailed, TimeoutError."""
        before = resident_bytes(job.server_pid)
        payloads = tones.make_tones(job.rooms, job.seed, job.wire)
        dialect = dialect_of(job)
        tracks = [dialect.track(payload, number) for number, payload in enumerate(payloads)]
        return cls(job, await Callers.call(job, dialect, tracks), payloads, before)

    async def settle(self) -> None:
        """Wait until the server has written its books of who came in: until its threads beside the
        one that ticks are at rest.
        """
        give_up_at = time.monotonic() + SETTLED_WITHIN_S
        spent = side_seconds(self._job.server_pid)
        while time.monotonic() < give_up_at:
            await asyncio.sleep(1)
            before, spent = spent, side_seconds(self._job.server_pid)
            if spent - before < AT_REST:
                return

    async def measure(self) -> tuple[Conditions, int]:
        """Give what the time was like, and by how many bytes the server has grown."""
        conditions = await self.callers.measure()
        return conditions, resident_bytes(self._job.server_pid) - self._before

    def result(self, conditions: Conditions, grown_bytes: int) -> TonesResult:
        """See who heard what, and how evenly. Takes a while: hang up first."""
        job, clients = self._job, self.callers.clients
        expected = tones.expected_spectra(job.rooms, self._payloads, job.wire)
        return TonesResult(
            conditions=conditions,
            frames_per_s=min(len(client.sounds) for client in clients) / job.seconds,
            heard_right=min(
                tones.share_heard_right(client.payloads(), spectrum, job.wire)
                for client, spectrum in zip(clients, expected, strict=True)
            ),
            departures_ms=Percentiles.of(
                np.concatenate([behind_even(client.arrivals) for client in clients])
            ),
            grown_bytes=grown_bytes,
        )
