"""Margins: what the worst per cent of the ticks left over, however the delay changes meanwhile."""

import pytest

from media_engine.margins import BLOCK_TICKS, BLOCKS, Margins

LARGEST = 13


def counted(*margins: int) -> Margins:
    """Every block had a tick of each of these margins, and else only such of 9."""
    known = Margins(LARGEST)
    for _ in range(BLOCKS):
        for margin in (*margins, *[9] * (BLOCK_TICKS - len(margins))):
            known.counts[margin] += 1
        known.close_block()
    return known


def test_nothing_is_known_before_there_are_blocks_enough() -> None:
    margins = Margins(LARGEST)
    known = []
    for _ in range(BLOCKS):
        margins.counts[3] += BLOCK_TICKS
        margins.close_block()
        known.append(margins.is_known)
    assert known == [False] * (BLOCKS - 1) + [True]
    assert (margins.worst(), margins.lateness()) == (3, 0)


@pytest.mark.parametrize(
    ("margins", "worst"), [((), 9), ((2,), 9), ((2, 3), 3), ((2, 2), 2), ((0, 1, 2), 1)]
)
def test_one_tick_in_a_hundred_does_not_count(margins: tuple[int, ...], worst: int) -> None:
    known = counted(*margins)
    assert (known.worst(), known.lateness()) == (worst, 9 - worst)


def test_when_the_delay_shrinks_every_margin_does() -> None:
    known = counted(3, 3)
    for expected in (2, 1, 0, 0):
        known.delay_shrank()
        assert known.worst() == expected


def test_when_the_delay_grows_every_margin_does_and_the_starved_ticks_had_the_least() -> None:
    known = counted(1, 1)
    known.delay_grew(3)
    assert (known.worst(), known.counts[:4]) == (4, [1, 1, 1, 0])
    known.delay_grew(9)
    assert known.worst() == LARGEST
    assert sum(known.counts) == 3 + 9


def test_how_a_stream_ran_out_before_a_pause_says_nothing_of_lateness() -> None:
    margins = Margins(LARGEST)
    for margin in (4, 4, 4, 3, 2, 1, 0):
        margins.counts[margin] += 1
    margins.drained()
    margins.close_block()
    assert (margins.worst(), margins.lateness()) == (4, 0)


def test_what_is_forgotten_does_not_count() -> None:
    known = counted(0, 0, 0)
    known.forget()
    assert (known.is_known, known.worst(), known.lateness()) == (False, 0, 0)


def test_the_oldest_block_is_forgotten_when_a_new_one_begins() -> None:
    known = counted(0, 0, 0, 0)
    for _ in range(BLOCKS):
        assert known.worst() == 0
        known.counts[9] += BLOCK_TICKS
        known.close_block()
    assert known.worst() == 9
