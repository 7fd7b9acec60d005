"""On what the figures were taken."""

import os
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Final

from conference_app.streams.socket_means import many_go_in_one_call

SERVER_PACKAGES: Final = ("numpy", "uvicorn", "uvloop", "websockets", "django", "channels")
SOUND_PACKAGES: Final = ("numpy", "uvloop", "pesq", "webrtc-noise-gain", "espeakng-loader")


def describe(packages: Sequence[str] = SERVER_PACKAGES) -> dict[str, str]:
    """Name processor, cores, kernel, Python and the packages that matter."""
    return {
        "CPU": f"{_cpu_model()}, {len(os.sched_getaffinity(0))} cores usable",
        "kernel": f"{platform.system()} {platform.release()} {platform.machine()}",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "sockets": _sockets(),
        "packages": ", ".join(f"{package} {version(package)}" for package in packages),
    }


def _sockets() -> str:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    how = "many in one call (io_uring)" if many_go_in_one_call() else "one by one"
    return f"read and written {how}"


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.processor() or "unknown"
