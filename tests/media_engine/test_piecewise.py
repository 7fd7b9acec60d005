import numpy as np
import pytest

from media_engine.errors import UnsupportedFormat
from media_engine.pcm import Pcm
from media_engine.piecewise import convert_blocks
from media_engine.resample import resample_clip


def noise(seconds: float, rate_hz: int) -> Pcm:
    values = np.random.default_rng(7).integers(-9000, 9000, round(seconds * rate_hz))
    return values.astype(np.int16)


def blocks_of(sound: Pcm, size: int = 8192) -> list[Pcm]:
    return [sound[start : start + size] for start in range(0, len(sound), size)]


@pytest.mark.parametrize(
    ("from_hz", "to_hz"), [(8000, 16000), (44100, 8000), (11025, 16000), (1000, 8000)]
)
def test_seams_can_not_be_told(from_hz: int, to_hz: int) -> None:
    sound = noise(65, from_hz)
    in_one = resample_clip(sound, from_hz, to_hz).astype(int)
    in_pieces = convert_blocks(blocks_of(sound), len(sound), from_hz, to_hz).astype(int)
    assert in_pieces.shape == in_one.shape
    assert np.abs(in_pieces - in_one).max() <= 1


def test_equal_rates_change_nothing() -> None:
    sound = noise(61, 8000)
    np.testing.assert_array_equal(convert_blocks(blocks_of(sound), len(sound), 8000, 8000), sound)


def test_no_blocks_are_no_sound() -> None:
    assert len(convert_blocks([], 0, 44100, 16000)) == 0


def test_less_may_come_than_was_announced() -> None:
    sound = noise(1, 8000)
    assert len(convert_blocks([sound], 10**6, 8000, 16000)) == 16000


@pytest.mark.parametrize("from_hz", [44101, 191999, 8001])
def test_an_odd_rate_is_taken_to_the_nearest_10_hz(from_hz: int) -> None:
    sound = noise(1, from_hz)
    expected = resample_clip(sound, round(from_hz / 10) * 10, 16000)
    np.testing.assert_array_equal(convert_blocks([sound], len(sound), from_hz, 16000), expected)


def test_a_rate_that_can_not_be_converted_is_refused() -> None:
    with pytest.raises(UnsupportedFormat):
        convert_blocks([noise(1, 500)], 500, 500, 16000)
