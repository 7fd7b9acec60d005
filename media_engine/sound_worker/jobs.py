"""What a sound child can be asked for: one class a job, the same on both sides."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import ClassVar, Final, Protocol, Self

from typing_extensions import override

from media_engine.decode import DecodeLimits, UndecodableSound, decode_sound
from media_engine.errors import EngineError
from media_engine.sound_worker.wire import Head
from media_engine.speech import LONGEST_SPOKEN_S, SpeechEngine, SpeechError, Spoken

_LONGEST_NAME: Final = 100
"""Characters of a voice or a language; no engine has a longer one."""


class Job(Protocol):
    """One thing to be done, whose result is sound and perhaps a note about it."""

    kind: ClassVar[str]
    error: ClassVar[type[EngineError]]
    """What its author gets when the child refuses it, or dies of it."""

    @property
    def body(self) -> bytes:
        """What is worked on."""

    @property
    def most_samples(self) -> int:
        """The longest result that is believed."""

    def head(self) -> Head:
        """All but the body, as JSON knows it."""

    @classmethod
    def read(cls, head: Head, body: bytes) -> Self:
        """Make it again on the other side."""

    def carry_out(self, speech: Callable[[], SpeechEngine]) -> Spoken:
        """Do it; in the child. Raises `error`."""


@dataclass(frozen=True, slots=True)
class Decode(Job):
    """decode_sound() of these."""

    content: bytes
    rate_hz: int
    limits: DecodeLimits

    kind: ClassVar[str] = "decode"
    error: ClassVar[type[EngineError]] = UndecodableSound

    @property
    @override
    def body(self) -> bytes:
        return self.content

    @property
    @override
    def most_samples(self) -> int:
        return _with_slack(self.limits.seconds, self.rate_hz)

    @override
    def head(self) -> Head:
        return {"kind": self.kind, "rate_hz": self.rate_hz, "limits": asdict(self.limits)}

    @classmethod
    @override
    def read(cls, head: Head, body: bytes) -> Self:
        return cls(body, head["rate_hz"], DecodeLimits(**head["limits"]))

    @override
    def carry_out(self, speech: Callable[[], SpeechEngine]) -> Spoken:
        return Spoken(decode_sound(self.content, self.rate_hz, self.limits))


@dataclass(frozen=True, slots=True)
class Speak(Job):
    """SpeechEngine.speak() of these."""

    text: str
    voice: str | None
    language: str | None
    rate_hz: int

    kind: ClassVar[str] = "speak"
    error: ClassVar[type[EngineError]] = SpeechError

    @property
    @override
    def body(self) -> bytes:
        return self.text.encode(errors="ignore")

    @property
    @override
    def most_samples(self) -> int:
        return _with_slack(LONGEST_SPOKEN_S, self.rate_hz)

    @override
    def head(self) -> Head:
        voice, language = (name and name[:_LONGEST_NAME] for name in (self.voice, self.language))
        return {"kind": self.kind, "voice": voice, "language": language, "rate_hz": self.rate_hz}

    @classmethod
    @override
    def read(cls, head: Head, body: bytes) -> Self:
        return cls(body.decode(), head["voice"], head["language"], head["rate_hz"])

    @override
    def carry_out(self, speech: Callable[[], SpeechEngine]) -> Spoken:
        return speech().speak(
            self.text, voice=self.voice, language=self.language, rate_hz=self.rate_hz
        )


def _with_slack(seconds: float, rate_hz: int) -> int:
    """Samples in so many seconds and one more, for what is rounded up."""
    return int((seconds + 1) * rate_hz)


JOBS: Final[dict[str, type[Job]]] = {job.kind: job for job in (Decode, Speak)}
