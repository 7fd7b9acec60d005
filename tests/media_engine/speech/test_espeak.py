from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from media_engine.music.loudness import integrated_lufs
from media_engine.pcm import RATES_HZ, Pcm
from media_engine.speech import LONGEST_TEXT, EspeakSpeech, SpeechError, Spoken
from media_engine.speech.espeak_library import espeak_library

GREETING = "Hello and welcome. You are the first caller in this conference."


@pytest.fixture(scope="module")
def engine() -> EspeakSpeech:
    return EspeakSpeech()


def say(
    engine: EspeakSpeech,
    text: str = GREETING,
    *,
    voice: str | None = None,
    language: str | None = None,
    rate_hz: int = 16000,
) -> Spoken:
    return engine.speak(text, voice=voice, language=language, rate_hz=rate_hz)


def pitch_hz(sound: Pcm, rate_hz: int = 16000) -> float:
    """The median of the fundamental, by autocorrelation."""
    found = []
    for start in range(0, len(sound) - 1024, 1024):
        window = sound[start : start + 1024].astype(float) * np.hanning(1024)
        likeness = np.fft.irfft(np.abs(np.fft.rfft(window, 2048)) ** 2)
        lags = np.arange(rate_hz // 400, rate_hz // 60)
        best = lags[likeness[lags].argmax()]
        if likeness[best] > 0.4 * likeness[0]:
            found.append(rate_hz / best)
    return float(np.median(found))


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_a_sentence_takes_its_time_at_each_rate(engine: EspeakSpeech, rate_hz: int) -> None:
    sound = say(engine, rate_hz=rate_hz).pcm
    assert 3.2 < len(sound) / rate_hz < 4.5
    assert integrated_lufs(sound, rate_hz) == pytest.approx(-20, abs=1.5)


@pytest.mark.parametrize(
    ("voice", "language"),
    [
        *((None, None), ("man", "de-DE"), ("man", "es-MX"), ("man", "pt-BR"), ("man", "fr")),
        *(("Polly.Hans", None), ("Google.de-DE-Wavenet-B", None), ("Polly.Takumi", None)),
    ],
)
def test_men_have_low_voices(engine: EspeakSpeech, voice: str | None, language: str | None) -> None:
    spoken = say(engine, voice=voice, language=language)
    assert 75 < pitch_hz(spoken.pcm) < 140
    assert spoken.note is None


@pytest.mark.parametrize(
    ("voice", "language"),
    [
        *(("woman", None), ("alice", "de-DE"), ("woman", "zh-CN"), ("alice", "it-IT")),
        *(("Polly.Joanna", None), ("Google.fr-FR-Chirp3-HD-Aoede", None), ("Polly.Zhiyu", None)),
    ],
)
def test_women_have_high_voices(engine: EspeakSpeech, voice: str, language: str | None) -> None:
    spoken = say(engine, voice=voice, language=language)
    assert 155 < pitch_hz(spoken.pcm) < 280
    assert spoken.note is None


def test_languages_are_read_by_their_own_rules(engine: EspeakSpeech) -> None:
    tags = ("en-US", "en-GB", "de-DE", "fr", "es-MX", "pt-BR", "it-IT", "pl-PL", "ja-JP")
    lengths = {len(say(engine, "12345 information", language=tag).pcm) for tag in tags}
    assert len(lengths) >= len(tags) - 1


@pytest.mark.parametrize(
    "tag",
    [
        *("ca-ES", "da-DK", "de-DE", "en-AU", "en-CA", "en-GB", "en-IN", "en-US", "es-ES"),
        *("es-MX", "fi-FI", "fr-CA", "fr-FR", "it-IT", "ja-JP", "ko-KR", "nb-NO", "nl-NL"),
        *("pl-PL", "pt-BR", "pt-PT", "ru-RU", "sv-SE", "zh-CN", "zh-HK", "zh-TW"),
    ],
)
def test_every_language_of_alice_is_spoken(engine: EspeakSpeech, tag: str) -> None:
    spoken = say(engine, "1 2 3", voice="alice", language=tag)
    assert spoken.note is None
    assert len(spoken.pcm) > 4000


def test_the_french_of_france_is_french(engine: EspeakSpeech) -> None:
    # Four languages call themselves "fr"; France, unlike Belgium, says soixante-dix for 70.
    assert espeak_library().best_voices()["fr"] == "roa/fr"


def test_what_is_not_spoken_here_is_spoken_in_english_and_noted(engine: EspeakSpeech) -> None:
    spoken = say(engine, voice="bob", language="tlh-KX")
    assert spoken.note is not None and "'tlh-KX' is not spoken here" in spoken.note
    assert len(spoken.pcm) == pytest.approx(len(say(engine).pcm), rel=0.02)


@pytest.mark.parametrize("text", ["", "   ", "\x00\x01", "\u200b"])
def test_a_text_without_a_word_is_no_sound(engine: EspeakSpeech, text: str) -> None:
    assert len(say(engine, text).pcm) == 0


def test_markup_and_commands_are_read_not_obeyed(engine: EspeakSpeech) -> None:
    assert len(say(engine, "<break time='60s'/> hello").pcm) < 10 * 16000
    assert len(say(engine, "\x0160S hello \x01+9P").pcm) < 10 * 16000


def test_the_longest_text_is_spoken_and_a_longer_one_refused(engine: EspeakSpeech) -> None:
    longest = ("welcome " * LONGEST_TEXT)[:LONGEST_TEXT]
    assert 150 < len(say(engine, longest, rate_hz=8000).pcm) / 8000 < 400
    with pytest.raises(SpeechError, match="more than 4096 characters"):
        say(engine, longest + "!")


def test_what_would_be_spoken_for_too_long_is_cut() -> None:
    sound, was_cut = espeak_library().synthesise(GREETING * 5, "gmw/en-US", longest_s=2.0)
    assert was_cut
    assert len(sound) == 2 * 22050


def test_a_voice_that_there_is_not_is_an_error() -> None:
    with pytest.raises(SpeechError, match="no voice"):
        espeak_library().synthesise(GREETING, "no such voice", longest_s=2.0)


def test_threads_wait_for_each_other(engine: EspeakSpeech) -> None:
    alone = len(say(engine).pcm)
    with ThreadPoolExecutor(4) as pool:
        lengths = [len(spoken.pcm) for spoken in pool.map(lambda _: say(engine), range(12))]
    assert lengths == pytest.approx([alone] * 12, rel=0.01)


def test_voices_are_listed_with_their_languages(engine: EspeakSpeech) -> None:
    languages = {language for voice in engine.voices() for language in voice.languages}
    assert len(engine.voices()) > 100
    assert {"en-us", "de", "fr", "es-419", "pt-br", "cmn"} <= languages
