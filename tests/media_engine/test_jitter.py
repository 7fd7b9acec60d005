"""The jitter buffer, by exact arrival patterns: how many frames come before each tick."""

from itertools import cycle, islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media_engine.jitter import CEILING_FRAMES, PAUSE_TICKS
from tests.media_engine.jitter_streams import HELD, Stream, arrivals, quiet

# --- a running stream ----------------------------------------------------------------------------


@pytest.mark.parametrize("prefill", [1, 2, 3])
@pytest.mark.parametrize("phase", [0.0, 0.001, 0.5, 0.999, 7.3])
def test_a_steady_stream_neither_starves_nor_is_shed(prefill: int, phase: float) -> None:
    stream = Stream(prefill=prefill, quiet=quiet)
    stream.run(arrivals((frame + phase for frame in range(500)), 500))
    stream.run([1] * 9_500)
    counters = stream.buffer.counters
    assert (counters.starved, counters.shed, counters.overflowed) == (0, 0, 0)
    assert stream.played == list(range(counters.played))
    assert stream.delay == prefill - 1


@pytest.mark.parametrize("pattern", [(0, 2), (2, 0), (1, 2, 0), (1, 0, 2), (2, 1, 0, 1)])
@pytest.mark.parametrize("prefill", [2, 3])
def test_one_frame_of_jitter_is_covered_by_prefill(prefill: int, pattern: tuple[int, ...]) -> None:
    stream = Stream(prefill=prefill, quiet=quiet)
    stream.run(islice(cycle(pattern), 10_000))
    counters = stream.buffer.counters
    assert (counters.starved, counters.shed, counters.overflowed) == (0, 0, 0)


@pytest.mark.parametrize("pattern", [(0, 2), (2, 0), (1, 2, 0), (1, 0, 2)])
def test_without_prefill_one_frame_of_jitter_starves_once_and_then_never_again(
    pattern: tuple[int, ...],
) -> None:
    stream = Stream(prefill=1, quiet=quiet)
    stream.run(islice(cycle(pattern), 10_000))
    assert stream.buffer.counters.starved <= 1
    assert stream.buffer.counters.shed == 0


def test_a_prefill_of_none_counts_as_one() -> None:
    stream = Stream(prefill=0, quiet=quiet)
    assert stream.run([0, 0, 1, 1, 1]) == [None, None, 0, 1, 2]
    stream.run([1] * 2_000)
    assert (stream.buffer.counters.starved, stream.delay) == (0, 0)


def test_a_sender_whose_clock_is_fast_never_overflows() -> None:
    stream = Stream()
    stream.run(2 if tick % 100 == 0 else 1 for tick in range(20_000))
    assert stream.buffer.counters.overflowed == 0
    assert stream.delay <= 6


def test_a_prefill_that_is_raised_counts_from_the_next_pause_on() -> None:
    stream = Stream(prefill=1)
    assert stream.run([1, 1]) == [0, 1]
    stream.buffer.prefill = 3
    assert stream.run([1, 1]) == [2, 3]
    stream.run([0] * PAUSE_TICKS)
    assert stream.run([1, 1, 1]) == [None, None, 4]


def test_a_running_stream_shrinks_to_a_prefill_that_is_lowered() -> None:
    stream = Stream(prefill=6)
    stream.run([1] * 1_000)
    assert stream.delay == 5
    stream.buffer.prefill = 1
    stream.run([1] * 1_000)
    assert stream.delay == 0


# --- bursts, the ceiling, what is held -----------------------------------------------------------


def test_of_a_burst_after_a_stall_the_newest_are_kept() -> None:
    stream = Stream()
    stream.run([1] * 10)
    assert stream.run([0] * 5) == [9, None, None, None, None]
    assert stream.run([20, 1]) == [17, 18]
    assert stream.buffer.counters.overflowed == 20 - CEILING_FRAMES


def test_no_burst_makes_the_buffer_longer_than_its_ceiling() -> None:
    stream = Stream()
    stream.send(1_000)
    assert len(stream.buffer) == CEILING_FRAMES
    assert stream.tick(0) == 1_000 - CEILING_FRAMES


def test_of_frames_held_before_the_first_take_none_is_dropped_while_more_arrive() -> None:
    stream = Stream(held=HELD)
    stream.send(HELD - 1)
    stream.run([1] * 150)
    assert stream.buffer.counters.overflowed == 0
    assert sorted(stream.played + stream.shed) == list(range(150 + len(stream.shed)))


def test_a_burst_on_top_of_held_frames_pushes_none_of_them_out() -> None:
    stream = Stream(held=HELD)
    stream.send(35)
    stream.run([1, 0, 0, 4, 1, 0, 5] + [1] * 40)
    assert sorted(stream.played + stream.shed) == list(range(47 + len(stream.shed)))


def test_a_held_backlog_of_loud_sound_goes_too() -> None:
    stream = Stream(held=HELD)
    stream.send(HELD - 1)
    stream.run([1] * 2_700)
    assert stream.delay <= 1
    assert stream.buffer.counters.overflowed == 0


def test_of_frames_held_too_long_the_newest_are_kept() -> None:
    stream = Stream(held=HELD)
    stream.send(HELD + 30)
    assert stream.tick(0) == 30
    assert stream.buffer.counters.overflowed == 30


def test_a_held_backlog_of_silence_is_shed_at_once_down_below_the_ceiling() -> None:
    stream = Stream(held=HELD, quiet=quiet)
    stream.send(HELD - 1)
    stream.run([1] * (HELD - CEILING_FRAMES))
    assert len(stream.buffer) == CEILING_FRAMES - 1
    assert stream.buffer.counters.overflowed == 0


def test_when_the_backlog_is_gone_the_ceiling_counts_again() -> None:
    stream = Stream(held=HELD, quiet=quiet)
    stream.send(HELD)
    stream.run([0] * HELD)
    stream.send(HELD)
    assert len(stream.buffer) == CEILING_FRAMES


# --- pauses --------------------------------------------------------------------------------------


def test_after_a_pause_prefill_comes_first_again() -> None:
    stream = Stream(prefill=3)
    stream.run([1] * 20)
    assert stream.run([0] * 50) == [18, 19, *[None] * 48]
    assert stream.buffer.is_filling
    assert stream.buffer.counters.starved == PAUSE_TICKS
    assert stream.run([1, 1, 1, 1]) == [None, None, 20, 21]


def test_a_gap_shorter_than_a_pause_is_not_followed_by_prefill() -> None:
    stream = Stream()
    stream.run([1] * 20)
    stream.run([0] * PAUSE_TICKS)
    assert stream.run([1, 1]) == [20, 21]


def test_less_than_prefill_is_played_when_no_more_has_come_for_the_time_of_a_pause() -> None:
    stream = Stream(prefill=3)
    stream.run([0] * 50)
    stream.send(1)
    stream.buffer.put_mark("end")
    assert stream.run([0] * PAUSE_TICKS) == [None] * (PAUSE_TICKS - 1) + [0]
    assert stream.buffer.marks_reached() == ["end"]


def test_a_ceiling_that_is_lowered_counts_from_then_on() -> None:
    stream = Stream()
    stream.run([1] * 20)
    stream.run([10])
    assert len(stream.buffer) > 4
    stream.buffer.ceiling = 4
    stream.run([1] * 600)
    stream.run([10])
    assert len(stream.buffer) <= 4
    assert stream.buffer.counters.overflowed > 0


def test_clear_drops_what_waits_and_prefill_comes_first_again() -> None:
    stream = Stream()
    stream.run([2, 2, 2])
    stream.buffer.clear()
    assert (len(stream.buffer), stream.buffer.counters.cleared) == (0, 3)
    assert stream.run([1, 1]) == [None, 6]


# --- whatever happens ----------------------------------------------------------------------------

_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("tick"), st.integers(0, 20)), st.tuples(st.just("clear"), st.just(0))
    ),
    max_size=300,
)


@settings(deadline=None)
@given(
    steps=_STEPS, prefill=st.integers(0, 5), held=st.sampled_from([0, 40]), odds=st.integers(1, 3)
)
def test_every_frame_is_accounted_for_and_none_is_played_twice_or_out_of_order(
    steps: list[tuple[str, int]], prefill: int, held: int, odds: int
) -> None:
    stream = Stream(prefill=prefill, held=held, quiet=lambda frame: int(frame) % odds == 0)
    for step, arriving in steps:
        if step == "clear":
            stream.buffer.clear()
            continue
        stream.tick(arriving)
        assert len(stream.buffer) <= max(CEILING_FRAMES, held)
    counters = stream.buffer.counters
    gone = counters.played + counters.overflowed + counters.shed + counters.cleared
    assert stream.sent == counters.received == gone + len(stream.buffer)
    assert (counters.played, counters.shed) == (len(stream.played), len(stream.shed))
    assert stream.played == sorted(set(stream.played))
