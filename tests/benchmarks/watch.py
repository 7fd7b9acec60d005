"""What a server spends and says of itself, from one moment to another."""

import time
from collections.abc import Sequence
from typing import Any

from media_engine.pcm import FRAMES_PER_SECOND
from tests.benchmarks.health import read_health, skipped_ticks, tick_lateness_ms
from tests.benchmarks.job import Conditions, Job, Percentiles
from tests.benchmarks.process_times import elsewhere, read_spent


class Watch:
    """Begins when it is made. Asks over HTTP: not for a thread that has other things to do."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._skipped = skipped_ticks(self._health())
        self._began, self._before = time.perf_counter(), read_spent(job.server_pid)

    def end(self, lateness: Sequence[float]) -> Conditions:
        """Give what the time was like; `lateness` is that of the callers' own frames, in s."""
        lasted, after = time.perf_counter() - self._began, read_spent(self._job.server_pid)
        health = self._health(round(lasted * FRAMES_PER_SECOND))
        server, own = after.server - self._before.server, after.own - self._before.own
        skipped = skipped_ticks(health)
        return Conditions(
            server_cpu=server / lasted,
            generator_cpu=own / lasted,
            other_cpu=elsewhere(self._before, after, lasted) / lasted,
            send_lateness_ms=Percentiles.of(lateness),
            tick_lateness_ms=tick_lateness_ms(health),
            skipped_ticks=(
                None if skipped is None or self._skipped is None else skipped - self._skipped
            ),
        )

    def _health(self, last_ticks: int | None = None) -> dict[str, Any] | None:
        if not self._job.address.says_health:
            return None
        return read_health(self._job.address.port, last_ticks=last_ticks)
