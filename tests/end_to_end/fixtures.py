"""Real server processes, for whichever test asks; their logs are shown where a test fails."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import copytree

import pytest

from media_engine.music import load_music, medley
from tests.end_to_end import server as servers
from tests.end_to_end import web_server
from tests.end_to_end.server import Installation, RunServer, Server
from tests.end_to_end.sound import RATE_HZ, Signal
from tests.end_to_end.web_server import WebServer

_SHOWN_CHARACTERS = 8000


@pytest.fixture(scope="session")
def music_directory(request: pytest.FixtureRequest) -> Path:
    """Hold music, rendered once for all servers, and kept: rendering takes longer than most tests.

    A file's name tells its score and its synthesiser, so what is kept is never out of date.
    """
    assert request.config.cache is not None
    directory = request.config.cache.mkdir("confab-music")
    load_music(directory, "classical", RATE_HZ)
    return directory


@pytest.fixture(scope="session")
def hold_music(music_directory: Path) -> Signal:
    """What who waits is to hear, from its beginning, at 16 kHz."""
    return medley(load_music(music_directory, "classical", RATE_HZ), RATE_HZ).astype(float)


@pytest.fixture(scope="session")
def web() -> Iterator[WebServer]:
    """The user's web server."""
    with web_server.serving() as web:
        yield web


@pytest.fixture(scope="session")
def installation(
    tmp_path_factory: pytest.TempPathFactory, music_directory: Path
) -> Iterator[Installation]:
    """What all servers are copies of."""
    directory = tmp_path_factory.mktemp("installation") / "data"
    copytree(music_directory, directory / "music")
    with servers.installed(directory) as installation:
        yield installation


@pytest.fixture(scope="session")
def a_server(
    tmp_path_factory: pytest.TempPathFactory, installation: Installation, web: WebServer
) -> RunServer:
    """Runs a server for whoever needs one of his own: `with a_server(CONFAB_…="…") as server`."""

    @contextmanager
    def run(command: Sequence[str] = servers.UVICORN, **settings: str) -> Iterator[Server]:
        directory = tmp_path_factory.mktemp("server") / "data"
        with (
            installation.copy(directory) as own,
            servers.running(own, web, command, **settings) as server,
        ):
            yield server

    return run


@pytest.fixture(scope="session")
def server(a_server: RunServer) -> Iterator[Server]:
    """The server that all tests share which leave it alive."""
    with a_server() as server:
        yield server
    assert "Traceback" not in server.log, server.log


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what the servers said, the end of it, where a test or its preparation fails."""
    report = yield
    if report.failed and item.get_closest_marker("end_to_end") is not None:
        for server in servers.up:
            log = server.log[-_SHOWN_CHARACTERS:]
            report.sections.append((f"log of the server on port {server.port}", log))
    return report
