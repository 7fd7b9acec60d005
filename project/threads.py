"""Threads beside the one that ticks."""

import os
import sys
import threading
from types import FrameType
from typing import Any, Final

MORE_NICENESS: Final = 10


def let_new_threads_stand_back() -> None:
    """Have each thread that is started from now on get the processor after the thread that calls
    this.

    On a machine with few cores a tick waits for every thread that computes, some milliseconds for
    each. Nobody else can do this for them all: pools of Django and asyncio start threads of their
    own. Only Linux knows priorities of threads.
    """
    if sys.platform != "linux":
        return
    niceness = os.getpriority(os.PRIO_PROCESS, 0) + MORE_NICENESS

    def stand_back(frame: FrameType, event: str, argument: Any) -> None:
        """Is called with the first thing that a thread does, and not again."""
        sys.setprofile(None)
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), niceness)

    threading.setprofile(stand_back)
