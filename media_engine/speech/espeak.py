"""Speech without anything else installed: espeak-ng, some hundred languages, plain but clear."""

from collections.abc import Sequence
from typing import Final

from typing_extensions import override

from media_engine.speech.base import (
    LONGEST_SPOKEN_S,
    LONGEST_TEXT,
    SpeechEngine,
    SpeechError,
    Spoken,
    Voice,
)
from media_engine.speech.espeak_library import espeak_library
from media_engine.speech.finish import finished
from media_engine.speech.voice_choice import choose_voice
from media_engine.speech.wording import read_out, speakable

_WOMAN: Final = "+f2"


class EspeakSpeech(SpeechEngine):
    """The engine that comes with the bridge. Seconds of speech take milliseconds, but of CPU."""

    def __init__(self) -> None:
        """Load the library; SpeechError where it or its voices are missing."""
        self._library = espeak_library()
        self._names = self._library.best_voices()

    @override
    def voices(self) -> Sequence[Voice]:
        return self._library.voices()

    @override
    def speak(self, text: str, *, voice: str | None, language: str | None, rate_hz: int) -> Spoken:
        if len(text) > LONGEST_TEXT:
            raise SpeechError(f"more than {LONGEST_TEXT} characters")
        choice = choose_voice(voice, language, self._names)
        name = self._names[choice.language] + (_WOMAN if choice.is_woman else "")
        words = read_out(speakable(text), choice.language)
        sound, was_cut = self._library.synthesise(words, name, LONGEST_SPOKEN_S)
        notes = [note for note in (choice.note, was_cut and _CUT) if note]
        return Spoken(finished(sound, self._library.rate_hz, rate_hz), "; ".join(notes) or None)


_CUT: Final = f"it is cut after {LONGEST_SPOKEN_S:.0f} s"
