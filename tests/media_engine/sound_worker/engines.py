"""A speech engine for tests of its child: what a text says is what happens."""

import os
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from typing_extensions import override

from media_engine.speech import SpeechEngine, SpeechError, Spoken, Voice

PATH = "tests.media_engine.sound_worker.engines.OddEngine"


class OddEngine(SpeechEngine):
    def __init__(self) -> None:
        self.texts = 0

    @override
    def voices(self) -> Sequence[Voice]:
        return []

    @override
    def speak(self, text: str, *, voice: str | None, language: str | None, rate_hz: int) -> Spoken:
        self.texts += 1
        match text:
            case "abort":
                os.abort()
            case "hold":
                threading.Event().wait()
            case "compute":
                while True:
                    pass
            case "memory":
                np.zeros(1 << 40)
            case "refuse":
                raise SpeechError("not that word")
            case "fault":
                raise ZeroDivisionError("of the engine")
            case "flood":
                return Spoken(np.zeros(rate_hz * 700, np.int16))
            case "sockets":
                return Spoken(np.zeros(0, np.int16), str(_open_sockets()))
            case "environment":
                return Spoken(np.zeros(0, np.int16), " ".join(sorted(os.environ)))
        return Spoken(np.arange(self.texts, dtype=np.int16), f"{text} {voice} {language} {rate_hz}")


def _open_sockets() -> int:
    return sum(os.readlink(entry).startswith("socket:") for entry in _descriptors())


def _descriptors() -> list[Path]:
    return [entry for entry in Path("/proc/self/fd").iterdir() if entry.is_symlink()]
