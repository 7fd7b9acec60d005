"""The outline is the lowest and highest sample of each stretch, in audiowaveform's form."""

import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from media_engine import peaks as module
from media_engine.pcm import Pcm
from media_engine.peaks import MOST_PIXELS, as_json, find_peaks


def peaks_of(directory: Path, pcm: Pcm, rate_hz: int = 8000) -> bytes:
    soundfile.write(directory / "sound.wav", pcm, rate_hz)
    return find_peaks(directory / "sound.wav")


def noise(samples: int) -> Pcm:
    return np.random.default_rng(2).integers(-32768, 32768, samples).astype(np.int16)


@pytest.mark.parametrize("samples", [0, 1, 399, 400, 401, 40_000, 100_001])
def test_the_outline_is_that_of_a_naive_computation(
    tmp_path: Path, samples: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_READ_SAMPLES", 1000)  # several reads
    pcm = noise(samples)
    told = as_json(peaks_of(tmp_path, pcm))
    stretches = [pcm[start : start + 400] for start in range(0, samples, 400)]
    naive = [int(edge) // 256 for part in stretches for edge in (part.min(), part.max())]
    assert told["data"] == naive
    assert (told["sample_rate"], told["samples_per_pixel"]) == (8000, 400)
    assert told["length"] == len(naive) // 2


def test_full_scale_fits(tmp_path: Path) -> None:
    told = as_json(peaks_of(tmp_path, np.array([-32768, 32767], np.int16)))
    assert told["data"] == [-128, 127]


def test_a_long_recording_has_wider_pixels(tmp_path: Path) -> None:
    hour = np.zeros(3600 * 8000, np.int16)
    hour[-1] = 25600
    peaks = peaks_of(tmp_path, hour)
    told = as_json(peaks)
    assert told["length"] <= MOST_PIXELS
    assert told["length"] * told["samples_per_pixel"] >= len(hour)
    assert told["data"][-2:] == [0, 100]
    assert len(peaks) <= 20 + 2 * MOST_PIXELS


def test_it_is_kept_as_audiowaveform_keeps_it(tmp_path: Path) -> None:
    peaks = peaks_of(tmp_path, np.full(500, 512, np.int16))
    assert struct.unpack("<iIiiI", peaks[:20]) == (1, 1, 8000, 400, 2)
    assert peaks[20:] == bytes([2, 2, 2, 2])
    told = as_json(peaks)
    assert (told["version"], told["bits"], told["channels"]) == (2, 8, 1)


def test_the_outline_is_that_of_all_channels_together(tmp_path: Path) -> None:
    pcm: Pcm = np.zeros((800, 2), np.int16)
    pcm[100, 0], pcm[200, 1], pcm[500, 1] = 25_600, -25_600, 12_800
    told = as_json(peaks_of(tmp_path, pcm))
    assert (told["data"], told["channels"]) == ([-100, 100, 0, 50], 1)
