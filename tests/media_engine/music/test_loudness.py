import numpy as np
import pytest

from media_engine.music.loudness import integrated_lufs, normalised, peak_dbfs
from media_engine.pcm import FULL_SCALE, Wide


def sine(dbfs: float, seconds: float, rate_hz: int = 48000, hz: float = 997.0) -> Wide:
    at = np.arange(round(seconds * rate_hz)) / rate_hz
    return (FULL_SCALE * 10 ** (dbfs / 20) * np.sin(2 * np.pi * hz * at)).astype(np.float32)


@pytest.mark.parametrize("rate_hz", [8000, 16000, 24000, 44100, 48000])
@pytest.mark.parametrize("dbfs", [0.0, -20.0, -40.0])
def test_a_sine_of_997_hz_measures_3_01_below_its_peak(dbfs: float, rate_hz: int) -> None:
    assert integrated_lufs(sine(dbfs, 2, rate_hz), rate_hz) == pytest.approx(dbfs - 3.01, abs=0.01)


@pytest.mark.parametrize("rate_hz", [8000, 48000])
@pytest.mark.parametrize(
    ("hz", "heard_db"),
    # The two filters of BS.1770-4 (scipy.signal.freqz of its tables) beside their value at 997 Hz.
    [(25.0, -11.08), (100.0, -1.82), (500.0, -0.65), (2000.0, 2.38), (3500.0, 3.22)],
)
def test_frequencies_weigh_by_the_k_curve(hz: float, heard_db: float, rate_hz: int) -> None:
    weight = integrated_lufs(sine(-20, 3, rate_hz, hz), rate_hz) + 23.01
    assert weight == pytest.approx(heard_db, abs=0.02)


@pytest.mark.parametrize(
    ("levels_dbfs", "seconds", "lufs"),
    [
        # After the test signals 3 to 5 of EBU Tech 3341, a sixth as long, for one channel.
        ((-33, -20, -33), (1.7, 10, 1.7), -23.0),
        ((-69, -33, -20, -33, -69), (1.7, 1.7, 10, 1.7, 1.7), -23.0),
        ((-23, -17, -23), (6.7, 6.7, 6.7), -23.0),
    ],
)
def test_quiet_passages_do_not_count(
    levels_dbfs: tuple[float, ...], seconds: tuple[float, ...], lufs: float
) -> None:
    sound = np.concatenate(
        [sine(level, s, 16000) for level, s in zip(levels_dbfs, seconds, strict=True)]
    )
    assert integrated_lufs(sound, 16000) == pytest.approx(lufs, abs=0.25)


@pytest.mark.parametrize("sound", [np.zeros(48000), np.zeros(0), sine(0, 0.3), sine(-80, 2)])
def test_silence_and_what_is_too_short_have_no_loudness(sound: Wide) -> None:
    assert integrated_lufs(sound.astype(np.float32), 48000) == -np.inf


def test_blocks_of_the_filter_join_without_a_seam() -> None:
    assert integrated_lufs(sine(-20, 20.3, 8000), 8000) == pytest.approx(-23.01, abs=0.005)


def test_a_rate_above_the_reference_is_refused() -> None:
    with pytest.raises(ValueError, match="96000"):
        integrated_lufs(np.zeros(96000, dtype=np.float32), 96000)


def test_the_peak_is_that_of_the_largest_sample() -> None:
    assert peak_dbfs(np.array([0, -32768, 5], dtype=np.int16)) == 0.0
    assert peak_dbfs(np.array([0, 16384], dtype=np.int16)) == pytest.approx(-6.02, abs=0.01)
    assert peak_dbfs(np.zeros(3, dtype=np.int16)) == -np.inf


@pytest.mark.parametrize("dbfs", [0.0, -30.0, -90.0])
def test_sound_of_any_level_is_brought_to_23_below(dbfs: float) -> None:
    assert integrated_lufs(normalised(sine(dbfs, 2), 48000), 48000) == pytest.approx(-23, abs=0.01)


def test_peaks_stay_1_db_below_full_scale() -> None:
    clicks = np.zeros(96000, dtype=np.float32)
    clicks[::9600] = 1000
    assert peak_dbfs(normalised(clicks, 48000)) == pytest.approx(-1.0, abs=1e-3)


def test_silence_stays_silence() -> None:
    assert not normalised(np.zeros(48000, dtype=np.float32), 48000).any()
