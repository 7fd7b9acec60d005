"""The units of sound in memory."""

import numpy as np
import pytest

from media_engine.pcm import RATES_HZ, samples_per_frame, to_pcm


@pytest.mark.parametrize(
    ("rate_hz", "samples"), [(8000, 160), (16000, 320), (24000, 480), (48000, 960)]
)
def test_a_frame_is_20_ms(rate_hz: int, samples: int) -> None:
    assert samples_per_frame(rate_hz) == samples


@pytest.mark.parametrize("rate_hz", [0, -8000, 11025, 44100, 96000])
def test_a_rate_that_is_not_spoken_is_refused_by_name(rate_hz: int) -> None:
    with pytest.raises(ValueError, match=str(rate_hz)):
        samples_per_frame(rate_hz)


def test_every_rate_is_a_whole_multiple_of_the_lowest() -> None:
    assert [rate_hz % RATES_HZ[0] for rate_hz in RATES_HZ] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("wide", "pcm"),
    [
        (0.4, 0),
        (0.6, 1),
        (-0.6, -1),
        (32767.0, 32767),
        (32767.5, 32767),
        (40_000.0, 32767),
        (-32768.0, -32768),
        (-1e9, -32768),
    ],
)
def test_wide_sound_is_rounded_and_clipped(wide: float, pcm: int) -> None:
    assert to_pcm(np.array([wide], np.float32)).tolist() == [pcm]


def test_to_pcm_keeps_the_shape_and_leaves_its_argument_alone() -> None:
    wide = np.full((2, 3), 50_000.5, np.float32)
    pcm = to_pcm(wide)
    assert pcm.shape == (2, 3)
    assert pcm.dtype == np.int16
    assert (wide == 50_000.5).all()
