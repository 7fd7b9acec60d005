"""Levels in dBFS and fades, for one frame and for a bank."""

import numpy as np
import pytest

from media_engine.levels import FLOOR_DBFS, fade, rms_dbfs
from media_engine.pcm import FULL_SCALE, Wide

FRAME = 320


def sine(peak: float) -> Wide:
    turns = 2 * np.pi * 10 * np.arange(FRAME) / FRAME
    return (peak * np.sin(turns)).astype(np.float32)


@pytest.mark.parametrize(
    ("frame", "dbfs"),
    [
        (np.full(FRAME, FULL_SCALE, np.float32), 0.0),
        (np.full(FRAME, -FULL_SCALE / 2, np.float32), -6.02),
        (sine(FULL_SCALE), -3.01),
        (sine(FULL_SCALE / 1000), -63.01),
        (sine(4 * FULL_SCALE), 9.03),
        (np.zeros(FRAME, np.float32), FLOOR_DBFS),
        (sine(0.01), FLOOR_DBFS),
    ],
)
def test_level_is_the_power_against_a_full_scale_square_wave(frame: Wide, dbfs: float) -> None:
    assert rms_dbfs(frame[np.newaxis])[0] == pytest.approx(dbfs, abs=0.01)


def test_each_row_has_its_own_level_and_nothing_is_changed() -> None:
    frames = np.stack([sine(FULL_SCALE), np.zeros(FRAME, np.float32), sine(FULL_SCALE / 10)])
    before = frames.copy()
    levels = rms_dbfs(frames)
    assert levels.dtype == np.float32
    assert levels == pytest.approx([-3.01, -96, -23.01], abs=0.01)
    assert np.array_equal(frames, before)


def test_an_empty_bank_has_no_levels() -> None:
    assert rms_dbfs(np.zeros((0, FRAME), np.float32)).shape == (0,)


def test_a_fade_is_a_straight_line_from_one_to_the_other() -> None:
    faded = fade(np.zeros(6, np.float32), np.full(6, 10, np.float32), 4)
    assert faded.tolist() == pytest.approx([2, 4, 6, 8, 10, 10])


def test_a_fade_keeps_the_level_of_sound_that_is_in_both() -> None:
    assert fade(sine(1000), sine(1000), 80) == pytest.approx(sine(1000), abs=1e-3)


def test_a_fade_of_a_bank_is_that_of_each_row_and_leaves_both_as_they_were() -> None:
    previous, following = np.stack([sine(100), sine(200)]), np.stack([sine(-300), sine(0)])
    copies = previous.copy(), following.copy()
    expected = np.stack([fade(previous[row], following[row], 80) for row in (0, 1)])
    assert np.array_equal(fade(previous, following, 80), expected)
    assert np.array_equal(copies, (previous, following))


@pytest.mark.parametrize("samples", [0, FRAME])
def test_a_fade_may_be_nothing_or_the_whole_frame(samples: int) -> None:
    faded = fade(sine(100), np.zeros(FRAME, np.float32), samples)
    assert np.count_nonzero(np.abs(faded) > 1e-4) == pytest.approx(samples, abs=25)


@pytest.mark.parametrize("samples", [-1, FRAME + 1])
def test_a_fade_longer_than_the_frame_is_refused(samples: int) -> None:
    with pytest.raises(ValueError, match="can not fade"):
        fade(sine(1), sine(2), samples)
