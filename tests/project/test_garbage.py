"""Collections take place after ticks, full ones when no call goes on; with real garbage."""

import gc
from collections.abc import Callable, Iterator

import pytest

from conference_app import engine
from project import garbage

FULL = 2

ROUNDS = (garbage.WORTH_IT + 5) * (garbage.MIDDLE + 2)
"""Ticks with new garbage that make a full collection worth while."""


@pytest.fixture
def tick(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """What is done after each tick, while collections are made by hand."""
    after_ticks: list[Callable[[], None]] = []
    monkeypatch.setattr(engine, "after_each_tick", after_ticks.append)
    carry_calls(monkeypatch, False)
    garbage.collect_by_hand()
    yield after_ticks[0]
    garbage.collect_by_itself()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


def carry_calls(monkeypatch: pytest.MonkeyPatch, carries: bool) -> None:
    monkeypatch.setattr(engine, "carries_calls", lambda: carries)


def collections(generation: int) -> int:
    return int(gc.get_stats()[generation]["collections"])


def litter(cycles: int) -> None:
    for _ in range(cycles):
        cycle: list[object] = []
        cycle.append(cycle)


def test_nothing_is_collected_between_ticks(tick: Callable[[], None]) -> None:
    litter(garbage.YOUNG)
    before = collections(0), gc.get_count()[0]
    litter(50_000)
    assert collections(0) == before[0]
    assert gc.get_count()[0] >= before[1] + 50_000


def test_what_is_new_is_collected_after_a_tick(tick: Callable[[], None]) -> None:
    tick()
    litter(2 * garbage.YOUNG)
    before = collections(0)
    tick()
    assert collections(0) == before + 1
    assert gc.get_count()[0] < garbage.YOUNG
    tick()
    assert collections(0) == before + 1, "there was nothing to collect"


@pytest.mark.parametrize("carries", [False, True])
def test_a_full_collection_waits_for_the_end_of_the_calls(
    tick: Callable[[], None], monkeypatch: pytest.MonkeyPatch, carries: bool
) -> None:
    carry_calls(monkeypatch, carries)
    before = collections(FULL)
    for _ in range(ROUNDS):
        litter(2 * garbage.YOUNG)
        tick()
    assert (collections(FULL) > before) is (not carries)


def test_beside_calls_it_does_not_wait_for_ever(
    tick: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    carry_calls(monkeypatch, True)
    monkeypatch.setattr(garbage, "AT_MOST", garbage.WORTH_IT + 1)
    before = collections(FULL)
    for _ in range(ROUNDS):
        litter(2 * garbage.YOUNG)
        tick()
    assert collections(FULL) > before
