"""Loud mixes are turned down, not cut off; what is not loud is not touched."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_engine.limiter import CEILING, Limiter
from media_engine.pcm import FULL_SCALE, Wide
from tests.media_engine.clicks_heard import out_of_band_db
from tests.media_engine.fidelity.loudness import distortion, longest_run
from tests.media_engine.fidelity.loudness import talkers as voices

RATE_HZ = 16_000
FRAME = 320
BLOCK = 40
OFFSETS = (0, 1, 5, 20, 39, 40, 200, 319)
"""Samples of a frame before the first one that is too loud."""


def with_onset_at(offset: int, sound: Wide) -> Wide:
    """Let it begin so that its first sample above the ceiling is there in a frame."""
    first = int(np.flatnonzero(np.abs(sound) > CEILING)[0])
    return np.pad(sound, ((offset - first) % FRAME, 0))[: len(sound) // FRAME * FRAME]


def rising_tone(hz: float, phase: float) -> Wide:
    """Half a second that rises to twice full scale within 5 ms: a plosive, but for its pitch."""
    time = np.arange(RATE_HZ // 2) / RATE_HZ
    rise = np.clip((time - 0.25) / 0.005, 0, 1)
    level = 0.3 + 1.7 * (0.5 - 0.5 * np.cos(np.pi * rise))
    sound: Wide = (FULL_SCALE * level * np.sin(2 * np.pi * hz * time + phase)).astype(np.float32)
    return sound


def limited(sound: Wide, limiter: Limiter | None = None) -> Wide:
    """A sound `(samples,)` after a limiter, frame by frame."""
    limiter = limiter or Limiter(1)
    out = sound.astype(np.float32).copy()
    for start in range(0, len(out), FRAME):
        limiter.limit(out[np.newaxis, start : start + FRAME])
    return out


def talkers(seconds: float, level_dbfs: float, seed: int = 0) -> Wide:
    """Eight voices together, each of this level."""
    together: Wide = np.sum(voices(seconds, level_dbfs, seed), axis=0, dtype=np.float32)
    return together


@pytest.mark.parametrize("seed", range(5))
def test_eight_talkers_at_minus_10_dbfs_are_not_distorted(seed: int) -> None:
    loud = talkers(5, -10, seed)
    assert np.abs(loud).max() > 2 * FULL_SCALE
    heard = limited(loud)
    assert np.abs(heard).max() <= CEILING + 1
    assert distortion(heard[RATE_HZ:]) < 0.03
    assert out_of_band_db(heard, RATE_HZ, 0, 2500) < -50
    assert distortion(np.clip(loud, -FULL_SCALE, FULL_SCALE)[RATE_HZ:]) > 0.2


def test_below_the_ceiling_nothing_is_touched() -> None:
    sound = talkers(2, -30)
    sound *= CEILING / np.abs(sound).max()
    assert np.array_equal(limited(sound), sound)


@given(st.lists(st.floats(-4 * FULL_SCALE, 4 * FULL_SCALE, width=32), min_size=8, max_size=24))
def test_no_sample_is_above_the_ceiling_whatever_comes(levels: list[float]) -> None:
    sound = np.repeat(np.asarray(levels, dtype=np.float32), FRAME // 2)
    sound = sound[: len(sound) // FRAME * FRAME]
    assert np.abs(limited(sound)).max() <= CEILING + 1


def test_half_a_second_after_the_loudness_the_sound_is_what_it_was() -> None:
    quiet = talkers(1, -40)
    loud = talkers(1, -10)
    heard = limited(np.concatenate([loud, quiet]))[len(loud) :]
    assert not np.array_equal(heard[:FRAME], quiet[:FRAME])
    assert np.array_equal(heard[RATE_HZ // 2 :], quiet[RATE_HZ // 2 :])


def test_the_gain_moves_without_a_step_within_a_frame_and_between_frames() -> None:
    tone = np.full(RATE_HZ, 0.5 * FULL_SCALE, dtype=np.float32)
    tone[FRAME * 10 + 200 : FRAME * 12] *= 4
    steps = np.abs(np.diff(limited(tone) / tone))
    assert steps.max() < 0.02


@pytest.mark.parametrize("offset", OFFSETS)
def test_to_a_peak_the_gain_falls_in_as_many_steps_as_there_are_samples(offset: int) -> None:
    sound = np.full(FRAME * 4, 0.5 * FULL_SCALE, dtype=np.float32)
    sound[FRAME + offset :] *= 4
    gains = limited(sound) / sound
    fall = 1 - CEILING / (2 * FULL_SCALE)
    assert np.abs(np.diff(gains)).max() <= 1.01 * fall / min(offset + 1, BLOCK)


@pytest.mark.parametrize("offset", OFFSETS)
@pytest.mark.parametrize("hz", [150, 440, 1000, 2500])
def test_a_sudden_loudness_is_neither_cut_off_nor_heard_beside_itself(hz: int, offset: int) -> None:
    for phase in (0.0, 0.8, 1.6, 2.4):
        sound = with_onset_at(offset, rising_tone(hz, phase))
        heard = limited(sound)
        assert longest_run(np.abs(np.rint(heard)) >= CEILING) < 3
        assert out_of_band_db(heard[RATE_HZ // 8 :], RATE_HZ, 0, hz + 1200) < -37


def test_each_row_has_a_gain_of_its_own() -> None:
    limiter = Limiter(2)
    frames = np.stack([talkers(0.02, -10), talkers(0.02, -40)])
    quiet = frames[1].copy()
    limiter.limit(frames)
    assert np.array_equal(frames[1], quiet)
    assert np.abs(frames[0]).max() <= CEILING + 1


def test_a_row_that_another_sound_takes_begins_anew() -> None:
    limiter = Limiter(1)
    limited(talkers(1, -10), limiter)
    limiter.forget(0)
    quiet = talkers(0.1, -40)
    assert np.array_equal(limited(quiet, limiter), quiet)
