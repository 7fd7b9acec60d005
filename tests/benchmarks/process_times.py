"""What processes, and the machine, have spent, and what they hold: read from /proc (Linux).

Times are in seconds of one core.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_TICKS_PER_SECOND: Final = os.sysconf("SC_CLK_TCK")

_IDLE_AND_IOWAIT: Final = slice(3, 5)


@dataclass(frozen=True, slots=True)
class Spent:
    """Up to one moment: the time in which this machine's cores had nothing to do, all together,
    and that of the server and ourselves.
    """

    idle: float
    server: float
    own: float


def read_spent(server_pid: int) -> Spent:
    """Read all three now."""
    return Spent(_idle(), process_seconds(server_pid), process_seconds(os.getpid()))


def elsewhere(before: Spent, after: Spent, lasted: float) -> float:
    """Give the time that anything else ran in `lasted` seconds, stolen time included.

    It is what is left of all cores' time. That they were busy is not read from /proc/stat: most
    kernels count it by looking a few hundred times a second at what runs, and who is woken by the
    same timer is seldom seen. Idle time is measured, and so is that of processes. What is below
    the clock's resolution is nothing.
    """
    all_cores = lasted * (os.cpu_count() or 1)
    ours = after.server - before.server + after.own - before.own
    return max(0.0, all_cores - (after.idle - before.idle) - ours)


def process_seconds(pid: int) -> float:
    """Give user and system time of all threads of a process (proc_pid_stat(5))."""
    return _seconds(Path(f"/proc/{pid}/stat"))


def side_seconds(pid: int) -> float:
    """Give that of all threads but the first."""
    return process_seconds(pid) - _seconds(Path(f"/proc/{pid}/task/{pid}/stat"))


def _seconds(stat: Path) -> float:
    # The name, in parentheses, may hold anything; fields are counted from behind it.
    fields = stat.read_text().rpartition(")")[2].split()
    user, system = int(fields[11]), int(fields[12])
    return (user + system) / _TICKS_PER_SECOND


def resident_bytes(pid: int) -> int:
    """Give how much memory a process holds (VmRSS, proc_pid_status(5))."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise ValueError(f"process {pid} has ended")


def _idle() -> float:
    with Path("/proc/stat").open() as lines:
        counts = [int(field) for field in lines.readline().split()[1:]]
    return sum(counts[_IDLE_AND_IOWAIT]) / _TICKS_PER_SECOND
