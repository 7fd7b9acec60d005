"""A speech engine for tests of its child: what a text says is what happens."""

import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from typing_extensions import override

from media_engine.speech import SpeechEngine, SpeechError, Spoken, Voice

PATH: Final = "tests.media_engine.sound_worker.engines.OddEngine"


class OddEngine(SpeechEngine):
    """Gives as many samples as it has had texts."""

    def __init__(self) -> None:
        self.texts = 0

    @override
    def voices(self) -> Sequence[Voice]:
        return []

    @override
    def speak(self, text: str, *, voice: str | None, language: str | None, rate_hz: int) -> Spoken:
        self.texts += 1
        if text == "flood":
            return Spoken(np.zeros(700 * rate_hz, np.int16))
        happens = _HAPPENS.get(text, lambda: f"{text} {voice} {language} {rate_hz}")
        return Spoken(np.arange(self.texts, dtype=np.int16), happens())


def _compute(cpu_s: float) -> str:
    end = time.process_time() + cpu_s
    while time.process_time() < end:
        pass
    return "done"


def _refuse() -> str:
    raise SpeechError("not that word")


def _open_sockets() -> str:
    entries = [entry for entry in Path("/proc/self/fd").iterdir() if entry.is_symlink()]
    return str(sum(os.readlink(entry).startswith("socket:") for entry in entries))


_HAPPENS: Final[dict[str, Callable[[], str]]] = {
    "abort": lambda: str(os.abort()),
    "hold": lambda: str(threading.Event().wait()),
    "compute": lambda: _compute(1000),
    "compute a little": lambda: _compute(0.7),
    "memory": lambda: str(np.zeros(1 << 40)),
    "refuse": _refuse,
    "fault": lambda: str(1 / 0),
    "sockets": _open_sockets,
    "environment": lambda: " ".join(sorted(os.environ)),
}
