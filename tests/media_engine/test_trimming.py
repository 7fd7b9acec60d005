"""Silence is cut off both ends, by the file's own noise; what may be sound stays."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from media_engine.pcm import Pcm
from media_engine.trimming import MARGIN_BLOCKS, copy_part, find_sound, find_sound_in

RATE_HZ = 16_000
BLOCK = RATE_HZ // 50
MARGIN_S = MARGIN_BLOCKS * 0.02
VOICES = Path(__file__).resolve().parents[2] / "conference_app" / "demo_voices"

Sound = NDArray[np.float64]


def voice(name: str = "alice") -> Sound:
    """Twelve seconds, in which the last 0.3 may be silence."""
    sound: Sound
    sound, _ = soundfile.read(VOICES / f"{name}.flac")
    return sound


def silence(seconds: float) -> Sound:
    return np.zeros(round(seconds * RATE_HZ))


def noise(seconds: float, dbfs: float) -> Sound:
    samples = np.random.default_rng(1).normal(size=round(seconds * RATE_HZ))
    return samples * 10 ** (dbfs / 20)


def tone(seconds: float, dbfs: float = -20.0) -> Sound:
    time = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return np.sin(2 * np.pi * 330 * time) * 10 ** ((dbfs + 3) / 20)


def chords(seconds: float) -> Sound:
    """Music: struck each half second, dying away to a tenth, never silent."""
    time = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    strings: Sound = np.sum([np.sin(2 * np.pi * hz * time) for hz in (220, 277, 330)], axis=0)
    return strings * 0.1 * 10 ** -(time % 0.5 * 2)


def click_in(sound: Sound, at_s: float) -> Sound:
    sound[round(at_s * RATE_HZ) :][:160] += 0.5
    return sound


def file_of(directory: Path, *parts: Sound, hum: float | None = None) -> Path:
    """A file of sounds one after another, with noise under all of them."""
    sound = np.concatenate(parts)
    if hum is not None:
        sound = sound + noise(len(sound) / RATE_HZ, hum)
    path = directory / "sound.wav"
    soundfile.write(path, sound, RATE_HZ, "PCM_16")
    return path


def seconds(part: range | None) -> tuple[float, float]:
    assert part is not None
    return part.start / RATE_HZ, part.stop / RATE_HZ


@pytest.mark.parametrize("name", ["alice", "bob", "carol"])
@pytest.mark.parametrize("hum", [None, -70, -60, -50, -42])
def test_noise_around_speech_is_cut_and_no_word(
    tmp_path: Path, name: str, hum: float | None
) -> None:
    path = file_of(tmp_path, silence(3), voice(name), silence(5), hum=hum)
    begin, end = seconds(find_sound(path))
    assert 3 - MARGIN_S - 0.02 <= begin <= 3 - 0.08
    assert 14.8 <= end <= 15 + MARGIN_S + 0.02


@pytest.mark.parametrize("gain_db", [0, -10, -20, -26])
def test_soft_speech_is_speech(tmp_path: Path, gain_db: float) -> None:
    soft = voice() * 10 ** (gain_db / 20)
    begin, end = seconds(find_sound(file_of(tmp_path, silence(2), soft, silence(2), hum=-72)))
    assert begin <= 2 - 0.05
    assert end >= 13.8


def test_a_soft_voice_after_a_loud_one_is_no_noise(tmp_path: Path) -> None:
    parts = (voice("bob"), silence(1), voice("carol") * 0.05, silence(3))
    _, end = seconds(find_sound(file_of(tmp_path, *parts)))
    assert 24.8 <= end <= 25 + MARGIN_S + 0.02


def test_pauses_inside_stay(tmp_path: Path) -> None:
    parts = (silence(2), tone(0.3), silence(60), tone(0.3), silence(2))
    begin, end = seconds(find_sound(file_of(tmp_path, *parts, hum=-65)))
    assert begin == pytest.approx(2 - MARGIN_S, abs=0.021)
    assert end == pytest.approx(62.6 + MARGIN_S, abs=0.021)


def test_the_silence_that_stays_is_the_margin(tmp_path: Path) -> None:
    part = find_sound(file_of(tmp_path, silence(1), tone(1), silence(1)))
    assert part == range((50 - MARGIN_BLOCKS) * BLOCK, (100 + MARGIN_BLOCKS) * BLOCK)


@pytest.mark.parametrize(
    "sound",
    [chords(10), tone(10, -40), noise(10, -50), noise(10, -30), voice()],
    ids=["music", "soft tone", "noise", "loud noise", "speech"],
)
def test_what_sounds_from_end_to_end_stays_whole(tmp_path: Path, sound: Sound) -> None:
    begin, end = seconds(find_sound(file_of(tmp_path, sound)))
    assert begin == 0
    assert end == pytest.approx(len(sound) / RATE_HZ, abs=0.1)


def test_music_that_fades_in_loses_what_can_not_be_heard(tmp_path: Path) -> None:
    fading = tone(10) * np.minimum(1, np.arange(10 * RATE_HZ) / (5 * RATE_HZ))
    begin, end = seconds(find_sound(file_of(tmp_path, fading)))
    assert begin < 0.6  # a tenth of its loudness
    assert end == 10


@pytest.mark.parametrize("sound", [silence(5), silence(0), noise(5, -90), noise(5, -65)])
def test_a_file_of_silence_has_no_sound(tmp_path: Path, sound: Sound) -> None:
    assert find_sound(file_of(tmp_path, sound)) is None


def test_a_click_before_the_first_word_is_cut(tmp_path: Path) -> None:
    lead = click_in(silence(10), 3)
    begin, _ = seconds(find_sound(file_of(tmp_path, lead, voice(), hum=-70)))
    assert begin == pytest.approx(10 - MARGIN_S, abs=0.1)


def test_a_click_is_better_than_nothing(tmp_path: Path) -> None:
    begin, end = seconds(find_sound(file_of(tmp_path, click_in(silence(10), 3), hum=-70)))
    assert 2.8 <= begin <= 3 <= end <= 3.3


@pytest.mark.parametrize("samples", [1, 5, BLOCK - 1, BLOCK, 2 * BLOCK + 1])
def test_very_short_sound_stays_whole(tmp_path: Path, samples: int) -> None:
    part = find_sound(file_of(tmp_path, np.full(samples, 0.2)))
    assert part == range(samples)


def test_levels_alone_decide() -> None:
    levels = np.full(1000, -70.0, np.float32)
    levels[400:500] = -30.0
    assert find_sound_in(levels) == range(400 - MARGIN_BLOCKS, 500 + MARGIN_BLOCKS)


def test_the_part_is_copied_sample_by_sample(tmp_path: Path) -> None:
    pcm: Pcm = np.arange(-20_000, 20_000, dtype=np.int16)
    soundfile.write(tmp_path / "whole.wav", pcm, 8000)
    copy_part(tmp_path / "whole.wav", range(123, 39_000), tmp_path / "cut.wav")
    cut, rate_hz = soundfile.read(tmp_path / "cut.wav", dtype="int16")
    assert rate_hz == 8000
    assert np.array_equal(cut, pcm[123:39_000])
    assert (tmp_path / "cut.wav").stat().st_size == 44 + 2 * len(cut)


def test_soft_words_between_digital_silence_are_not_taken_for_noise() -> None:
    levels = np.full(1000, -20.0, np.float32)
    levels[850:] = -45.0
    levels[::30] = -96.0
    assert find_sound_in(levels) == range(1000)


@pytest.mark.parametrize("sides", [(0, 1), (1, 0)])
def test_of_two_channels_either_has_sound(tmp_path: Path, sides: tuple[int, int]) -> None:
    lead, tail = (silence(2), tone(1), silence(3)), (silence(4), tone(0.5), silence(1.5))
    both = [np.concatenate(parts) for parts in (lead, tail)]
    path = tmp_path / "dual.wav"
    soundfile.write(path, np.stack([both[side] for side in sides], axis=1), RATE_HZ, "PCM_16")
    assert seconds(find_sound(path)) == (2 - MARGIN_S, 4.5 + MARGIN_S)


def test_both_channels_are_copied(tmp_path: Path) -> None:
    pcm: Pcm = np.arange(-20_000, 20_000, dtype=np.int16).reshape(-1, 2)
    soundfile.write(tmp_path / "whole.wav", pcm, 8000)
    copy_part(tmp_path / "whole.wav", range(123, 19_000), tmp_path / "cut.wav")
    cut, _ = soundfile.read(tmp_path / "cut.wav", dtype="int16")
    assert np.array_equal(cut, pcm[123:19_000])
