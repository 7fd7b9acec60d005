"""The server under measurement: the real process, with a database and a directory of its own."""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Final

from tests.benchmarks.health import read_health
from tests.benchmarks.job import Address
from tests.benchmarks.pinned import finish, start_pinned
from tests.benchmarks.scheduling import told_scheduling

ROOT: Final = Path(__file__).resolve().parents[2]

READY_WITHIN_S: Final = 300.0
"""A first start renders the hold music."""

STOP_WITHIN_S: Final = 3.0

_OURS: Final = ("CONFAB_", "DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")
_COMPARED: Final = ("CONFAB_IO_URING",)
"""Of these what is set goes for the server too: figures are taken with and without."""


MAX_PARTICIPANTS: Final = 1100
"""CONFAB_MAX_PARTICIPANTS: the largest meeting has 1005."""


class ServerFailed(Exception):
    """It did not start, or not well; the text ends with what it logged last."""


class Server:
    """A server on `core` (None: any), to be started again and again, each time with the same data:
    what prepare() made. It keeps all in `directory`.
    """

    name = "Confab"

    def __init__(
        self,
        directory: Path,
        core: int | None,
        *,
        name: str = name,
        settings: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """`settings`: of the environment, besides what is needed here. `scheduling` tells how the
        threads of the last start were scheduled.
        """
        self.name = name
        self.address = Address(
            port=free_port(),
            account_sid="AC" + secrets.token_hex(16),
            auth_token=secrets.token_hex(16),
            admin_password=secrets.token_hex(16),
            control=str(directory / "data"),
        )
        self._core = core
        self._log = directory / "server.log"
        self._prepared, self._data = directory / "prepared", directory / "data"
        self._errors: list[str] = []
        self.scheduling = "not told"
        kept = {
            name: value
            for name, value in os.environ.items()
            if name in _COMPARED or not name.startswith(_OURS)
        }
        self._environment = kept | {
            "PORT": str(self.address.port),
            "CONFAB_DATA_DIR": str(self._data),
            "CONFAB_ACCOUNT_SID": self.address.account_sid,
            "CONFAB_AUTH_TOKEN": self.address.auth_token,
            "CONFAB_ADMIN_PASSWORD": self.address.admin_password,
            "CONFAB_MAX_PARTICIPANTS": str(MAX_PARTICIPANTS),
            "CONFAB_ALLOWED_NETWORKS": "127.0.0.0/8",
            **settings,
        }

    def prepare(self, rooms: Mapping[str, str]) -> None:
        """Make the database and the rooms: names to call, and their TwiML. Raises ServerFailed."""
        self._run([sys.executable, "manage.py", "bootstrap"], "")
        self._run([sys.executable, "-m", "tests.benchmarks.rooms"], json.dumps(rooms))
        self._data.rename(self._prepared)

    @contextmanager
    def running(self, unencoded_minutes: int = 0) -> Iterator[int]:
        """Start it, give its process id when it is ready, and stop it. Raises ServerFailed.

        `unencoded_minutes`: have a recording of this length of which it is to make an MP3.
        """
        shutil.rmtree(self._data, ignore_errors=True)
        shutil.copytree(self._prepared, self._data)
        if unencoded_minutes:
            minutes = str(unencoded_minutes)
            self._run([sys.executable, "-m", "tests.benchmarks.unencoded", minutes], "")
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
            self.scheduling = told_scheduling(process.pid)
            yield process.pid
        finally:
            # What it says of calls that it has to break off is of no interest, nor are its data.
            self._errors = self._logged_errors()
            finish(process, STOP_WITHIN_S)

    def last_words(self) -> str:
        """Give the end of the log of the last start."""
        return "\n".join(self._logged()[-20:])

    def errors(self) -> list[str]:
        """Give the errors that it logged until it was told to stop."""
        return self._errors

    def _logged_errors(self) -> list[str]:
        return [line for line in self._logged() if " ERROR " in line or " CRITICAL " in line]

    def _logged(self) -> list[str]:
        return self._log.read_text(errors="replace").splitlines() if self._log.exists() else []

    def _wait_until_ready(self, process: "subprocess.Popen[str]") -> None:
        give_up_at = time.monotonic() + READY_WITHIN_S
        while read_health(self.address.port) is None:
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


def listens(port: int) -> bool:
    """Tell whether somebody listens at a port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
