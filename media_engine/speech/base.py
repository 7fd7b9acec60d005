"""What a speech engine is: the seam between a text that is to be said and whoever can say it."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Final, Protocol

from media_engine.errors import EngineError
from media_engine.pcm import Pcm

LONGEST_TEXT: Final = 4096
"""Characters in one Say (Twilio's error 13521: basic voices take 4096)."""

LONGEST_SPOKEN_S: Final = 600.0
"""A text of that length takes five minutes; one of emoji, each read out by its name, hours."""


class SpeechError(EngineError):
    """A text that was not spoken; the text of the error says why."""


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice of an engine and the languages it is for: BCP-47 in lower case, its own first."""

    name: str
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Spoken:
    """A text as sound, and what the author of the text should know about it: a language that is
    not spoken here, an end that was cut off.
    """

    pcm: Pcm
    note: str | None = None


class SpeechEngine(Protocol):
    """Says texts. It is made without arguments, in a child process (media_engine.sound_worker), and
    called by one thread at a time; there it may take seconds. It must never run in the loop that
    ticks.
    """

    def voices(self) -> Sequence[Voice]:
        """Tell what it can speak with."""

    def speak(self, text: str, *, voice: str | None, language: str | None, rate_hz: int) -> Spoken:
        """Say `text`, plain and without markup, in at most LONGEST_SPOKEN_S.

        `voice` is one of Twilio's names ("man", "alice", "Polly.Hans", …), `language` a BCP-47 tag;
        one that is unknown is noted, not refused. A text without a word gives no samples.
        SpeechError when it can not be said.
        """


def load_engine(path: str) -> SpeechEngine:
    """Make the engine that the dotted path of its class names.

    SpeechError when there is none, or it can not be made; the text is meant for the operator.
    """
    module, _, name = path.rpartition(".")
    try:
        engine: SpeechEngine = getattr(import_module(module), name)()
    except Exception as error:  # Whatever an operator's own module raises.
        raise SpeechError(f"no speech engine {path!r}: {error}") from error
    return engine
