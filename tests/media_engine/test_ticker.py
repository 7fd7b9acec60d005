"""The ticker on a clock that is a variable."""

import asyncio
from collections.abc import Callable

import pytest

from media_engine.ticker import MAX_CATCH_UP, Ticker

PERIOD = 0.02


class Clock:
    """Time that passes only when somebody sleeps or works."""

    def __init__(self) -> None:
        self.now = 1000.0

    def read(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


class Run:
    """What a ticker did: when each tick began, in seconds since the start, and what it was told."""

    def __init__(self, ticks: int, work: Callable[[int], float]) -> None:
        """`work(n)`: how many seconds the n-th tick (from 0) takes."""
        self.clock = Clock()
        self.begun: list[float] = []
        self.skipped: list[int] = []
        self.ticker = Ticker(self._tick, period=PERIOD, now=self.clock.read, sleep=self.clock.sleep)
        self._ticks = ticks
        self._work = work
        asyncio.run(self.ticker.run())

    def _tick(self, skipped: int) -> None:
        self.begun.append(self.clock.now - 1000)
        self.skipped.append(skipped)
        self.clock.now += self._work(len(self.begun) - 1)
        if len(self.begun) == self._ticks:
            self.ticker.stop()


def stall(seconds: float, *, at: int, usual: float = 0.003) -> Callable[[int], float]:
    return lambda tick: seconds if tick == at else usual


def test_work_of_3_ms_makes_no_tick_late_and_the_clock_does_not_drift() -> None:
    run = Run(3000, lambda tick: 0.003)
    assert run.begun == pytest.approx([PERIOD * (n + 1) for n in range(3000)])
    assert (run.ticker.ticks, run.ticker.skipped) == (3000, 0)
    assert max(run.ticker.lateness) < 1e-6


def test_ticks_after_a_stall_are_caught_up_at_once_and_then_on_time_again() -> None:
    run = Run(20, stall(0.075, at=4))
    late = [begun - PERIOD * (n + 1) for n, begun in enumerate(run.begun)]
    assert late[:5] == pytest.approx([0] * 5)
    assert late[5:8] == pytest.approx([0.055, 0.038, 0.021])
    assert late[9:] == pytest.approx([0] * 11)
    assert run.ticker.skipped == 0


def test_a_stall_of_150_ms_gives_up_what_is_more_than_the_bound_and_says_so() -> None:
    run = Run(30, stall(0.150, at=4))
    # Tick 5 was due 130 ms ago: six whole periods, of which five may be caught up.
    assert run.skipped == [0, 0, 0, 0, 0, 1] + [0] * 24
    assert run.ticker.skipped == 1
    # The grid of deadlines is still that of the start.
    assert run.begun[-1] == pytest.approx(PERIOD * (30 + 1))


@pytest.mark.parametrize("seconds", [0.15, 0.51, 3.01, 3600.01])
def test_never_more_than_the_bound_is_caught_up_and_no_time_is_lost(seconds: float) -> None:
    run = Run(100, stall(seconds, at=10, usual=0.0))
    end_of_stall = run.begun[10] + seconds
    caught_up = [begun for begun in run.begun[11:] if begun == pytest.approx(end_of_stall)]
    assert len(caught_up) == 1 + MAX_CATCH_UP
    grid = (run.ticker.ticks + run.ticker.skipped) * PERIOD
    assert run.begun[-1] == pytest.approx(grid)


def test_a_tick_that_always_takes_too_long_never_builds_up_a_backlog() -> None:
    run = Run(500, lambda tick: 0.030)
    assert max(run.ticker.lateness) < (MAX_CATCH_UP + 2) * PERIOD
    assert run.ticker.skipped == pytest.approx(500 / 2, rel=0.1)


def test_lateness_is_kept_for_each_tick_up_to_a_bound() -> None:
    run = Run(20, stall(0.075, at=4))
    assert len(run.ticker.lateness) == 20
    assert max(run.ticker.lateness) == pytest.approx(0.055)
    assert run.ticker.lateness.maxlen == 15_000


def test_stop_while_it_sleeps_lets_no_further_tick_happen() -> None:
    ticks: list[int] = []
    clock = Clock()

    async def sleep(seconds: float) -> None:
        if len(ticks) == 3:
            ticker.stop()
        await clock.sleep(seconds)

    ticker = Ticker(ticks.append, period=PERIOD, now=clock.read, sleep=sleep)
    asyncio.run(ticker.run())
    assert ticks == [0, 0, 0]


def test_the_first_tick_comes_one_period_after_the_start() -> None:
    assert Run(1, lambda tick: 0.0).begun == pytest.approx([PERIOD])
