"""Steady noise is taken out of voices, and the voices are the better for it."""

from functools import cache

import numpy as np
import pytest
from pesq import pesq

from media_engine import noise_suppression
from media_engine.noise_suppression import DELAY_MS, MOST_VOICES, NoiseSuppression
from media_engine.pcm import FULL_SCALE, Wide
from tests.media_engine.spoken import FRAME, NOISES, RATE_HZ, Talk, around, in_noise, talks

DELAY = RATE_HZ * DELAY_MS // 1000
WARM_UP = 2 * RATE_HZ
SNR_DB = 10


@cache
def some() -> tuple[Talk, ...]:
    """A man, a woman, and a voice that is no machine's."""
    everybody = talks()
    return everybody[0], everybody[7], everybody[14]


def cleaned(*sounds: Wide) -> list[Wide]:
    """Sounds side by side, in every second row, without their noise and their delay."""
    longest = max(map(len, sounds))
    rows = np.zeros((2 * len(sounds), longest), dtype=np.float32)
    for row, sound in zip(rows[::2], sounds, strict=True):
        row[: len(sound)] = sound
    suppression = NoiseSuppression(RATE_HZ)
    for row in range(0, len(rows), 2):
        suppression.add(row)
    for start in range(0, longest, FRAME):
        suppression.process(rows[:, start : start + FRAME])
    assert not rows[1::2].any()
    return [row[DELAY : len(sound)] for row, sound in zip(rows[::2], sounds, strict=True)]


def quality(talk: Talk, sound: Wide) -> float:
    """PESQ, wide band, 1 to 4.6."""
    told = pesq(RATE_HZ, talk.sound[: len(sound)] / FULL_SCALE, sound / FULL_SCALE, "wb")
    return float(told)


def in_pauses_db(talk: Talk, sound: Wide) -> float:
    frames = sound[: len(sound) // FRAME * FRAME].reshape(-1, FRAME)
    pauses = ~around(talk.spoken, 200)[: len(frames)]
    pauses[: WARM_UP // FRAME] = False
    return float(10 * np.log10(np.mean(np.square(frames[pauses].astype(np.float64))) + 1e-3))


@pytest.mark.parametrize("kind", NOISES)
def test_noise_goes_and_speech_is_the_better_for_it(kind: str) -> None:
    noisy = [in_noise(talk, kind, SNR_DB) for talk in some()]
    clean = cleaned(*noisy)
    machines = some()[:2]  # The third one makes no pauses.
    less = [
        in_pauses_db(talk, before) - in_pauses_db(talk, after)
        for talk, before, after in zip(machines, noisy, clean, strict=False)
    ]
    assert min(less) >= 9
    better = [
        quality(talk, after) - quality(talk, before[: len(after)])
        for talk, before, after in zip(some(), noisy, clean, strict=True)
    ]
    assert min(better) > 0
    assert np.mean(better) >= 0.1


def test_speech_without_noise_stays_speech() -> None:
    for talk, after in zip(some(), cleaned(*(talk.sound for talk in some())), strict=True):
        assert quality(talk, after) >= 2.8
        said = np.repeat(talk.spoken, FRAME)[: len(after)]
        power = np.sum(np.square(after[said])) / np.sum(np.square(talk.sound[: len(after)][said]))
        assert 10 * np.log10(power) == pytest.approx(0, abs=2)


def test_to_begin_and_to_end_makes_no_step() -> None:
    time = np.arange(2 * RATE_HZ) / RATE_HZ
    wave = (6000 * np.sin(2 * np.pi * 313 * time)).astype(np.float32)
    suppression = NoiseSuppression(RATE_HZ)
    out = wave.copy()[np.newaxis]
    for number, start in enumerate(range(0, len(wave), FRAME)):
        if number == 20:
            suppression.add(0)
        if number == 60:
            suppression.remove(0)
        if suppression:
            suppression.process(out[:, start : start + FRAME])
    assert not suppression
    assert np.array_equal(out[0, : 20 * FRAME], wave[: 20 * FRAME])
    assert np.array_equal(out[0, 61 * FRAME :], wave[61 * FRAME :])
    assert not np.array_equal(out[0, 30 * FRAME : 50 * FRAME], wave[30 * FRAME : 50 * FRAME])
    # Two waves at most are added in a ramp, and one goes while the other comes.
    steepest = np.abs(np.diff(wave)).max()
    assert np.abs(np.diff(out[0])).max() <= 1.5 * steepest + 2 * 6000 / 80


def test_one_who_ends_and_begins_again_between_two_ticks_goes_on() -> None:
    suppression = NoiseSuppression(RATE_HZ)
    suppression.add(3)
    suppression.remove(3)
    assert 3 not in suppression
    suppression.add(3)
    assert 3 in suppression
    suppression.forget(3)
    assert not suppression


def test_of_too_many_the_last_pass_as_they_are_and_are_counted() -> None:
    suppression = NoiseSuppression(RATE_HZ)
    for row in range(MOST_VOICES + 2):
        suppression.add(row)
    random = np.random.default_rng(0)
    sound = random.normal(0, 1000, (MOST_VOICES + 2, FRAME)).astype(np.float32)
    for _ in range(2):
        spoken = sound.copy()
        suppression.process(spoken)
    assert suppression.refused == 2
    assert np.array_equal(spoken[MOST_VOICES:], sound[MOST_VOICES:])
    assert not np.array_equal(spoken[MOST_VOICES - 1], sound[MOST_VOICES - 1])


@pytest.mark.parametrize("rate_hz", [8000, 24_000, 48_000])
def test_at_other_rates_voices_pass_as_they_are_and_are_counted(rate_hz: int) -> None:
    suppression = NoiseSuppression(rate_hz)
    suppression.add(0)
    assert (bool(suppression), suppression.refused) == (False, 1)
    assert not noise_suppression.can_suppress_noise(rate_hz)


def test_without_the_package_voices_pass_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(noise_suppression, "AudioProcessor", None)
    suppression = NoiseSuppression(RATE_HZ)
    suppression.add(0)
    assert (bool(suppression), suppression.refused) == (False, 1)
