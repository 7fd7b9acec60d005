"""Child processes on one core each, none of which outlives us."""

import ctypes
import os
import resource
import signal
import subprocess
from contextlib import suppress
from typing import Any, Final

STOP_WITHIN_S: Final = 20.0

_PR_SET_PDEATHSIG: Final = 1
_libc: Final = ctypes.CDLL(None)


def choose_cores() -> tuple[int, int]:
    """Give a core for the server and one for the callers; the same one where there is no other.

    The first and the last: neighbours in number may be two threads of one core.
    """
    cores = sorted(os.sched_getaffinity(0))
    return cores[0], cores[-1]


def start_pinned(command: list[str], core: int | None, **how: Any) -> "subprocess.Popen[str]":
    """Start a process all of whose threads stay on `core`, or (None) are wherever there is room;
    `how` is what Popen takes.

    It may open as many files as we may allow it.
    """

    def settle() -> None:
        if core is not None:
            os.sched_setaffinity(0, {core})
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        # Even if we are killed without a chance to clear up.
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)

    return subprocess.Popen(command, preexec_fn=settle, start_new_session=True, text=True, **how)


def finish(process: "subprocess.Popen[str]", within_s: float = STOP_WITHIN_S) -> None:
    """Ask a process to stop, make it and its children stop when it does not, and wait for it."""
    process.terminate()
    try:
        process.wait(within_s)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
