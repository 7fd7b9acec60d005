"""A 16-bit tone through a real server that shares its core with a program that never rests.

Both have precedence over whatever else this machine does, where that may be asked for, and the
callers over both: what is to be seen is a server beside one busy program, and not beside ten.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Final

import pytest

from tests.benchmarks.health import read_health, skipped_ticks
from tests.benchmarks.pinned import choose_cores, finish
from tests.end_to_end.precedence import CALLERS_NICENESS, SERVER_NICENESS, alone, like_us
from tests.end_to_end.server import ROOT, RunServer, Server
from tests.end_to_end.tone_callers import Heard, Job
from tests.media_engine.fidelity.tone import Account

pytestmark = pytest.mark.end_to_end

CALLERS: Final = [sys.executable, "-m", "tests.end_to_end.tone_callers"]
BUSY: Final = """
import sys, time
before = time.monotonic()
while True:
    now = time.monotonic()
    if now - before > 0.02:
        print(now, now - before, flush=True)
    before = now
"""
"""It never rests, and says when it was kept from the processor, and for how long."""

ROOM: Final = '<Dial><Conference beep="false" waitUrl="">Noisy Neighbour</Conference></Dial>'

EVENLY_MS: Final = 15.0
"""What the callers' own frames may be late. The buffer covers 20 ms for certain; the rest is the
server's own to use up.
"""

KEPT_WAITING_S: Final = 0.03
"""The kernel shares a core out in slices of a few milliseconds. When the busy program had nothing
of it for so long, neither had the server: this machine was elsewhere.
"""

TRIES: Final = 3
"""A run in which this machine kept the callers or the server waiting says nothing of the server."""


@dataclass(frozen=True)
class Neighbours:
    """A server, and where the program beside it writes."""

    server: Server
    said: Path

    def kept_waiting_since(self, began: float) -> float:
        """The longest time in seconds for which the program was kept waiting since then."""
        lines = [line.split() for line in self.said.read_text().splitlines()]
        return max((float(gap) for at, gap in lines if float(at) > began), default=0.0)


@pytest.fixture(scope="module")
def neighbours(
    a_server: RunServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Neighbours]:
    """A server on one core, together with a busy loop."""
    core, _ = choose_cores()
    said = tmp_path_factory.mktemp("neighbour") / "said"
    with alone(), ExitStack() as undo:
        with like_us(SERVER_NICENESS, core):
            server = undo.enter_context(a_server())
            file = undo.enter_context(said.open("w"))
            undo.enter_context(running([sys.executable, "-c", BUSY], file))
        yield Neighbours(server, said)


@contextmanager
def running(
    command: list[str], stdout: int | IO[str] = subprocess.PIPE
) -> Iterator["subprocess.Popen[str]"]:
    """Run a process, and end it."""
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=stdout, text=True
    ) as process:
        try:
            yield process
        finally:
            finish(process)


def hum(neighbours: Neighbours, seconds: int) -> tuple[Heard, int]:
    """Have the tone sent; again when it came to harm and this machine was to blame. Give what was
    heard, and how many ticks were skipped.
    """
    server = neighbours.server
    room = asyncio.run(server.application(ROOM))
    job = Job(server.port, room, *server.account.credentials, seconds)
    for _ in range(TRIES):
        began, skipped_before = time.monotonic(), skipped(server)
        heard = run_callers(job)
        kept_waiting_s = neighbours.kept_waiting_since(began)
        evenly = heard.sent_late_ms < EVENLY_MS and kept_waiting_s < KEPT_WAITING_S
        if heard.account.is_exact or evenly:
            return heard, skipped(server) - skipped_before
    pytest.fail(f"this machine was elsewhere, {TRIES} times: {heard}, {kept_waiting_s} s")


def skipped(server: Server) -> int:
    count = skipped_ticks(read_health(server.port))
    assert count is not None
    return count


def run_callers(job: Job) -> Heard:
    _, core = choose_cores()
    with like_us(CALLERS_NICENESS, core), running(CALLERS) as callers:
        said, _ = callers.communicate(json.dumps(asdict(job)), timeout=job.seconds + 60)
    told = json.loads(said)
    return Heard(**told | {"account": Account(**told["account"])})


@pytest.mark.parametrize("seconds", [20, pytest.param(600, marks=pytest.mark.slow)])
def test_beside_a_busy_loop_no_sample_is_inserted_lost_or_changed(
    neighbours: Neighbours, seconds: int
) -> None:
    heard, given_up = hum(neighbours, seconds)
    assert heard.account.is_exact, heard
    assert heard.resampled_snr_db > 70
    assert given_up == 0
