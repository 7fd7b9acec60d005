"""Three callers in a process of their own: one hums a tone, two listen.

Reads a Job from stdin, writes what was heard to stdout, both JSON.
"""

import asyncio
import gc
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import chain, repeat
from typing import Final

import uvloop

from media_engine.codecs import get_codec
from media_engine.dialects import L16, WireFormat
from media_engine.pcm import FRAMES_PER_SECOND, Pcm, samples_per_frame
from tests.benchmarks.caller_dialects import caller_dialect
from tests.benchmarks.frames import BINARY, client_frame
from tests.benchmarks.media_client import CallRequest, MediaClient, basic_authorization
from tests.benchmarks.pacing import STEPS, Line, Pacer
from tests.end_to_end.sound import SILENCE
from tests.media_engine.fidelity.tone import Account, account, tone, worst_frame_snr_db

WIDE: Final = WireFormat(L16, 16_000)
NARROW: Final = WireFormat(L16, 8000)

_JOINED_WITHIN_S: Final = 3.0
_SETTLED_WITHIN_S: Final = 7
"""What was said before the meeting began, or came in a burst then, is delay that goes away in the
first seconds: samples are lost on purpose.
"""
_AFTERWARDS_S: Final = 1
_START_WITHIN_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Job:
    """Hum for so many seconds in the room that this application leads to."""

    port: int
    to: str
    account_sid: str
    auth_token: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of the tone, and how evenly it was sent."""

    account: Account
    resampled_snr_db: float
    sent_late_ms: float
    """The most that a frame left after its time."""


async def hum(job: Job) -> Heard:
    """Carry out a job."""
    sent = tone(job.seconds, WIDE.rate_hz)
    listener, narrow, talker = [await _call(job, wire) for wire in (WIDE, NARROW, WIDE)]
    lines = [
        _speech(listener, WIDE),
        _speech(narrow, NARROW),
        _speech(talker, WIDE, sent),
    ]
    await asyncio.sleep(_JOINED_WITHIN_S)
    for client in (listener, narrow):
        client.keeps = True
    pacer = Pacer()
    for number, line in enumerate(lines):
        pacer.add(line, number * STEPS // len(lines))
    await asyncio.sleep(_SETTLED_WITHIN_S + job.seconds + _AFTERWARDS_S)
    pacer.stop()
    for client in (listener, narrow, talker):
        client.hang_up()
        if client.failure is not None:
            raise client.failure
    return Heard(
        account(sent, _pcm(listener), WIDE.rate_hz),
        worst_frame_snr_db(_pcm(narrow), NARROW.rate_hz),
        max(pacer.lateness) * 1000,
    )


async def _call(job: Job, wire: WireFormat) -> MediaClient:
    login = basic_authorization(job.account_sid, job.auth_token)
    request = CallRequest(
        f"127.0.0.1:{job.port}", job.to, caller_dialect("native", wire, ""), login
    )
    _, client = await asyncio.get_running_loop().create_connection(
        lambda: MediaClient(request), "127.0.0.1", job.port
    )
    async with asyncio.timeout(_START_WITHIN_S):
        await client.started
    return client


def _speech(client: MediaClient, wire: WireFormat, said: Pcm | None = None) -> Line:
    """Prepare to say silence, and after a while the sound; then silence again, without end."""
    codec, samples = get_codec(wire.encoding), samples_per_frame(wire.rate_hz)
    silence = client_frame(BINARY, codec.silence * samples)
    before = repeat(silence, _SETTLED_WITHIN_S * FRAMES_PER_SECOND)
    sound = (SILENCE if said is None else said).reshape(-1, samples)
    frames = chain(before, (client_frame(BINARY, codec.encode(frame)) for frame in sound))
    return client.send, _one_after_another(frames, silence)


def _one_after_another(frames: Iterator[bytes], afterwards: bytes) -> Callable[[float], bytes]:
    return lambda _now: next(frames, afterwards)


def _pcm(client: MediaClient) -> Pcm:
    return get_codec(L16).decode(b"".join(client.sounds))


def main() -> None:
    """Carry out the job that stdin tells."""
    job = Job(**json.load(sys.stdin))
    # Frames must leave in time whatever else goes on: no rounds for garbage, of which there is
    # none, and where it may be asked for, the processor at once.
    gc.disable()
    with suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        json.dump(asdict(runner.run(hum(job))), sys.stdout)


if __name__ == "__main__":
    main()
