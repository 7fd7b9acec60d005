"""The bridge's end of one sound child: starts it, asks it, replaces it."""

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

import numpy as np

from media_engine.child_environment import child_environment
from media_engine.errors import EngineError
from media_engine.sound_worker import wire
from media_engine.sound_worker.child import ChildSettings
from media_engine.sound_worker.jobs import Job
from media_engine.speech import Spoken

logger = logging.getLogger(__name__)

_START_S: Final = 60.0

_BYTES_PER_SAMPLE: Final = 2


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """What one child may take: address space in all; CPU time and time on the clock for each job;
    and how far it stands back for the process that ticks.
    """

    memory_bytes: int = 768 << 20
    cpu_s: int = 20
    wall_s: float = 60.0
    niceness: int = 10


class ChildLost(EngineError):
    """The child ended, or had to be ended; the text says how."""


class ChildFailed(EngineError):
    """The child met with something that nobody foresaw; the text is its trace."""


class ChildProcess:
    """One child and the socket to it. For one thread; only kill() may come from another."""

    def __init__(
        self, speech: str, limits: ChildLimits, environment: Mapping[str, str] | None = None
    ) -> None:
        """Nothing is started yet. `speech`: dotted path of its engine, `environment`: what that
        needs.
        """
        self._speech = speech
        self._limits = limits
        self._environment = dict(environment or {})
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: socket.socket | None = None

    @property
    def pid(self) -> int | None:
        """Its process, if it runs."""
        process = self._process
        return process.pid if process else None

    def start(self) -> None:
        """Start it and wait until it is ready; no effect when it runs. Raises ChildLost."""
        if self._process is not None:
            return
        ours, theirs = socket.socketpair()
        with theirs:
            self._connection = ours
            try:
                self._process = self._spawn(theirs.fileno())
            except OSError as error:
                self.close()
                raise ChildLost(f"it could not be started: {error}") from error
        ready, _ = self._exchange(None, _START_S)
        if fault := ready.get("speech"):
            logger.error("nothing can be spoken: %s", fault)

    def ask(self, job: Job) -> Spoken:
        """Have a job done.

        Raises what the job raises; ChildFailed for a fault of ours; ChildLost if the child did not
        survive it: the next job gets a new one.
        """
        if self._process is not None and self._process.poll() is not None:
            self.close()  # It ended while nobody asked it, and not of this job.
        self.start()
        head, body = self._exchange(job, self._limits.wall_s)
        if refused := head.get("refused"):
            raise job.error(str(refused))
        if failed := head.get("failed"):
            raise ChildFailed(str(failed))
        if len(body) % _BYTES_PER_SAMPLE or len(body) > job.most_samples * _BYTES_PER_SAMPLE:
            self.close()
            raise ChildLost(f"it answered with {len(body)} bytes")
        note = head.get("note")
        return Spoken(np.frombuffer(body, "<i2"), str(note) if note else None)

    def kill(self) -> None:
        """End it at once, whatever it does; ask() then raises ChildLost."""
        process = self._process
        if process is not None:
            process.kill()

    def close(self) -> None:
        """End it, and wait until it is gone."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()

    def _exchange(self, job: Job | None, seconds: float) -> tuple[wire.Head, bytes]:
        """Send a job and wait for the answer; without one, wait for the child to be ready."""
        connection, process = self._connection, self._process
        if connection is None or process is None:
            raise ChildLost("it was ended")
        deadline = threading.Timer(seconds, process.kill)
        deadline.daemon = True
        deadline.start()
        try:
            if job is not None:
                wire.send(connection, job.head(), job.body)
            return wire.receive(connection)
        except wire.Disconnected as error:
            status = process.wait()
            self.close()
            raise ChildLost(_how_it_ended(status)) from error
        finally:
            deadline.cancel()

    def _spawn(self, socket_fd: int) -> "subprocess.Popen[bytes]":
        limits = self._limits
        settings = ChildSettings(
            socket_fd=socket_fd,
            speech=self._speech,
            memory_bytes=limits.memory_bytes,
            cpu_s=limits.cpu_s,
        )
        # Without preexec_fn Python uses vfork(): the address space is not copied, the tick goes on.
        process = subprocess.Popen(
            [sys.executable, "-m", "media_engine.sound_worker", json.dumps(asdict(settings))],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,  # Decoders write of every broken frame.
            close_fds=True,
            pass_fds=(socket_fd,),
            env=child_environment() | self._environment,
            # Ctrl-C in a terminal is for the bridge, which then ends it. Not a session of its own:
            # Linux shares a processor out among sessions first (autogroup), whatever the niceness.
            process_group=0,
        )
        # Not by the child itself: its imports alone are a quarter of a second of CPU.
        os.setpriority(os.PRIO_PROCESS, process.pid, limits.niceness)
        return process


def _how_it_ended(status: int) -> str:
    if status >= 0:
        return f"it ended with status {status}"
    if -status == signal.SIGXCPU:
        return "it took too much computing time"
    if -status == signal.SIGKILL:
        return "it took too long"
    return f"it crashed ({signal.Signals(-status).name})"
