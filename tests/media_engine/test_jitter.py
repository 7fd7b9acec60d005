"""The jitter buffer, by exact arrival patterns: how many frames come before each tick."""

import random
from collections.abc import Callable, Iterable, Iterator
from itertools import cycle, islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media_engine.errors import EngineFull
from media_engine.jitter import CEILING_FRAMES, MAX_MARKS, PAUSE_TICKS, JitterBuffer

HELD = 100


def loud(frame: bytes) -> bool:
    return False


def quiet(frame: bytes) -> bool:
    return True


class Stream:
    """A sender of numbered frames, and the tick that takes them."""

    def __init__(
        self, *, prefill: int = 2, held: int = 0, quiet: Callable[[bytes], bool] = loud
    ) -> None:
        self.buffer = JitterBuffer(prefill=prefill, held=held, quiet=quiet)
        self.sent = 0
        self.played: list[int] = []

    def send(self, frames: int) -> None:
        for _ in range(frames):
            self.buffer.put(b"%d" % self.sent)
            self.sent += 1

    def tick(self, arriving: int = 1) -> int | None:
        """Let frames arrive, then take one: its number, or None."""
        self.send(arriving)
        frame = self.buffer.take()
        if frame is None:
            return None
        self.played.append(int(frame))
        return int(frame)

    def run(self, arrivals: Iterable[int]) -> list[int | None]:
        return [self.tick(arriving) for arriving in arrivals]

    @property
    def delay(self) -> int:
        """Frames that were sent after the one that was played last."""
        return self.sent - 1 - self.played[-1]


def arrivals(times: Iterable[float], ticks: int) -> Iterator[int]:
    """How many of the frames that arrive at `times`, in ticks and rising, come before each tick."""
    pending = list(times)
    for tick in range(ticks):
        count = 0
        while count < len(pending) and pending[count] <= tick:
            count += 1
        del pending[:count]
        yield count


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
    assert stream.delay <= 3


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


def test_frames_held_before_the_first_take_are_played_whole_while_more_arrive() -> None:
    stream = Stream(held=HELD)
    stream.send(HELD - 1)
    stream.run([1] * 150)
    assert stream.buffer.counters.overflowed == 0
    assert stream.played == list(range(150))


def test_a_burst_on_top_of_held_frames_pushes_none_of_them_out() -> None:
    stream = Stream(held=HELD)
    stream.send(35)
    stream.run([1, 0, 0, 4, 1, 0, 5] + [1] * 40)
    assert stream.played == list(range(47))


def test_of_frames_held_too_long_the_newest_are_kept() -> None:
    stream = Stream(held=HELD)
    stream.send(HELD + 30)
    assert stream.tick(0) == 30
    assert stream.buffer.counters.overflowed == 30


def test_a_held_backlog_of_silence_is_shed_at_once_down_to_the_ceiling() -> None:
    stream = Stream(held=HELD, quiet=quiet)
    stream.send(HELD - 1)
    stream.run([1] * (HELD - CEILING_FRAMES))
    assert len(stream.buffer) == CEILING_FRAMES
    assert stream.buffer.counters.overflowed == 0


def test_when_the_backlog_is_gone_the_ceiling_counts_again() -> None:
    stream = Stream(held=HELD, quiet=quiet)
    stream.send(HELD)
    stream.run([0] * HELD)
    stream.send(HELD)
    assert len(stream.buffer) == CEILING_FRAMES


# --- delay that grew shrinks again ---------------------------------------------------------------


def held_up(frames: int, worst: Callable[[int], float], *, seed: int) -> Iterator[float]:
    """Arrival times, in ticks, of frames held up by 0 to `worst(frame)` ticks each; in order, as
    TCP gives them.
    """
    dice = random.Random(seed)
    latest = 0.0
    for frame in range(frames):
        latest = max(latest, frame + dice.uniform(0, worst(frame)))
        yield latest


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("is_quiet", [loud, quiet])
@pytest.mark.parametrize("prefill", [1, 2, 3])
def test_after_30_s_of_200_ms_jitter_the_delay_is_back_within_15_s(
    prefill: int, is_quiet: Callable[[bytes], bool], seed: int
) -> None:
    stream = Stream(prefill=prefill, quiet=is_quiet)
    start, jittery, calm = 50, 1_500, 750
    times = held_up(
        start + jittery + calm,
        lambda frame: 10 if start <= frame < start + jittery else 0,
        seed=seed,
    )
    delays = []
    for arriving in arrivals(times, start + jittery + calm):
        stream.tick(arriving)
        delays.append(stream.delay if stream.played else 0)
    assert max(delays[start : start + jittery]) >= delays[start - 1] + 5
    assert delays[start - 1] <= delays[-1] <= delays[start - 1] + 1


def test_after_a_calm_return_nothing_is_shed_any_more() -> None:
    stream = Stream()
    stream.run([1] * 100 + [0] * 8 + [9] + [1] * 2_000)
    shed = stream.buffer.counters.shed
    stream.run([1] * 5_000)
    assert (stream.buffer.counters.shed, stream.buffer.counters.starved) == (shed, 7)


@pytest.mark.parametrize("is_quiet", [loud, quiet])
@pytest.mark.parametrize(
    ("period", "hold_up", "stall"), [(120, 8, 11), (160, 3, 9), (190, 6, 9), (220, 4, 6)]
)
def test_what_hold_ups_need_now_and_then_is_not_shed(
    period: int, hold_up: int, stall: int, is_quiet: Callable[[bytes], bool]
) -> None:
    held_up_now_and_then = [1] * (period - hold_up - 1) + [0] * hold_up + [hold_up + 1]
    stream = Stream(quiet=is_quiet)
    stream.run(held_up_now_and_then * 3)
    for phase in range(8):
        stream.run([1] * 7 * phase + [0] * stall + [stall + 1])
        starved = stream.buffer.counters.starved
        stream.run(held_up_now_and_then * 5)
        assert stream.buffer.counters.starved == starved


def shed_ticks(stream: Stream, ticks: int) -> list[int]:
    """Let a delay of 12 frames grow, then a calm stream run; give the ticks at which it is shed."""
    stream.run([1] * 10 + [0] * 9 + [1 + CEILING_FRAMES])
    shed = []
    for tick in range(ticks):
        stream.tick()
        if stream.buffer.shed is not None:
            shed.append(tick)
    return shed


@pytest.mark.parametrize(("is_quiet", "apart"), [(loud, 25), (quiet, 10)])
def test_frames_are_shed_one_by_one_and_less_often_while_somebody_speaks(
    is_quiet: Callable[[bytes], bool], apart: int
) -> None:
    ticks = shed_ticks(Stream(quiet=is_quiet), 1_000)
    assert len(ticks) == CEILING_FRAMES - 2
    assert min(b - a for a, b in zip(ticks, ticks[1:], strict=False)) == apart


def test_quiet_frames_are_shed_first() -> None:
    def quiet_now_and_then(frame: bytes) -> bool:
        return int(frame) % 20 < 2

    stream = Stream(quiet=quiet_now_and_then)
    shed_ticks(stream, 1_000)
    missing = sorted(set(range(30, stream.played[-1])) - set(stream.played))
    assert len(missing) == CEILING_FRAMES - 2
    assert all(quiet_now_and_then(b"%d" % (frame - 1)) for frame in missing)


def test_the_frame_that_was_shed_is_told_for_one_tick() -> None:
    stream = Stream(quiet=quiet, held=HELD)
    stream.send(CEILING_FRAMES + 2)
    assert (stream.tick(0), stream.buffer.shed) == (0, b"1")
    assert (stream.tick(0), stream.buffer.shed) == (2, None)


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


# --- marks ---------------------------------------------------------------------------------------


def test_a_mark_is_reached_with_the_last_frame_before_it() -> None:
    stream = Stream()
    stream.send(3)
    stream.buffer.put_mark("a")
    stream.send(1)
    stream.buffer.put_mark("b")
    reached = []
    for _ in range(4):
        stream.tick(0)
        reached.append(stream.buffer.marks_reached())
    assert reached == [[], [], ["a"], ["b"]]
    assert not stream.buffer.has_marks


def test_a_mark_with_nothing_before_it_is_reached_at_once() -> None:
    buffer = Stream().buffer
    buffer.put_mark("a")
    assert buffer.has_marks
    assert (buffer.marks_reached(), buffer.marks_reached()) == (["a"], [])


def test_a_mark_is_reached_when_all_before_it_was_dropped_over_the_ceiling() -> None:
    stream = Stream()
    stream.send(5)
    stream.buffer.put_mark("a")
    stream.send(CEILING_FRAMES - 1)
    assert stream.buffer.marks_reached() == []
    stream.send(1)
    assert stream.buffer.marks_reached() == ["a"]


def test_a_mark_is_reached_when_the_last_frame_before_it_was_shed() -> None:
    stream = Stream(held=HELD, quiet=quiet)
    stream.send(2)
    stream.buffer.put_mark("a")
    stream.send(CEILING_FRAMES)
    assert (stream.tick(0), stream.buffer.shed) == (0, b"1")
    assert stream.buffer.marks_reached() == ["a"]


def test_all_marks_are_reached_in_order_when_the_buffer_is_cleared() -> None:
    stream = Stream()
    for name in "abc":
        stream.send(2)
        stream.buffer.put_mark(name)
    stream.buffer.clear()
    assert stream.buffer.marks_reached() == ["a", "b", "c"]


def test_more_marks_than_the_bound_are_refused() -> None:
    stream = Stream()
    stream.send(1)
    for number in range(MAX_MARKS):
        stream.buffer.put_mark(str(number))
    with pytest.raises(EngineFull):
        stream.buffer.put_mark("one more")
    stream.buffer.clear()
    assert len(stream.buffer.marks_reached()) == MAX_MARKS


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
    shed = 0
    for step, arriving in steps:
        if step == "clear":
            stream.buffer.clear()
            continue
        stream.tick(arriving)
        shed += stream.buffer.shed is not None
        assert len(stream.buffer) <= max(CEILING_FRAMES, held)
    counters = stream.buffer.counters
    gone = counters.played + counters.overflowed + counters.shed + counters.cleared
    assert stream.sent == counters.received == gone + len(stream.buffer)
    assert (counters.played, counters.shed) == (len(stream.played), shed)
    assert stream.played == sorted(set(stream.played))
