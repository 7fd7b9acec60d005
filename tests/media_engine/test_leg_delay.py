"""A leg whose delay grew: it comes back in time, and nothing of that is to be heard."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from media_engine.dialects import L16, MULAW, WireFormat
from media_engine.pcm import RATES_HZ, Pcm
from media_engine.resample import resample_clip
from tests.media_engine.clicks_heard import (
    greatest_bend,
    greatest_splash,
    greatest_step,
    out_of_band_db,
    splash_db,
)
from tests.media_engine.jitter_streams import arrivals, drifting, held_up
from tests.media_engine.leg_playing import Played, play

VOICES = Path(__file__).resolve().parents[2] / "conference_app" / "demo_voices"
NARROW = WireFormat(MULAW, 8000)
START, JITTERY, CALM = 50, 1_500, 750
HELD_UP_ONCE = [1] * 10 + [0] * 9 + [10] + [1] * 700
"""The delay grows to 180 ms, and shrinks again from tick 300 on."""


def tone(rate_hz: int, hz: float = 440) -> Pcm:
    """Whole turns in 20 s, so that it can be looped."""
    return (8000 * np.sin(2 * np.pi * hz * np.arange(20 * rate_hz) / rate_hz)).astype(np.int16)


def vowel(rate_hz: int) -> Pcm:
    """A voice between 100 and 200 Hz that never stays at one pitch, with nothing above 1.7 kHz."""
    time = np.arange(20 * rate_hz) / rate_hz
    phase = 2 * np.pi * (150 * time - 50 / (2 * np.pi * 0.7) * np.cos(2 * np.pi * 0.7 * time))
    partials = ((1, 4000, 0.0), (2, 3000, 0.7), (3, 2000, 1.9), (5, 1500, 0.3), (8, 800, 2.2))
    sound = sum(level * np.sin(number * phase + at) for number, level, at in partials)
    return np.rint(sound).astype(np.int16)


def hiss(rate_hz: int) -> Pcm:
    return np.random.default_rng(5).normal(0, 3000, 20 * rate_hz).astype(np.int16)


def speech(rate_hz: int, name: str = "alice") -> Pcm:
    sound, its_rate_hz = soundfile.read(VOICES / f"{name}.flac", dtype="int16")
    return resample_clip(sound, its_rate_hz, rate_hz)


def thirty_seconds_of_jitter(seed: int) -> Iterator[int]:
    """A second of calm, 30 s with each frame held up by up to 200 ms, and 15 s of calm."""
    times = held_up(
        START + JITTERY + CALM,
        lambda frame: 10 if START <= frame < START + JITTERY else 0,
        seed=seed,
    )
    return arrivals(times, START + JITTERY + CALM)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("make", [tone, vowel, hiss, speech])
def test_after_30_s_of_200_ms_jitter_the_delay_is_within_20_ms_of_its_beginning_in_15_s(
    make: Callable[[int], Pcm], seed: int
) -> None:
    played = play(make(8000), NARROW, thirty_seconds_of_jitter(seed))
    first, last = played.delays_ms[START - 2], played.delays_ms[-1]
    assert max(played.delays_ms[START : START + JITTERY]) > first + 100
    assert first <= last < first + 20


@pytest.mark.parametrize("hz", [90.7, 212.5, 440, 1013, 2511])
@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_a_tone_is_shortened_without_step_dip_or_splash(rate_hz: int, hz: float) -> None:
    sound = tone(rate_hz, hz)
    played = play(sound, WireFormat(L16, rate_hz), HELD_UP_ONCE)
    heard = played.sound[len(sound) // 40 :]
    assert played.delays_ms[30] - played.delays_ms[-1] > 140
    assert greatest_step(heard) <= 1.02 * greatest_step(sound)
    assert out_of_band_db(heard, rate_hz, hz - 400, hz + 400) < -65
    frames = heard[: len(heard) // (rate_hz // 50) * (rate_hz // 50)].reshape(-1, rate_hz // 50)
    assert np.sqrt(np.mean(frames**2, axis=1)).min() > 0.95 * 8000 * 0.5**0.5


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_a_voice_is_shortened_without_step_or_splash(rate_hz: int) -> None:
    sound = vowel(rate_hz)
    played = play(sound, WireFormat(L16, rate_hz), HELD_UP_ONCE)
    heard = played.sound[len(sound) // 40 :]
    assert played.delays_ms[30] - played.delays_ms[-1] > 140
    assert greatest_step(heard) <= 1.1 * greatest_step(sound)
    assert out_of_band_db(heard, rate_hz, 0, 2200) < -60


def test_between_two_words_a_whole_frame_goes_and_frames_are_again_as_they_came() -> None:
    sound = np.concatenate((tone(8000)[: 5 * 8000], np.zeros(20 * 8000, np.int16)))
    played = play(sound, WireFormat(L16, 8000), HELD_UP_ONCE)
    assert played.delays_ms[-1] == 20


def ten_minutes(sound: Pcm, drift: float, seed: int) -> Played:
    """Play it, sent by a clock that is slow by a share of `drift`."""
    wire = WireFormat(L16, 8000)
    return play(sound, wire, arrivals(drifting(30_020, drift, 0.05, seed), 30_000))


@pytest.mark.parametrize("seed", range(2))
def test_a_clock_200_ppm_fast_for_10_minutes_makes_no_click_and_no_delay(seed: int) -> None:
    sound = tone(8000)
    played = ten_minutes(sound, -200e-6, seed)
    heard = played.sound[8000:]
    assert played.leg.jitter.counters.shed in (5, 6)
    assert max(played.delays_ms) <= 60
    assert greatest_step(heard) <= 1.02 * greatest_step(sound)
    assert greatest_bend(heard) <= 1.02 * greatest_bend(sound)
    assert out_of_band_db(heard, 8000, 40, 840) < -60
    assert splash_db(heard, 8000, 2000) < -70


@pytest.mark.parametrize("seed", range(2))
def test_a_clock_200_ppm_slow_for_10_minutes_makes_no_click_and_no_delay(seed: int) -> None:
    """A frame is made up in 100 s, after which the tone goes on out of phase."""
    sound = tone(8000)
    played = ten_minutes(sound, 200e-6, seed)
    heard = played.sound[8000:]
    assert 4 <= played.leg.concealed <= 6
    assert played.leg.jitter.counters.starved == played.leg.concealed
    assert max(played.delays_ms) <= 60
    assert greatest_step(heard) <= 1.02 * greatest_step(sound)
    assert greatest_bend(heard) <= 1.02 * greatest_bend(sound)
    assert out_of_band_db(heard, 8000, 40, 840) < -60
    assert splash_db(heard, 8000, 2000) < -65


@pytest.mark.parametrize(("drift", "bend", "splash"), [(-200e-6, 1.6, 3), (200e-6, 1.3, 1.5)])
@pytest.mark.parametrize("name", ["alice", "bob", "carol"])
def test_in_a_voice_such_a_clock_makes_nothing_sharper_than_the_voice(
    name: str, drift: float, bend: float, splash: float
) -> None:
    """Than 50 ms of it at either side; the beginning of a word is sharper than what was before."""
    sound = speech(8000, name)
    for seed in range(3):
        played = ten_minutes(sound, drift, seed)
        assert max(played.delays_ms) <= 60
        assert len(played.mended) >= 4
        # Where it is quiet, nothing that is below one step of 16 bits counts.
        heard = played.sound + np.random.default_rng(seed).uniform(-1, 1, len(played.sound))
        for tick in played.mended:
            place = slice(tick * 160 - 40, (tick + 1) * 160 + 40)
            around = heard[max(0, place.start - 400) : place.start], heard[place.stop :][:400]
            bends = [greatest_bend(side) for side in around]
            splashes = [greatest_splash(side, 8000, 2000) for side in around]
            assert greatest_bend(heard[place]) <= bend * max(bends)
            assert greatest_splash(heard[place], 8000, 2000) <= splash * max(splashes)


def test_of_a_gap_while_frames_are_out_of_step_nothing_is_lost_before_it() -> None:
    sound = tone(8000)
    shortened = [*HELD_UP_ONCE[:400], 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, *[1] * 50]
    played = play(sound, WireFormat(L16, 8000), shortened)
    assert played.leg.concealed == 3 + 3
    assert greatest_step(played.sound[4000:]) <= 1.3 * greatest_step(sound)
