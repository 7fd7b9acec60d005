"""Reading leaves the interpreter to other threads for most of the time."""

import asyncio
import time

import pytest

from conference_app.http_client import pace


def compute(seconds: float) -> None:
    """Keep the interpreter busy for so much processor time."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


async def test_steps_are_taken_in_order_one_each_time_round_the_loop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pace, "BUSY_S", 1e9)
    taken: list[int] = []
    for number in range(3):
        pace.pace().soon(lambda number=number: taken.append(number))  # type: ignore[misc]
    seen = []
    for _ in range(5):
        await asyncio.sleep(0)
        seen.append(len(taken))
    assert taken == [0, 1, 2]
    assert seen == [1, 2, 3, 3, 3]


async def test_a_loop_that_computes_rests_for_most_of_the_time() -> None:
    began, spent = time.monotonic(), time.thread_time()
    for _ in range(100):
        await pace.pace().turn()
        compute(0.001)
    share = (time.thread_time() - spent) / (time.monotonic() - began)
    assert share < 2 * pace.BUSY_S / pace.ROUND_S


async def test_what_costs_nothing_is_not_held_up() -> None:
    await asyncio.sleep(pace.ROUND_S)
    began = time.thread_time()
    turns = 0
    async with asyncio.timeout(10):
        while time.thread_time() - began < pace.BUSY_S / 2:
            await pace.pace().turn()
            turns += 1
    assert turns > 5
