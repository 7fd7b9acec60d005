"""The front of the sound children: what the bridge's loop awaits."""

import asyncio
import logging
import queue
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from typing import Final, TypeAlias

from media_engine.decode import DecodeLimits
from media_engine.errors import EngineFull, NotRunning
from media_engine.pcm import Pcm
from media_engine.sound_worker.child_process import (
    ChildFailed,
    ChildLimits,
    ChildLost,
    ChildProcess,
)
from media_engine.sound_worker.jobs import Decode, Job, Speak
from media_engine.speech import Spoken

logger = logging.getLogger(__name__)

ESPEAK: Final = "media_engine.speech.EspeakSpeech"

_Waiting: TypeAlias = tuple[Job, "Future[Spoken]"]


class SoundWorker:
    """Some children, started in advance, with a thread each that speaks to them.

    The threads wait in the kernel nearly always: the loop does not feel them. Jobs go to whichever
    child is free, in order. The queue is bounded: a job more is refused, at once.
    """

    def __init__(
        self,
        *,
        children: int = 2,
        waiting: int = 64,
        speech: str = ESPEAK,
        limits: ChildLimits | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Two children: one long file does not hold up what all others are to hear.

        `waiting`: jobs that may wait for a child. `speech`: dotted path of the SpeechEngine.
        `environment`: variables for the children, who get next to nothing of this process's own.
        """
        self._queue: queue.Queue[_Waiting | None] = queue.Queue()
        self._most_waiting = waiting
        self._children = [
            ChildProcess(speech, limits or ChildLimits(), environment) for _ in range(children)
        ]
        self._threads = [
            threading.Thread(target=self._serve, args=(child,), name="sound worker", daemon=True)
            for child in self._children
        ]
        self._running = False
        self.refused_jobs = 0
        self.lost_children = 0

    @property
    def waiting_jobs(self) -> int:
        """How many wait for a child."""
        return self._queue.qsize()

    @property
    def child_pids(self) -> list[int]:
        """The processes that run."""
        return [child.pid for child in self._children if child.pid]

    def start(self) -> None:
        """Start the threads, which start the children; returns at once."""
        self._running = True
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End all children and wait for that; who still waits for a result gets NotRunning."""
        if not self._running:
            return
        self._running = False
        for _ in self._threads:
            self._queue.put(None)
        for child in self._children:
            child.kill()
        for thread in self._threads:
            thread.join()

    async def decode(self, content: bytes, rate_hz: int, limits: DecodeLimits | None = None) -> Pcm:
        """decode_sound() in a child; the sound is read-only.

        Raises UndecodableSound, also for a file of which the child died or took too long;
        EngineFull when too many wait already; NotRunning.
        """
        decoded = await self._do(Decode(content, rate_hz, limits or DecodeLimits()))
        return decoded.pcm

    async def speak(
        self, text: str, *, voice: str | None, language: str | None, rate_hz: int
    ) -> Spoken:
        """SpeechEngine.speak() in a child; the sound is read-only.

        Raises SpeechError, also for a text of which the child died or took too long; EngineFull
        when too many wait already; NotRunning.
        """
        return await self._do(Speak(text, voice, language, rate_hz))

    async def _do(self, job: Job) -> Spoken:
        if not self._running:
            raise NotRunning("the sound worker is not running")
        if self._queue.qsize() >= self._most_waiting:
            self.refused_jobs += 1
            raise EngineFull(f"{self._most_waiting} sounds are waiting to be made already")
        future: Future[Spoken] = Future()
        self._queue.put((job, future))
        # Whoever stops waiting takes the job out of the queue, if it has not begun.
        return await asyncio.wrap_future(future)

    def _serve(self, child: ChildProcess) -> None:
        self._start(child)
        while (waiting := self._queue.get()) is not None:
            job, future = waiting
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(self._ask(child, job))
            except Exception as error:
                future.set_exception(error)
            if self._running:
                self._start(child)  # Before the next job needs it, if this one ended it.
        child.close()

    def _ask(self, child: ChildProcess, job: Job) -> Spoken:
        if not self._running:
            raise NotRunning("the sound worker was stopped")
        try:
            return child.ask(job)
        except ChildLost as error:
            if not self._running:
                raise NotRunning("the sound worker was stopped") from error
            self.lost_children += 1
            logger.warning("a sound child was lost while it did %s: %s", job.kind, error)
            raise job.error(f"it could not be worked on: {error}") from error
        except ChildFailed as error:
            logger.error("a sound child failed at %s: %s", job.kind, error)
            raise job.error("it could not be worked on") from error

    def _start(self, child: ChildProcess) -> None:
        """Start a child that does not run; if it can not be started, each job tries again."""
        try:
            child.start()
        except ChildLost as error:
            logger.error("a sound child does not start: %s", error)
