"""What late frames do to sound, in simulated time: `python -m tests.benchmarks.sound_jitter`.

No figure depends on the machine: time is counted in ticks, and arrivals come from fixed seeds.
"""

from collections.abc import Callable, Iterator, Sequence
from statistics import median
from typing import Final

import numpy as np

from media_engine.dialects import L16, WireFormat
from media_engine.pcm import FRAMES_PER_SECOND, Pcm
from tests.benchmarks.concealment_quality import TARGET, measure
from tests.benchmarks.limits import Limit
from tests.benchmarks.rows import Mark, Row, one, rows_table
from tests.media_engine.clicks_heard import (
    greatest_bend,
    greatest_step,
    out_of_band_db,
    splash_db,
)
from tests.media_engine.jitter_streams import arrivals, drifting, held_up
from tests.media_engine.leg_playing import Played, play

RATE_HZ: Final = 8000
SEEDS: Final = range(5)

_WIRE: Final = WireFormat(L16, RATE_HZ)
_TONE_HZ: Final = 440
_CALM_BEFORE: Final = 2 * FRAMES_PER_SECOND
_JITTERY: Final = 30 * FRAMES_PER_SECOND
_CALM_AFTER: Final = 20 * FRAMES_PER_SECOND
_WORST_HELD_UP: Final = 10
_MINUTES_OF_DRIFT: Final = 10
_DRIFT: Final = 200e-6
_FRAMES: Final = Limit("≤", 6)
"""10 minutes of drift are 120 ms, six frames."""

_NO_GROWTH_MS: Final = Limit("<", 20)
"""Less than a frame: sound comes and goes by whole ones, and that much it swings."""


def rows() -> list[Row]:
    """Take all figures."""
    return [*_recovery_rows(), *_drift_rows(), *_concealment_rows()]


def recovery_s(sound: Pcm, seed: int) -> float:
    """Give how long after 30 s of jitter of up to 200 ms the delay is within 20 ms of where it
    began, for good; infinite if it never is.
    """
    ticks = _CALM_BEFORE + _JITTERY + _CALM_AFTER
    calm_from = _CALM_BEFORE + _JITTERY
    times = held_up(
        ticks,
        lambda frame: _WORST_HELD_UP if _CALM_BEFORE <= frame < calm_from else 0,
        seed=seed,
    )
    delays_ms = play(sound, _WIRE, arrivals(times, ticks)).delays_ms
    first = delays_ms[_CALM_BEFORE - 2]
    too_long = [tick for tick, delay in enumerate(delays_ms) if delay >= first + 20]
    if too_long[-1] == ticks - 1:
        return float("inf")
    return max(0, too_long[-1] + 1 - calm_from) / FRAMES_PER_SECOND


def drift(share: float, seed: int) -> Played:
    """Play a tone for 10 minutes whose sender's clock is slow by `share`."""
    ticks = _MINUTES_OF_DRIFT * 60 * FRAMES_PER_SECOND
    times = drifting(ticks + 20, share, 0.05, seed)
    return play(tone(), _WIRE, arrivals(times, ticks))


def tone() -> Pcm:
    """Whole turns in 20 s, so that it can be looped."""
    time = np.arange(20 * RATE_HZ) / RATE_HZ
    return (8000 * np.sin(2 * np.pi * _TONE_HZ * time)).astype(np.int16)


def growth_ms(played: Played) -> float:
    """Give by how much the longest delay of the last 200 s exceeds that of the first 200 s."""
    ticks = 200 * FRAMES_PER_SECOND
    return max(played.delays_ms[-ticks:]) - max(played.delays_ms[:ticks])


def _recovery_rows() -> Iterator[Row]:
    makers: Sequence[tuple[str, Callable[[], Pcm]]] = (
        ("a tone without a pause", tone),
        ("silence", lambda: np.zeros(RATE_HZ, np.int16)),
    )
    for name, make in makers:
        taken = [recovery_s(make(), seed) for seed in SEEDS]
        yield one(
            f"30 s of 200 ms jitter, then calm: delay back within 20 ms, {name}, s",
            Limit("≤", 15),
            max(taken),
            1,
            f"the worst of {len(taken)}; median {median(taken):.1f}",
        )


def _drift_rows() -> Iterator[Row]:
    for name, share in (("fast", -_DRIFT), ("slow", _DRIFT)):
        played = drift(share, seed=1)
        counters = played.leg.jitter.counters
        heard = played.sound[RATE_HZ:]
        step = greatest_step(heard) / greatest_step(tone())
        bend = greatest_bend(heard) / greatest_bend(tone())
        splash = out_of_band_db(heard, RATE_HZ, _TONE_HZ - 400, _TONE_HZ + 400)
        clock = f"clock 200 ppm {name} for {_MINUTES_OF_DRIFT} min, a tone"
        yield one(
            f"{clock}: growth of the longest delay, ms",
            _NO_GROWTH_MS,
            growth_ms(played),
            told=f"never more than {max(played.delays_ms):.0f}",
        )
        yield Row(
            f"{clock}: frames cut / made up / dropped",
            (
                Mark(_FRAMES, counters.shed),
                Mark(_FRAMES, played.leg.concealed),
                Mark(Limit("=", 0), counters.overflowed),
            ),
        )
        yield Row(
            f"{clock}, no click: greatest step / bend (second difference) beside its own / "
            "power 400 Hz beside the tone in 20 ms, dB / above 2 kHz in 5 ms, dB",
            (
                Mark(Limit("≤", 1.05), step, 2),
                Mark(Limit("≤", 1.25), bend, 2),
                Mark(Limit("<", -60), splash, 0),
                Mark(Limit("<", -50), splash_db(heard, RATE_HZ, 2000), 0),
            ),
        )


def _concealment_rows() -> Iterator[Row]:
    for worth in measure(range(8)):
        yield one(
            f"3 % of frames lost, {worth.run * 20} ms in a row: MOS (PESQ) won by concealment",
            Limit("≥", TARGET),
            worth.won,
            2,
            f"{worth.silence:.2f} → {worth.concealed:.2f}",
        )


if __name__ == "__main__":
    print(rows_table(rows()))
