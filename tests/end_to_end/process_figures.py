"""What a server process takes up, as /proc tells it (Linux)."""

import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one moment."""

    resident_mib: float
    threads: int
    descriptors: int
    cpu_s: float

    @classmethod
    def of(cls, pid: int) -> Self:
        status = Path(f"/proc/{pid}/status").read_text()
        return cls(
            resident_mib=_number("VmRSS", status) / 1024,
            threads=_number("Threads", status),
            descriptors=len(list(Path(f"/proc/{pid}/fd").iterdir())),
            cpu_s=_cpu_s(pid),
        )


def open_files(pid: int) -> list[str]:
    """What its descriptors are of: paths, or names as `socket:[1234]`."""
    files = []
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            files.append(str(descriptor.readlink()))
    return files


def most_resident_mib(pid: int) -> float:
    """The most that there ever was, since the last forget_most()."""
    return _number("VmHWM", Path(f"/proc/{pid}/status").read_text()) / 1024


def forget_most(pid: int) -> None:
    """Let most_resident_mib() begin anew (proc_pid_clear_refs(5))."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def _number(name: str, status: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+)", status, re.MULTILINE)
    assert found is not None, status
    return int(found[1])


def _cpu_s(pid: int) -> float:
    # Nanoseconds on the processor come first; the thread that ticks is the first one.
    return int(Path(f"/proc/{pid}/task/{pid}/schedstat").read_text().split()[0]) / 1e9
