"""The server under measurement: the real process, with a database and a directory of its own."""

import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.benchmarks.health import read_health
from tests.benchmarks.pinned import finish, start_pinned

ROOT: Final = Path(__file__).resolve().parents[2]

READY_WITHIN_S: Final = 60.0
"""A first start renders the hold music."""

_OURS: Final = ("CONFAB_", "DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")


class ServerFailed(Exception):
    """It did not start, or not well; the text ends with what it logged last."""


class Server:
    """A server on `core`, to be started again and again, with what it keeps in `directory`."""

    def __init__(self, directory: Path, core: int) -> None:
        self.port = free_port()
        self.account_sid = "AC" + secrets.token_hex(16)
        self.auth_token = secrets.token_hex(16)
        self._core = core
        self._log = directory / "server.log"
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
        self._environment = kept | {
            "PORT": str(self.port),
            "CONFAB_DATA_DIR": str(directory),
            "CONFAB_ACCOUNT_SID": self.account_sid,
            "CONFAB_AUTH_TOKEN": self.auth_token,
            "CONFAB_MAX_PARTICIPANTS": "1000",
            "CONFAB_ALLOWED_NETWORKS": "127.0.0.0/8",
        }

    def prepare(self, rooms: Mapping[str, str]) -> None:
        """Make the database and the rooms: names to call, and their TwiML. Raises ServerFailed."""
        self._run([sys.executable, "manage.py", "bootstrap"], "")
        self._run([sys.executable, "-m", "tests.benchmarks.rooms"], json.dumps(rooms))

    @contextmanager
    def running(self) -> Iterator[int]:
        """Start it, give its process id when it is ready, and stop it. Raises ServerFailed."""
        with self._log.open("wb") as log:
            process = start_pinned(
                [sys.executable, "-m", "project.serve"],
                self._core,
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            self._wait_until_ready(process)
            yield process.pid
        finally:
            finish(process)

    def last_words(self) -> str:
        """Give the end of the log of the last start."""
        return "\n".join(self._logged()[-20:])

    def errors(self) -> list[str]:
        """Give the errors in the log of the last start."""
        return [line for line in self._logged() if " ERROR " in line or " CRITICAL " in line]

    def _logged(self) -> list[str]:
        return self._log.read_text(errors="replace").splitlines() if self._log.exists() else []

    def _wait_until_ready(self, process: "subprocess.Popen[str]") -> None:
        give_up_at = time.monotonic() + READY_WITHIN_S
        while read_health(self.port) is None:
            if process.poll() is not None:
                raise ServerFailed(f"the server ended by itself\n{self.last_words()}")
            if time.monotonic() > give_up_at:
                raise ServerFailed(f"no answer in {READY_WITHIN_S:.0f} s\n{self.last_words()}")
            time.sleep(0.1)

    def _run(self, command: list[str], text: str) -> None:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=self._environment,
            input=text,
            text=True,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise ServerFailed(f"{' '.join(command[1:])} failed\n{done.stderr[-2000:]}")


def free_port() -> int:
    """Give a port that nobody listens at now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
