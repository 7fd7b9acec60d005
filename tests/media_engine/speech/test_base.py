import pytest

from media_engine.speech import EspeakSpeech, SpeechError, load_engine


def test_an_engine_is_made_of_its_dotted_path() -> None:
    assert isinstance(load_engine("media_engine.speech.EspeakSpeech"), EspeakSpeech)


@pytest.mark.parametrize(
    "path", ["", "nowhere", "no.such.Engine", "media_engine.speech.Missing", "media_engine.pcm.Pcm"]
)
def test_a_path_to_no_engine_is_refused_with_its_reason(path: str) -> None:
    with pytest.raises(SpeechError, match="no speech engine"):
        load_engine(path)
