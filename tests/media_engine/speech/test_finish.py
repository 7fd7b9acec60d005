import numpy as np
import pytest

from media_engine.music.loudness import integrated_lufs, peak_dbfs
from media_engine.pcm import RATES_HZ, Pcm
from media_engine.speech.finish import MARGIN_S, PEAK_DBFS, SPEECH_LUFS, finished

FROM_HZ = 22050


def speech_like(seconds: float, before: float = 0.3, after: float = 0.7) -> Pcm:
    """Noise with syllables, between silences."""
    at = np.arange(round(seconds * FROM_HZ)) / FROM_HZ
    noise = np.random.default_rng(5).normal(0, 2000, len(at)) * (1.1 + np.sin(2 * np.pi * 4 * at))
    silences = (round(before * FROM_HZ), round(after * FROM_HZ))
    return np.pad(np.clip(noise, -20000, 20000).astype(np.int16), silences)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("before_and_after", [(0.3, 0.7), (0.0, 0.0), (0.02, 0.03)])
def test_50_ms_of_quiet_are_left_at_either_end(
    before_and_after: tuple[float, float], rate_hz: int
) -> None:
    sound = finished(speech_like(2, *before_and_after), FROM_HZ, rate_hz)
    assert len(sound) / rate_hz == pytest.approx(2 + 2 * MARGIN_S, abs=0.003)
    quiet = round((MARGIN_S - 0.005) * rate_hz)
    assert max(np.abs(sound[:quiet]).max(), np.abs(sound[-quiet:]).max()) < 200


@pytest.mark.parametrize("amplitude", [0.02, 1.0])
@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_speech_of_any_level_becomes_equally_loud(rate_hz: int, amplitude: float) -> None:
    quiet_or_loud = (speech_like(3) * amplitude).astype(np.int16)
    sound = finished(quiet_or_loud, FROM_HZ, rate_hz)
    assert integrated_lufs(sound, rate_hz) == pytest.approx(SPEECH_LUFS, abs=0.5)


def test_a_word_too_short_to_be_measured_is_as_loud() -> None:
    word = finished(speech_like(0.25), FROM_HZ, 16000)
    repeated = np.resize(word, 3 * len(word))
    assert integrated_lufs(repeated, 16000) == pytest.approx(SPEECH_LUFS, abs=1.0)


def test_peaks_are_spared() -> None:
    clicks = np.zeros(2 * FROM_HZ, np.int16)
    clicks[::2205] = 3000
    assert peak_dbfs(finished(clicks, FROM_HZ, 16000)) <= PEAK_DBFS + 0.01


def test_edges_are_soft() -> None:
    hum = np.full(FROM_HZ, 40, np.int16)
    sound = finished(np.concatenate([hum, speech_like(1, 0, 0), hum]), FROM_HZ, 16000)
    assert sound[0] == sound[-1] == 0
    assert sound[1:40].max() < sound[400:].max()
    assert sound[100:400].min() > 10


@pytest.mark.parametrize("silence", [np.zeros(0, np.int16), np.zeros(9999, np.int16)])
def test_silence_is_no_sound(silence: Pcm) -> None:
    assert len(finished(silence, FROM_HZ, 16000)) == 0
