"""Child processes on one core each, none of which outlives us."""

import ctypes
import os
import signal
import subprocess
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


def start_pinned(command: list[str], core: int, **how: Any) -> "subprocess.Popen[str]":
    """Start a process all of whose threads stay on `core`; `how` is what Popen takes."""

    def settle() -> None:
        os.sched_setaffinity(0, {core})
        # Even if we are killed without a chance to clear up.
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)

    return subprocess.Popen(command, preexec_fn=settle, text=True, **how)


def finish(process: "subprocess.Popen[str]") -> None:
    """Ask a process to stop, make it stop when it does not, and wait for it."""
    process.terminate()
    try:
        process.wait(STOP_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
