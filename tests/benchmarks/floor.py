"""The floor under measurement: floor.c, compiled and run."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.benchmarks.job import Address
from tests.benchmarks.pinned import finish, start_pinned
from tests.benchmarks.server import ROOT, ServerFailed, free_port, listens

SOURCE: Final = ROOT / "tests" / "benchmarks" / "floor.c"
_READY_WITHIN_S: Final = 10.0


def compiler() -> str:
    """Give what the compiler says of itself."""
    done = subprocess.run(["gcc", "--version"], text=True, capture_output=True, check=False)
    return done.stdout.partition("\n")[0]


class Floor:
    """floor.c on `core`, compiled into `directory`. Raises ServerFailed when it can not be."""

    name = "floor.c"

    def __init__(self, directory: Path, core: int) -> None:
        self._core = core
        self._program = directory / "floor"
        if shutil.which("gcc") is None:
            raise ServerFailed("gcc is needed for the floor: apt-get install gcc libssl-dev")
        command = [
            "gcc",
            "-O3",
            "-march=native",
            "-o",
            str(self._program),
            str(SOURCE),
            "-lcrypto",
        ]
        done = subprocess.run(command, text=True, capture_output=True, check=False)
        if done.returncode:
            raise ServerFailed(
                "floor.c could not be compiled (apt-get install gcc libssl-dev):\n"
                + done.stderr[-2000:]
            )
        self.address = Address(port=free_port(), says_health=False)

    @contextmanager
    def running(self) -> Iterator[int]:
        """Start it, give its process id when it is ready, and stop it. Raises ServerFailed."""
        process = start_pinned(
            [str(self._program), str(self.address.port)], self._core, stdin=subprocess.DEVNULL
        )
        try:
            give_up_at = time.monotonic() + _READY_WITHIN_S
            while not listens(self.address.port):
                if process.poll() is not None or time.monotonic() > give_up_at:
                    raise ServerFailed("floor.c does not listen")
                time.sleep(0.05)
            yield process.pid
        finally:
            finish(process)

    def last_words(self) -> str:
        """It never says a word."""
        return ""

    def errors(self) -> list[str]:
        """Likewise."""
        return []
