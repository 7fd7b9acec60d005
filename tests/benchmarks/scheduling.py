"""How the kernel chooses between the threads of a process (sched(7))."""

import os
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Final

_RESET_ON_FORK: Final = 0x40000000
_POLICIES: Final = {
    os.SCHED_OTHER: "SCHED_OTHER",
    os.SCHED_FIFO: "SCHED_FIFO",
    os.SCHED_RR: "SCHED_RR",
    os.SCHED_BATCH: "SCHED_BATCH",
    os.SCHED_IDLE: "SCHED_IDLE",
}


def told_scheduling(pid: int) -> str:
    """Say it of the first thread, which is the one that ticks, and of all others."""
    others: Counter[str] = Counter()
    for task in Path(f"/proc/{pid}/task").iterdir():
        if int(task.name) != pid:
            with suppress(ProcessLookupError):  # it has ended meanwhile
                others[_told(int(task.name))] += 1
    beside = ", ".join(f"{number} {how}" for how, number in others.most_common())
    return f"the thread that ticks {_told(pid)}; others: {beside or 'none'}"


def _told(thread: int) -> str:
    policy = os.sched_getscheduler(thread) & ~_RESET_ON_FORK
    name = _POLICIES.get(policy, f"policy {policy}")
    if policy in (os.SCHED_FIFO, os.SCHED_RR):
        return f"{name} (real time), priority {os.sched_getparam(thread).sched_priority}"
    return f"{name}, niceness {os.getpriority(os.PRIO_PROCESS, thread)}"
