"""Who gets the processor first, where figures are of a server and not of a busy machine."""

import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import IO, Final

SERVER_NICENESS: Final = -10
CALLERS_NICENESS: Final = -15
"""They must not be what is late."""


_LOOKS_AGAIN_AFTER_S: Final = 0.05


@contextmanager
def alone() -> Iterator[None]:
    """Wait until no other test has precedence on this machine: two of them would have none."""
    with (Path(tempfile.gettempdir()) / "confab-tests-precedence").open("w") as file:
        flock(file, LOCK_EX)
        yield


@contextmanager
def one_of(count: int) -> Iterator[None]:
    """Wait until fewer than `count` others on this machine do the same."""
    with ExitStack() as undo:
        files = [
            undo.enter_context(Path(tempfile.gettempdir(), f"confab-tests-{number}").open("w"))
            for number in range(count)
        ]
        while not any(map(_locked, files)):
            time.sleep(_LOOKS_AGAIN_AFTER_S)
        yield


def _locked(file: IO[str]) -> bool:
    try:
        flock(file, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        return False
    return True


def stand_back() -> None:
    """Have the calling thread get the processor after all others, for good (Linux): what it does to
    a server is then not that it is on the same core.
    """
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 19)


@contextmanager
def like_us(niceness: int, core: int | None = None) -> Iterator[None]:
    """Run with this precedence, where we may, and on this core, as do processes that are started
    meanwhile.
    """
    cores, before = os.sched_getaffinity(0), os.getpriority(os.PRIO_PROCESS, 0)
    os.sched_setaffinity(0, cores if core is None else {core})
    with suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, niceness)
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)
        os.setpriority(os.PRIO_PROCESS, 0, before)
