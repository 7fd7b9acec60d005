"""The child: does one job after another for the bridge that started it, until that closes the
socket.
"""

import resource
import socket
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from media_engine.errors import EngineError
from media_engine.sound_worker import wire
from media_engine.sound_worker.jobs import JOBS
from media_engine.speech import SpeechEngine, Spoken, load_engine

_MOST_TEXT: Final = 2000
"""Characters of an error that are told."""


@dataclass(frozen=True, slots=True)
class ChildSettings:
    """What a child is started with. `memory_bytes` is address space; it has some 120 MB when it has
    started. `cpu_s` is for each job.
    """

    socket_fd: int
    speech: str
    memory_bytes: int
    cpu_s: int


def serve(settings: ChildSettings) -> None:
    """Confine this process, say that it is ready, and work until the bridge is gone."""
    _confine(settings)
    engine = cache(lambda: load_engine(settings.speech))
    with socket.socket(fileno=settings.socket_fd) as connection:
        try:
            wire.send(connection, {"speech": _fault(engine)})
            while True:
                head, body = wire.receive(connection)
                _allow_cpu(settings.cpu_s)
                answer, sound = _answer(head, body, engine)
                del body
                wire.send(connection, answer, sound)
        except wire.Disconnected:
            return


def _fault(engine: Callable[[], SpeechEngine]) -> str | None:
    """Make the speech engine; tell why that is not possible. Files are decoded all the same."""
    try:
        engine()
    except EngineError as error:
        return str(error)[:_MOST_TEXT]
    return None


def _answer(
    head: wire.Head, body: bytes, engine: Callable[[], SpeechEngine]
) -> tuple[wire.Head, memoryview | bytes]:
    try:
        spoken: Spoken = JOBS[head["kind"]].read(head, body).carry_out(engine)
    except EngineError as error:
        return {"refused": str(error)[:_MOST_TEXT]}, b""
    except MemoryError:
        return {"refused": "it takes more memory than it may"}, b""
    except Exception:  # The next job may be a better one; the bridge logs this.
        return {"failed": traceback.format_exc()[-_MOST_TEXT:]}, b""
    pcm = np.ascontiguousarray(spoken.pcm, "<i2")
    return {"note": spoken.note}, pcm.view(np.uint8).data


def _confine(settings: ChildSettings) -> None:
    # A core would be some hundred megabytes for each file that somebody made to crash us.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (settings.memory_bytes, settings.memory_bytes))


def _allow_cpu(seconds: int) -> None:
    """Give this process so much more CPU time; the kernel ends it when that is used up."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = usage.ru_utime + usage.ru_stime
    resource.setrlimit(resource.RLIMIT_CPU, (int(used) + 1 + seconds, resource.RLIM_INFINITY))
