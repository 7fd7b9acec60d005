"""Callers who come in one after the other, hear who talks, and leave."""

import asyncio
import time
from dataclasses import dataclass
from typing import Final

import numpy as np

from media_engine.dialects import WireFormat
from tests.benchmarks import tones
from tests.benchmarks.callers import connect, dialect_of
from tests.benchmarks.job import Job, Joins, JoinsResult, Percentiles
from tests.benchmarks.media_client import CallFailed, MediaClient
from tests.benchmarks.pacing import PERIOD_S, STEPS, Pacer
from tests.benchmarks.talking import Talk
from tests.benchmarks.tones import Spectrum
from tests.benchmarks.watch import Watch

JOINS_PER_S: Final = 52
"""A little more than is asked for: the last one has to be heard, too, before it counts."""

STAY_S: Final = 2.0
CONNECT_WITHIN_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class _Visit:
    """One caller's stay: when it called, and what it heard."""

    called_at: float
    room: int
    client: MediaClient | None
    """None: it could not even connect."""


class JoinStream:
    """Calls the rooms of a job in turn, in silence, `per_s` calls a second."""

    def __init__(self, job: Job, per_s: float) -> None:
        self._job = job
        self._per_s = per_s
        self._dialect = dialect_of(job)
        self._pacer = Pacer()
        self._silence = self._dialect.track(_silence(job), 0)
        self._visits: list[_Visit] = []

    @property
    def lateness(self) -> list[float]:
        """How late its frames were sent, in seconds."""
        return self._pacer.lateness

    async def run(self) -> None:
        """Send them in for as long as the job says, and wait until the last one has left."""
        calls = round(self._job.seconds * self._per_s)
        began = time.perf_counter()
        visits = []
        async with asyncio.TaskGroup() as tasks:
            for number in range(calls):
                ahead = began + number / self._per_s - time.perf_counter()
                await asyncio.sleep(max(0.0, ahead))
                visits.append(tasks.create_task(self._visit(number)))
        self._visits = [visit.result() for visit in visits]
        self._pacer.stop()

    async def _visit(self, number: int) -> _Visit:
        called_at, room = time.perf_counter(), number % len(self._job.rooms)
        client = None
        try:
            async with asyncio.timeout(CONNECT_WITHIN_S):
                client = await connect(self._job, self._job.rooms[room], self._dialect, number)
                client.keeps = True
                await client.started
        except (CallFailed, OSError, TimeoutError):
            if client is not None:
                client.hang_up()
            return _Visit(called_at, room, client)
        leave = self._pacer.add((client.send, self._silence), number % STEPS)
        await asyncio.sleep(STAY_S)
        leave()
        client.hang_up()
        return _Visit(called_at, room, client)

    def joins(self) -> Joins:
        """See who heard whoever talks in his room, and when first. Takes a while.

        Who never did counts among the times as one who would have, had he stayed a moment longer.
        """
        spectra = spectra_of_talkers(self._job)
        first_sounds, waits = [], []
        for visit in self._visits:
            first = _first_right(visit, spectra[visit.room], self._job.wire)
            if first is None:
                waits.append(STAY_S)
            else:
                first_sounds.append(first)
                waits.append(first - visit.called_at)
        began = min((visit.called_at for visit in self._visits), default=0.0)
        lasted = max(first_sounds, default=began) - began
        return Joins(
            called=len(self._visits),
            heard=len(first_sounds),
            per_s=len(first_sounds) / lasted if lasted else 0.0,
            first_sound_ms=Percentiles.of(waits),
        )

    def hearers(self) -> int:
        """Give how many callers heard anything but silence."""
        silence = _silence(self._job)
        return sum(
            any(sound != silence for sound in visit.client.payloads())
            for visit in self._visits
            if visit.client is not None
        )


def _first_right(visit: _Visit, expected: Spectrum, wire: WireFormat) -> float | None:
    """Give when a caller heard for the first time what he was to hear."""
    if visit.client is None:
        return None
    right = tones.heard_right(visit.client.payloads(), expected, wire)
    return visit.client.arrivals[int(np.argmax(right))] if right.any() else None


async def run_joins(job: Job) -> JoinsResult:
    """Let one talk in each room, and a stream of others come in to hear him."""
    talk = await Talk.begin(job)
    stream = JoinStream(job, JOINS_PER_S)
    await asyncio.sleep(job.warm_up_s)
    watch = await asyncio.to_thread(Watch, job)
    await stream.run()
    conditions = await asyncio.to_thread(watch.end, stream.lateness)
    talk.callers.hang_up()
    await asyncio.sleep(5 * PERIOD_S)
    return JoinsResult(conditions, stream.joins())


def spectra_of_talkers(job: Job) -> list[Spectrum]:
    """Give what a silent caller hears in each room of a job in which one talks alone."""
    payloads = tones.make_tones(job.rooms, job.seed, job.wire)
    silent = [b""] * len(payloads)
    return tones.expected_spectra(job.rooms * 2, payloads + silent, job.wire)[len(payloads) :]


def _silence(job: Job) -> bytes:
    """Give a frame of nothing: μ-law writes 0 as 255."""
    return b"\xff" * job.wire.bytes_per_frame
