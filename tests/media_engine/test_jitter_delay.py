"""How the delay of a jitter buffer grows and shrinks, in simulated time."""

from collections.abc import Callable

import pytest

from media_engine.jitter import CEILING_FRAMES
from tests.media_engine.jitter_streams import HELD, Stream, arrivals, drifting, held_up, loud, quiet


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


def now_and_then(period: int, hold_up: int) -> list[int]:
    """Once in `period` ticks nothing comes for `hold_up` ticks, and then all of it at once."""
    return [1] * (period - hold_up - 1) + [0] * hold_up + [hold_up + 1]


@pytest.mark.parametrize("is_quiet", [loud, quiet])
@pytest.mark.parametrize("hold_up", [3, 6, 8])
def test_the_delay_that_hold_ups_need_every_second_stays(
    hold_up: int, is_quiet: Callable[[bytes], bool]
) -> None:
    stream = Stream(quiet=is_quiet)
    stream.run(now_and_then(50, hold_up) * 6)
    for phase in range(8):
        stream.run([1] * 7 * phase + [0] * 9 + [10])
        starved = stream.buffer.counters.starved
        stream.run(now_and_then(50, hold_up) * 30)
        assert stream.buffer.counters.starved == starved


@pytest.mark.parametrize("is_quiet", [loud, quiet])
@pytest.mark.parametrize("period", [200, 350, 700])
def test_of_rarer_hold_ups_one_tick_in_a_hundred_may_find_nothing(
    period: int, is_quiet: Callable[[bytes], bool]
) -> None:
    stream = Stream(quiet=is_quiet)
    stream.run(now_and_then(period, 8) * 3)
    starved = stream.buffer.counters.starved
    waited = []
    for arriving in now_and_then(period, 8) * 10:
        stream.tick(arriving)
        waited.append(stream.delay)
    ticks = 10 * period
    assert 0 < stream.buffer.counters.starved - starved <= 0.01 * ticks
    assert sum(waited) / ticks < 7.5


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("worst", [2, 5, 9])
def test_steady_jitter_is_covered_but_for_a_per_cent(worst: int, seed: int) -> None:
    stream = Stream()
    stream.run(arrivals(held_up(6_000, lambda _: worst, seed=seed), 6_000))
    counters = stream.buffer.counters
    assert counters.overflowed == 0
    assert counters.starved - worst <= 0.01 * counters.played
    assert stream.delay <= worst + 2


def test_after_a_pause_a_stream_begins_with_as_much_as_its_jitter_needs() -> None:
    jittery, calm = Stream(), Stream()
    jittery.run(now_and_then(20, 6) * 20)
    calm.run([1] * 400)
    for stream in (jittery, calm):
        stream.run([0] * 30)
        assert stream.buffer.is_filling
    assert (jittery.buffer.room, calm.buffer.room) == (7, 2)
    starved = jittery.buffer.counters.starved
    jittery.run([1] * 20 + now_and_then(20, 6) * 20)
    assert jittery.buffer.counters.starved == starved


def test_what_is_known_of_jitter_is_given_up_bit_by_bit() -> None:
    stream = Stream()
    stream.run(now_and_then(20, 6) * 20)
    wanted = []
    for _ in range(7):
        stream.run([0] * 30)
        wanted.append(stream.buffer.room)
        stream.run([1] * 30)
    assert wanted == [7, 6, 5, 4, 3, 2, 2]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("noise", [0.0, 0.05, 0.9])
def test_a_clock_200_ppm_fast_for_10_minutes_has_6_frames_shed_and_the_delay_stays(
    noise: float, seed: int
) -> None:
    stream = Stream()
    times = drifting(30_020, -200e-6, noise, seed)
    delays = [stream.delay for arriving in arrivals(times, 30_000) if stream.tick(arriving)]
    counters = stream.buffer.counters
    assert counters.shed in (5, 6)
    assert (counters.starved, counters.overflowed) == (0, 0)
    assert max(delays) <= 3


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("noise", [0.0, 0.05, 0.9])
def test_a_clock_200_ppm_slow_for_10_minutes_makes_6_gaps_at_most_and_the_delay_stays(
    noise: float, seed: int
) -> None:
    stream = Stream()
    times = drifting(30_020, 200e-6, noise, seed)
    delays = [stream.delay for arriving in arrivals(times, 30_000) if stream.tick(arriving)]
    counters = stream.buffer.counters
    assert counters.starved in (4, 5, 6)
    assert (counters.shed, counters.overflowed) == (0, 0)
    assert max(delays) <= 2


def shed_ticks(stream: Stream, ticks: int) -> list[int]:
    """Let a delay of 12 frames grow, then a calm stream run; give the ticks at which it is shed."""
    stream.run([1] * 10 + [0] * 9 + [1 + CEILING_FRAMES])
    shed = []
    for tick in range(ticks):
        before = len(stream.shed)
        stream.tick()
        if len(stream.shed) > before:
            shed.append(tick)
    return shed


@pytest.mark.parametrize(("is_quiet", "apart"), [(loud, 20), (quiet, 10)])
def test_frames_are_shed_one_by_one_and_less_often_while_somebody_speaks(
    is_quiet: Callable[[bytes], bool], apart: int
) -> None:
    ticks = shed_ticks(Stream(quiet=is_quiet), 1_000)
    assert len(ticks) == CEILING_FRAMES - 2
    assert min(b - a for a, b in zip(ticks, ticks[1:], strict=False)) == apart


def test_quiet_frames_are_shed_first() -> None:
    def quiet_now_and_then(frame: bytes) -> bool:
        return int(frame) % 15 < 2

    stream = Stream(quiet=quiet_now_and_then)
    shed_ticks(stream, 1_000)
    assert len(stream.shed) == CEILING_FRAMES - 2
    assert all(quiet_now_and_then(b"%d" % (frame - 1)) for frame in stream.shed)


def test_an_offer_to_shed_that_is_not_taken_comes_again() -> None:
    stream = Stream(quiet=quiet)
    stream.run([1] * 10 + [0] * 9 + [1 + CEILING_FRAMES])
    buffer, offers = stream.buffer, 0
    for _ in range(400):
        buffer.put(b"0")
        assert buffer.take() is not None
        offers += buffer.may_shed
    assert offers >= 8
    assert buffer.counters.shed == 0


def test_an_offer_is_for_one_tick() -> None:
    stream = Stream(quiet=quiet, held=HELD)
    stream.send(CEILING_FRAMES + 2)
    assert (stream.tick(0), stream.shed) == (0, [1])
    assert (stream.tick(0), stream.buffer.may_shed) == (2, False)
