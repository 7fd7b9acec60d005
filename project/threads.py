"""Threads beside the one that ticks, and how the kernel is to choose between them (Linux only)."""

import ctypes
import os
import platform
import struct
import sys
import threading
from contextlib import suppress
from types import FrameType
from typing import Any, Final

MORE_NICENESS: Final = 4
"""Two fifths of the weight of the thread that ticks. Not less: one that is kept from the processor
may be the one that has the interpreter, and then the tick waits for it.
"""

SLICE_NS: Final = 100_000
"""Who asks for less at a time gets it sooner (Linux 6.12 and later)."""

_SYSCALLS: Final = {"x86_64": 314, "aarch64": 274}
_ATTRIBUTES: Final = struct.Struct("=IIQiIQQQ")
"""struct sched_attr: size, policy, flags, nice, priority, runtime, deadline, period."""

_RESET_ON_FORK: Final = 1


def take_precedence(*, real_time: bool) -> None:
    """Have the calling thread, which is to tick, get the processor before those that are started
    from now on.

    A tick is short and must be soon; all else is long and may be later. So the calling thread runs
    in real time, if that is wanted and we may (root, CAP_SYS_NICE, RLIMIT_RTPRIO), or else asks for
    short slices of time. The others are batch work of somewhat less weight, which does not
    interrupt anybody. Nobody else can say so for them all: pools of Django and asyncio start
    threads of their own.
    """
    if sys.platform != "linux":
        return
    own = os.getpriority(os.PRIO_PROCESS, 0)
    if not (real_time and _run_in_real_time()):
        _schedule(os.SCHED_OTHER, own, SLICE_NS)
    niceness = own + MORE_NICENESS

    def stand_back(frame: FrameType, event: str, argument: Any) -> None:
        """Is called with the first thing that a thread does, and not again."""
        sys.setprofile(None)
        _schedule(os.SCHED_BATCH, niceness, 0)

    threading.setprofile(stand_back)


def _run_in_real_time() -> bool:
    """Have the calling thread, not its children, run whenever it can; False: we may not.

    The kernel leaves a twentieth of a core to all else, whatever we do.
    """
    try:
        os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(1))
    except PermissionError:
        return False
    return True


def _schedule(policy: int, niceness: int, slice_ns: int) -> None:
    """Say how the calling thread is to be scheduled (sched_setattr(2)); 0: slices as usual.

    Where that can not be said, the niceness counts alone, and where we may not have that one, the
    present one. Children are not affected.
    """
    number = _SYSCALLS.get(platform.machine())
    size = _ATTRIBUTES.size
    attributes = _ATTRIBUTES.pack(size, policy, _RESET_ON_FORK, niceness, 0, slice_ns, 0, 0)
    if number is None or _syscall(number, 0, attributes, 0) != 0:
        with suppress(PermissionError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), niceness)


_syscall: Final = ctypes.CDLL(None).syscall
