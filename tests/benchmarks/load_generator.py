"""The callers' process: reads a Job from stdin, writes its result to stdout, both JSON.

While it is measured it only records; what was heard is looked at afterwards.
"""

import asyncio
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace

import uvloop

from tests.benchmarks import clicks
from tests.benchmarks.busy_day import run_busy
from tests.benchmarks.callers import Callers, dialect_of
from tests.benchmarks.clicks import ClickTrack
from tests.benchmarks.janus_api import JanusRefused
from tests.benchmarks.job import WAITING, ClicksResult, FetchesResult, Job, Result, TonesResult
from tests.benchmarks.joining import run_joins
from tests.benchmarks.media_client import CallFailed
from tests.benchmarks.operators import ControlRoomFailed
from tests.benchmarks.pacing import PERIOD_S
from tests.benchmarks.rtp_callers import run_rtp
from tests.benchmarks.talking import Talk


async def run_tones(job: Job) -> TonesResult:
    """Let everybody talk; see who hears what, and how evenly."""
    talk = await Talk.begin(job)
    if job.address.says_health:
        await talk.settle()
    await asyncio.sleep(job.warm_up_s)
    measured = await talk.measure()
    talk.callers.hang_up()
    await asyncio.sleep(5 * PERIOD_S)
    return talk.result(*measured)


async def run_clicks(job: Job) -> ClicksResult:
    """Let everybody click; see when the other one of each pair hears it."""
    tracks = [ClickTrack(job.seed + index) for index in range(len(job.rooms))]
    callers = await Callers.call(job, dialect_of(job), [track.frame_at for track in tracks])
    await asyncio.sleep(job.warm_up_s)
    conditions = await callers.measure()
    callers.hang_up()
    await asyncio.sleep(5 * PERIOD_S)
    delays_ms = []
    for index, track in enumerate(tracks):
        listener = callers.clients[index ^ 1]
        delays = clicks.delays(track.clicks, listener.arrivals, listener.payloads())
        delays_ms.append(tuple(None if delay is None else delay * 1000 for delay in delays))
    return ClicksResult(conditions, tuple(delays_ms))


async def run_fetches(job: Job) -> FetchesResult:
    """Let some talk; then the others come in, each of whom has something fetched."""
    talk = await Talk.begin(
        replace(job, rooms=tuple(room for room in job.rooms if not room.startswith(WAITING)))
    )
    wait = replace(job, rooms=tuple(room for room in job.rooms if room.startswith(WAITING)))
    await asyncio.sleep(job.warm_up_s)
    async with asyncio.TaskGroup() as tasks:
        coming = tasks.create_task(Talk.begin(wait))
        measured = await talk.measure()
    for callers in (coming.result().callers, talk.callers):
        callers.hang_up()
    await asyncio.sleep(5 * PERIOD_S)
    return FetchesResult(talk.result(*measured))


def main() -> None:
    """Carry out one job; what went wrong is said on stderr, by status 1."""
    job = Job.from_json(sys.stdin.read())
    try:
        result = _carry_out(job)
    except TimeoutError:
        sys.exit("not all calls had started in time")
    except (CallFailed, ControlRoomFailed, JanusRefused, OSError, ExceptionGroup) as error:
        sys.exit("; ".join(f"{type(each).__name__}: {each}" for each in _each(error)))
    json.dump(asdict(result), sys.stdout)


def _each(error: Exception) -> Iterator[Exception]:
    """Give the errors that are in groups, one by one."""
    if isinstance(error, ExceptionGroup):
        for inner in error.exceptions:
            yield from _each(inner)
    else:
        yield error


def _carry_out(job: Job) -> Result:
    if job.transport == "rtp":
        return run_rtp(job)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        match job.kind:
            case "tones":
                return runner.run(run_tones(job))
            case "clicks":
                return runner.run(run_clicks(job))
            case "fetches":
                return runner.run(run_fetches(job))
            case "joins":
                return runner.run(run_joins(job))
            case "busy":
                return runner.run(run_busy(job))


if __name__ == "__main__":
    main()
