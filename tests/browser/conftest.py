"""The server of the end-to-end tests, and what a browser says."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.chromium import pulses, write_microphone
from tests.browser.control_room import OPERATORS_PASSWORD
from tests.end_to_end import server as servers
from tests.end_to_end.conftest import (  # noqa: F401 # fixtures
    data_directory,
    hold_music,
    music_directory,
    server,
    web,
)
from tests.end_to_end.server import Server
from tests.end_to_end.web_server import WebServer

BROWSERS_HZ = 1000

expect.set_options(timeout=30_000)  # a guard, as all waiting here


@pytest.fixture(scope="session")
def microphone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound file with pulses of BROWSERS_HZ."""
    path = tmp_path_factory.mktemp("microphone") / "tone.wav"
    return write_microphone(path, pulses(BROWSERS_HZ))


@pytest.fixture(scope="session")
def staffed(
    tmp_path_factory: pytest.TempPathFactory,
    web: WebServer,  # noqa: F811 # the fixture
    music_directory: Path,  # noqa: F811
) -> Iterator[Server]:
    """A server whose operator has a known password."""
    directory = data_directory(tmp_path_factory, music_directory)
    with servers.running(directory, web, CONFAB_ADMIN_PASSWORD=OPERATORS_PASSWORD) as server:  # noqa: F811
        yield server
    assert "Traceback" not in server.log, server.log
