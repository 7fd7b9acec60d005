import pytest

from media_engine.speech.twilio_voices import VoiceWish, wish

MAN, WOMAN = VoiceWish(is_woman=False), VoiceWish(is_woman=True)


@pytest.mark.parametrize(
    ("voice", "expected"),
    [(None, MAN), ("", MAN), ("man", MAN), ("MAN", MAN), ("woman", WOMAN), (" Alice ", WOMAN)],
)
def test_basic_voices_have_a_sex_and_no_language(voice: str | None, expected: VoiceWish) -> None:
    assert wish(voice) == expected


@pytest.mark.parametrize(
    ("voice", "is_woman", "language"),
    [
        ("Polly.Joanna", True, "en-us"),
        ("polly.joanna-neural", True, "en-us"),
        ("Polly.Matthew-Generative", False, "en-us"),
        ("Polly.Hans", False, "de"),
        ("Polly.Céline", True, "fr"),
        ("Polly.Vitória", True, "pt-br"),
        ("Polly.Andrés-Neural", False, "es-mx"),
        ("Polly.Zhiyu", True, "cmn"),
    ],
)
def test_amazons_names_tell_language_and_sex(voice: str, is_woman: bool, language: str) -> None:
    assert wish(voice) == VoiceWish(is_woman, language)


@pytest.mark.parametrize(
    ("voice", "is_woman", "language"),
    [
        ("Google.en-US-Standard-A", False, "en-us"),
        ("Google.en-US-Standard-C", True, "en-us"),
        ("Google.en-GB-Neural2-B", False, "en-gb"),
        ("Google.de-DE-Wavenet-A", True, "de-de"),
        ("Google.ja-JP-Standard-D", False, "ja-jp"),
        ("google.cmn-CN-Wavenet-B", False, "cmn-cn"),
        ("Google.fr-FR-Chirp3-HD-Aoede", True, "fr-fr"),
        ("Google.es-US-Chirp3-HD-Puck", False, "es-us"),
        ("Google.es-419-Standard-A", True, "es-419"),
    ],
)
def test_googles_names_tell_language_and_sex(voice: str, is_woman: bool, language: str) -> None:
    assert wish(voice) == VoiceWish(is_woman, language)


@pytest.mark.parametrize(
    "voice", ["bob", "Polly.", "Polly.Nobody", "Google.", "Google.en", "ElevenLabs.x", ".", "a.man"]
)
def test_other_names_are_nothing_of_twilios(voice: str) -> None:
    assert wish(voice) is None
