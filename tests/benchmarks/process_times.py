"""What processes, and the machine, have spent: read from /proc (Linux), in seconds of one core."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_TICKS_PER_SECOND: Final = os.sysconf("SC_CLK_TCK")

_IDLE_AND_IOWAIT: Final = slice(3, 5)
_UP_TO_STEAL: Final = slice(0, 8)


@dataclass(frozen=True, slots=True)
class Spent:
    """Up to one moment: this machine's cores together, the server, ourselves."""

    machine: float
    server: float
    own: float


def read_spent(server_pid: int) -> Spent:
    """Read all three now."""
    return Spent(_machine(), process_seconds(server_pid), process_seconds(os.getpid()))


def process_seconds(pid: int) -> float:
    """Give user and system time of all threads of a process (proc_pid_stat(5))."""
    # The name, in parentheses, may hold anything; fields are counted from behind it.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    user, system = int(fields[11]), int(fields[12])
    return (user + system) / _TICKS_PER_SECOND


def _machine() -> float:
    with Path("/proc/stat").open() as lines:
        counts = [int(field) for field in lines.readline().split()[1:]][_UP_TO_STEAL]
    return (sum(counts) - sum(counts[_IDLE_AND_IOWAIT])) / _TICKS_PER_SECOND
