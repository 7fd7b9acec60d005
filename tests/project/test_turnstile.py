"""Requests come through evenly, in order, and a few at once."""

import asyncio

import pytest

from project.turnstile import AT_ONCE, Turnstile


class Clock:
    """Time that only passes where somebody waits for it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def time(self) -> float:
        return self.now


async def passing_times(
    monkeypatch: pytest.MonkeyPatch, gate: Turnstile, arrivals: list[float]
) -> list[float]:
    """When each of those who arrive at these times, in seconds, is let through."""
    clock = Clock()
    waited = 0.0

    async def sleep(seconds: float) -> None:
        nonlocal waited
        waited = seconds

    monkeypatch.setattr("project.turnstile.asyncio.get_running_loop", lambda: clock)
    monkeypatch.setattr("project.turnstile.asyncio.sleep", sleep)
    passed = []
    for arrival in arrivals:
        clock.now, waited = 1000.0 + arrival, 0.0
        await gate.pass_through()
        passed.append(round(arrival + waited, 6))
    return passed


async def test_a_few_are_let_in_at_once_and_then_one_after_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    passed = await passing_times(monkeypatch, Turnstile(100), [0.0] * (AT_ONCE + 3))
    assert passed == [0.0] * AT_ONCE + [0.01, 0.02, 0.03]


async def test_after_a_rest_a_few_are_let_in_at_once_again(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Turnstile(100)
    await passing_times(monkeypatch, gate, [0.0] * 50)
    assert await passing_times(monkeypatch, gate, [10.0] * AT_ONCE) == [10.0] * AT_ONCE


async def test_who_comes_more_slowly_never_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    arrivals = [0.02 * number for number in range(50)]
    assert await passing_times(monkeypatch, Turnstile(100), arrivals) == [
        round(arrival, 6) for arrival in arrivals
    ]


async def test_they_keep_their_order() -> None:
    gate, order = Turnstile(1000), []

    async def one(number: int) -> None:
        await gate.pass_through()
        order.append(number)

    await asyncio.gather(*map(one, range(30)))
    assert order == list(range(30))
