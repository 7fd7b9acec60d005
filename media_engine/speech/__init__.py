"""Text → sound. EspeakSpeech needs nothing else installed; another engine is had by naming its
class (load_engine).
"""

from media_engine.speech.base import (
    LONGEST_SPOKEN_S,
    LONGEST_TEXT,
    SpeechEngine,
    SpeechError,
    Spoken,
    Voice,
    load_engine,
)
from media_engine.speech.espeak import EspeakSpeech

__all__ = [
    "LONGEST_SPOKEN_S",
    "LONGEST_TEXT",
    "EspeakSpeech",
    "SpeechEngine",
    "SpeechError",
    "Spoken",
    "Voice",
    "load_engine",
]
