import pytest

from media_engine.speech.voice_choice import VoiceChoice, choose_voice, nearest_language

SPOKEN = (
    *("en-us", "en-gb", "en", "de", "fr", "fr-fr", "fr-be", "es", "es-419", "pt", "pt-pt", "pt-br"),
    *("cmn", "yue", "nb", "he", "id", "ar"),
)


@pytest.mark.parametrize(
    ("tag", "spoken"),
    [
        *(("en", "en-us"), ("en-US", "en-us"), ("en-GB", "en-gb"), ("en-AU", "en-gb")),
        *(("en-CA", "en-us"), ("en_IN", "en-gb"), ("en-GB-WLS", "en-gb"), ("de-DE", "de")),
        *(("de-AT", "de"), ("fr", "fr"), ("fr-CA", "fr"), ("fr-BE", "fr-be"), ("es", "es")),
        *(("es-ES", "es"), ("es-MX", "es-419"), ("es-US", "es-419"), ("pt-BR", "pt-br")),
        *(("pt-PT", "pt-pt"), ("pt", "pt"), ("zh-CN", "cmn"), ("zh-TW", "cmn"), ("zh", "cmn")),
        *(("zh-Hans-CN", "cmn"), ("zh-HK", "yue"), ("cmn-CN", "cmn"), ("yue-HK", "yue")),
        *(("nb-NO", "nb"), ("nn-NO", "nb"), ("iw-IL", "he"), ("in-ID", "id"), ("arb", "ar")),
    ],
)
def test_a_tag_is_read_in_the_nearest_language(tag: str, spoken: str) -> None:
    assert nearest_language(tag, SPOKEN) == spoken


@pytest.mark.parametrize("tag", ["tlh", "xx-YY", "fil-PH", "-", "e"])
def test_a_language_that_is_not_spoken_has_no_nearest(tag: str) -> None:
    assert nearest_language(tag, SPOKEN) is None


@pytest.mark.parametrize(
    ("voice", "language", "chosen"),
    [
        (None, None, VoiceChoice("en-us", False)),
        ("woman", None, VoiceChoice("en-us", True)),
        ("alice", "pt-BR", VoiceChoice("pt-br", True)),
        ("Polly.Hans", None, VoiceChoice("de", False)),
        ("Polly.Joanna", "de-DE", VoiceChoice("de", True)),
        ("Google.fr-FR-Wavenet-B", None, VoiceChoice("fr-fr", False)),
    ],
)
def test_the_attribute_decides_then_the_voice_then_english(
    voice: str | None, language: str | None, chosen: VoiceChoice
) -> None:
    assert choose_voice(voice, language, SPOKEN) == chosen


@pytest.mark.parametrize(
    ("voice", "language", "chosen", "note"),
    [
        ("bob", "de", "de", "no voice 'bob' here"),
        ("man", "tlh", "en-us", "language 'tlh' is not spoken here; it is read by a man in 'en"),
        (
            "Polly.Hans",
            "tlh",
            "de",
            "language 'tlh' is not spoken here; it is read by a man in",
        ),
        ("Polly.Ewa", None, "en-us", "language 'pl' is not spoken here; it is read by a woman in"),
    ],
)
def test_what_is_unknown_is_noted_and_spoken_all_the_same(
    voice: str, language: str | None, chosen: str, note: str
) -> None:
    choice = choose_voice(voice, language, SPOKEN)
    assert choice.language == chosen
    assert choice.note is not None and choice.note.startswith(note)
