"""The product as it is run: `bootstrap`, then a server process of its own.

Most of `bootstrap` is the migrations, the same for all, so it is done once and servers are run on
copies of what it made.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from shutil import copytree
from typing import Any, Final, NamedTuple, Protocol
from urllib.error import URLError
from urllib.request import urlopen

import aiohttp
import numpy as np
import soundfile

from conference_app import sids
from conference_app.headless_caller import HeadlessCaller
from media_engine.pcm import Pcm
from tests.end_to_end.books import Books, Row, database_copy, fresh_database
from tests.end_to_end.waiting import eventually
from tests.end_to_end.web_server import WebServer

ROOT: Final = Path(__file__).resolve().parents[2]
UVICORN: Final = ("-m", "project.serve")

MIX_RATE_HZ: Final = 16_000

OPERATORS_NAME: Final = "admin"
OPERATORS_PASSWORD: Final = "a password of these tests"

PATIENCE_S: Final = 60.0
"""A guard against hanging, not a measure: the machine may be busy with other things."""


@dataclass(frozen=True)
class Account:
    """Somebody who may call and ask."""

    sid: str = field(default_factory=lambda: sids.new("AC"))
    auth_token: str = field(default_factory=lambda: os.urandom(16).hex())

    @property
    def credentials(self) -> tuple[str, str]:
        return self.sid, self.auth_token


class Recorded(NamedTuple):
    """A finished recording: its length in seconds as its row tells it, and its sound at 16 kHz,
    `(samples,)` or `(samples, channels)`.
    """

    seconds: float
    sound: Pcm


@dataclass(frozen=True)
class Installation:
    """What `bootstrap` has made, for servers that are copies of it. Nothing runs on it.

    `database_url`: "" for the SQLite file of the directory.
    """

    directory: Path
    database_url: str
    account: Account

    def environment(self, account: Account | None = None) -> dict[str, str]:
        """The variables of the product's processes; nothing that is set on this machine decides.

        `account`: the one that `bootstrap` is to make sure of.
        """
        account = account or self.account
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("CONFAB_") and name not in ("DATABASE_URL", "REDIS_URL")
        }
        return inherited | {
            "CONFAB_DATA_DIR": str(self.directory),
            "CONFAB_ACCOUNT_SID": account.sid,
            "CONFAB_AUTH_TOKEN": account.auth_token,
            "CONFAB_ADMIN_PASSWORD": OPERATORS_PASSWORD,
            "CONFAB_ALLOWED_NETWORKS": "127.0.0.0/8",
            # Callers and other servers are on the same cores: none of them is to stand back.
            "CONFAB_REAL_TIME": "0",
            "OPENBLAS_NUM_THREADS": "1",
            "DATABASE_URL": self.database_url,
        }

    @contextmanager
    def copy(self, directory: Path) -> Iterator["Installation"]:
        """Give one in a directory that is made here, with a database of its own."""
        copytree(self.directory, directory)
        with database_copy(self.database_url) as database_url:
            yield Installation(directory, database_url, self.account)


class Server:
    """One installation: its data, its log, and (while it is up) its process."""

    def __init__(
        self,
        installation: Installation,
        web: WebServer,
        command: Sequence[str],
        settings: Mapping[str, str],
    ) -> None:
        self.account = installation.account
        self.web = web
        self.port = free_port()
        self.books = Books(installation.database_url, installation.directory)
        self.log_file = installation.directory.with_suffix(".log")
        self.data_directory = installation.directory
        self._installation = installation
        self._command = command
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def http(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The process, while it is up."""
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        """All that the server has said so far."""
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    def bootstrap(self, account: Account) -> None:
        """Make one more account, with what it is given to begin with."""
        self.manage("bootstrap", account=account)

    def manage(self, *command: str, account: Account | None = None) -> str:
        """Run a management command on the server's data; give what it says."""
        return _manage(command, self._environment(account))

    def start(self) -> None:
        """Start the process and wait until it answers."""
        command = [part.format(port=self.port) for part in self._command]
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env=self._environment(),
                stdout=log,
                stderr=log,
            )
        give_up_at = time.monotonic() + PATIENCE_S
        while not self._answers():
            assert self._process.poll() is None, f"the server did not start:\n{self.log}"
            assert time.monotonic() < give_up_at, f"the server does not answer:\n{self.log}"
            time.sleep(0.1)

    def kill(self) -> None:
        """Let it die as by a power cut: no handler runs."""
        self._end_with(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end, as an operator does; nothing when it is down."""
        self._end_with(signal.SIGTERM)

    def caller(self, to: str, **options: Any) -> HeadlessCaller:
        """Prepare a call with the account's credentials, unless `auth` or `token` is given."""
        if "token" not in options:
            options.setdefault("auth", self.account.credentials)
        return HeadlessCaller(f"ws://127.0.0.1:{self.port}/media", to=to, **options)

    async def application(self, verbs: str, account: Account | None = None) -> str:
        """Make an application whose TwiML comes from the user's web server; give its SID."""
        return await self.application_at(self.web.put_twiml(verbs), account)

    async def application_at(self, voice_url: str, account: Account | None = None) -> str:
        """Make an application over REST; give its SID."""
        status, answer = await self.rest("POST", "Applications", account, VoiceUrl=voice_url)
        assert status == HTTPStatus.CREATED, answer
        return str(answer["sid"])

    async def rest(
        self, method: str, path: str, account: Account | None = None, **form: str
    ) -> tuple[int, Any]:
        """Ask the REST API for a resource of the account; give the status and the JSON answer."""
        account = account or self.account
        url = f"{self.http}/2010-04-01/Accounts/{account.sid}/{path}.json"
        login = aiohttp.encode_basic_auth(*account.credentials)
        query, body = (form, None) if method == "GET" else (None, form or None)
        headers = {"Authorization": login}
        async with aiohttp.request(
            method, url, params=query, data=body, headers=headers
        ) as response:
            empty = response.status == HTTPStatus.NO_CONTENT
            return response.status, None if empty else await response.json()

    async def people_in(self, conference_sid: str) -> list[str]:
        """Give the call SIDs of those who are in a meeting, as REST tells it."""
        _, page = await self.rest("GET", f"Conferences/{conference_sid}/Participants")
        return [participant["call_sid"] for participant in page["participants"]]

    async def conference_of(self, caller: HeadlessCaller) -> str:
        """Give the SID of the first meeting that a caller is or was in, once it is written down."""

        async def ask() -> list[str]:
            return self.books.conferences_of(caller.stream_sid)

        return (await eventually(ask))[0]

    async def end_of(self, conference_sid: str) -> Row:
        """Give the row of a meeting, once it is over."""

        async def ask() -> Row | None:
            row = self.books.conference(conference_sid)
            return row if row["status"] == "completed" else None

        return await eventually(ask)

    async def recording_of(self, conference_sid: str) -> Recorded:
        """Give the recording of a meeting, once it is finished."""

        return await self._finished(lambda: self.books.recordings(conference_sid))

    async def recording_of_call(self, caller: HeadlessCaller) -> Recorded:
        """Give the recording of a call's one Dial, once it is finished."""
        return await self._finished(lambda: self.books.recordings_of_call(caller.stream_sid))

    async def _finished(self, rows_now: Callable[[], list[Row]]) -> Recorded:
        async def ask() -> list[Row]:
            return [row for row in rows_now() if row["status"] == "completed"]

        (row,) = await eventually(ask)
        return Recorded(row["duration_ms"] / 1000, self.sound_of(row))

    def sound_of(self, recording: Row) -> Pcm:
        """Read the file of a finished recording."""
        path = self.data_directory / "media" / recording["file"]
        sound, rate_hz = soundfile.read(path, dtype="int16")
        assert rate_hz == MIX_RATE_HZ
        return np.asarray(sound, dtype=np.int16)

    def _environment(self, account: Account | None = None) -> dict[str, str]:
        own = {"PORT": str(self.port), **self._settings}
        return self._installation.environment(account) | own

    def _answers(self) -> bool:
        try:
            with urlopen(self.http, timeout=5) as answer:
                return bool(answer.status == HTTPStatus.OK)
        except (URLError, OSError):
            return False

    def _end_with(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise


class RunServer(Protocol):
    """Runs a server while the context is open; `settings` are variables."""

    def __call__(
        self, command: Sequence[str] = UVICORN, **settings: str
    ) -> AbstractContextManager[Server]: ...


up: list[Server] = []
"""The servers whose logs a failing test shows."""


@contextmanager
def installed(directory: Path) -> Iterator[Installation]:
    """Bootstrap, as `make run` does first, on a database made for it; there may be hold music."""
    with fresh_database() as database_url:
        installation = Installation(directory, database_url, Account())
        _manage(["bootstrap"], installation.environment())
        yield installation


@contextmanager
def running(
    installation: Installation, web: WebServer, command: Sequence[str] = UVICORN, **settings: str
) -> Iterator[Server]:
    """Run a server on what is installed; `settings` are variables."""
    server = Server(installation, web, command, settings)
    up.append(server)
    with ExitStack() as undo:
        undo.callback(up.remove, server)
        undo.callback(server.stop)
        server.start()
        yield server


def _manage(command: Sequence[str], environment: Mapping[str, str]) -> str:
    """Run a management command; give what it says."""
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=False,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def free_port() -> int:
    """Give a port that nobody listens at now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
