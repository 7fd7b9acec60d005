"""A 16-bit tone through a real server that shares its core with a program that never rests.

Both have precedence over whatever else this machine does, where that may be asked for, and the
callers over both: what is to be seen is a server beside one busy program, and not beside ten.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from typing import Final

import pytest

from tests.benchmarks.health import read_health, skipped_ticks
from tests.benchmarks.pinned import choose_cores, finish
from tests.end_to_end.precedence import CALLERS_NICENESS, SERVER_NICENESS, alone, like_us
from tests.end_to_end.server import ROOT, RunServer, Server
from tests.end_to_end.tone_callers import Heard, Job
from tests.media_engine.fidelity.tone import Account

pytestmark = pytest.mark.end_to_end

CALLERS: Final = [sys.executable, "-m", "tests.end_to_end.tone_callers"]
BUSY: Final = [sys.executable, "-c", "while True: pass"]
ROOM: Final = '<Dial><Conference beep="false" waitUrl="">Noisy Neighbour</Conference></Dial>'

EVENLY_MS: Final = 15.0
"""What the callers' own frames may be late. The buffer covers 20 ms for certain; the rest is the
server's own to use up.
"""

TRIES: Final = 3
"""A run in which this machine kept the callers waiting says nothing of the server."""


@pytest.fixture(scope="module")
def busy_server(a_server: RunServer) -> Iterator[Server]:
    """A server on one core, together with a busy loop."""
    core, _ = choose_cores()
    with alone(), ExitStack() as undo:
        with like_us(SERVER_NICENESS, core):
            server = undo.enter_context(a_server())
            undo.enter_context(running(BUSY))
        yield server


@contextmanager
def running(command: list[str]) -> Iterator["subprocess.Popen[str]"]:
    """Run a process, and end it."""
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield process
        finally:
            finish(process)


def hum(server: Server, seconds: int) -> Heard:
    """Have the tone sent; again when it came to harm and was not sent evenly."""
    room = asyncio.run(server.application(ROOM))
    job = Job(server.port, room, *server.account.credentials, seconds)
    for _ in range(TRIES):
        heard = run_callers(job)
        if heard.account.is_exact or heard.sent_late_ms < EVENLY_MS:
            return heard
    pytest.fail(f"this machine could not send evenly, {TRIES} times: {heard}")


def run_callers(job: Job) -> Heard:
    _, core = choose_cores()
    with like_us(CALLERS_NICENESS, core), running(CALLERS) as callers:
        said, _ = callers.communicate(json.dumps(asdict(job)), timeout=job.seconds + 60)
    told = json.loads(said)
    return Heard(**told | {"account": Account(**told["account"])})


@pytest.mark.parametrize("seconds", [20, pytest.param(600, marks=pytest.mark.slow)])
def test_beside_a_busy_loop_no_sample_is_inserted_lost_or_changed(
    busy_server: Server, seconds: int
) -> None:
    before = skipped_ticks(read_health(busy_server.port))
    heard = hum(busy_server, seconds)
    assert heard.account.is_exact, heard
    assert heard.resampled_snr_db > 70
    assert skipped_ticks(read_health(busy_server.port)) == before
