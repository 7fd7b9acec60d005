"""The callers' process: reads a Job from stdin, writes its result to stdout, both JSON.

While it is measured it only records; what was heard is looked at afterwards.
"""

import asyncio
import gc
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace

import numpy as np
import uvloop

from media_engine.dialects import WireFormat
from tests.benchmarks import clicks, tones
from tests.benchmarks.callers import START_WITHIN_S, Callers
from tests.benchmarks.clicks import ClickTrack
from tests.benchmarks.frames import BINARY, client_frame
from tests.benchmarks.job import (
    WAITING,
    ClicksResult,
    Conditions,
    FetchesResult,
    Job,
    Percentiles,
    TonesResult,
)
from tests.benchmarks.media_client import CallFailed
from tests.benchmarks.pacing import PERIOD_S, FrameAt


async def run_tones(job: Job) -> TonesResult:
    """Let everybody talk; see who hears what, and how evenly."""
    payloads = tones.make_tones(job.rooms, job.seed)
    tracks = [_always(client_frame(BINARY, payload)) for payload in payloads]
    callers, conditions = await _run(job, tones.WIRE, tracks)
    expected = tones.expected_spectra(job.rooms, payloads)
    return TonesResult(
        conditions=conditions,
        frames_per_s=min(len(client.payloads) for client in callers.clients) / job.seconds,
        heard_right=min(
            tones.share_heard_right(client.payloads, spectrum)
            for client, spectrum in zip(callers.clients, expected, strict=True)
        ),
        departures_ms=Percentiles.of(
            np.concatenate([_behind_even(client.arrivals) for client in callers.clients])
        ),
    )


async def run_clicks(job: Job) -> ClicksResult:
    """Let everybody click; see when the other one of each pair hears it."""
    tracks = [ClickTrack(job.seed + index) for index in range(len(job.rooms))]
    callers, conditions = await _run(job, clicks.WIRE, [track.frame_at for track in tracks])
    delays_ms = []
    for index, track in enumerate(tracks):
        listener = callers.clients[index ^ 1]
        delays = clicks.delays(track.clicks, listener.arrivals, listener.payloads)
        delays_ms.append(tuple(None if delay is None else delay * 1000 for delay in delays))
    return ClicksResult(conditions, tuple(delays_ms))


async def run_fetches(job: Job) -> FetchesResult:
    """Let some talk; then the others come in, each of whom has something fetched."""
    talk = replace(job, rooms=tuple(room for room in job.rooms if not room.startswith(WAITING)))
    wait = replace(job, rooms=tuple(room for room in job.rooms if room.startswith(WAITING)))
    talking = await Callers.call(talk, tones.WIRE, _tones(talk))
    await asyncio.sleep(job.warm_up_s)
    async with asyncio.TaskGroup() as tasks:
        coming = tasks.create_task(Callers.call(wait, tones.WIRE, _tones(wait)))
        conditions = await talking.measure()
    for callers in (coming.result(), talking):
        callers.hang_up()
    await asyncio.sleep(5 * PERIOD_S)
    return FetchesResult(conditions)


def _tones(job: Job) -> list[FrameAt]:
    payloads = tones.make_tones(job.rooms, job.seed)
    return [_always(client_frame(BINARY, payload)) for payload in payloads]


async def _run(job: Job, wire: WireFormat, tracks: Sequence[FrameAt]) -> tuple[Callers, Conditions]:
    callers = await Callers.call(job, wire, tracks)
    await asyncio.sleep(job.warm_up_s)
    # Nothing here makes cycles, and looking for them stops everything for milliseconds.
    gc.collect()
    gc.disable()
    conditions = await callers.measure()
    gc.enable()
    callers.hang_up()
    await asyncio.sleep(5 * PERIOD_S)
    return callers, conditions


def _always(frame: bytes) -> FrameAt:
    return lambda _now: frame


def _behind_even(arrivals: Sequence[float]) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """Give how far each arrival is behind even steps of 20 ms, the least late one being on time.

    A frame that never came puts all later ones 20 ms behind.
    """
    steps = np.asarray(arrivals, dtype=np.float64) - PERIOD_S * np.arange(len(arrivals))
    return steps - steps.min() if len(steps) else steps


def main() -> None:
    """Carry out one job; what went wrong is said on stderr, by status 1."""
    job = Job.from_json(sys.stdin.read())
    try:
        result = _carry_out(job)
    except CallFailed as error:
        sys.exit(str(error))
    except TimeoutError:
        sys.exit(f"not all calls had started after {START_WITHIN_S:.0f} s")
    json.dump(asdict(result), sys.stdout)


def _carry_out(job: Job) -> TonesResult | ClicksResult | FetchesResult:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        match job.kind:
            case "tones":
                return runner.run(run_tones(job))
            case "clicks":
                return runner.run(run_clicks(job))
            case "fetches":
                return runner.run(run_fetches(job))


if __name__ == "__main__":
    main()
