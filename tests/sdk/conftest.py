"""A server for these tests, and Twilio's library aimed at it."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.end_to_end.conftest import (  # noqa: F401 # fixtures, and what shows a server's log
    hold_music,
    music_directory,
    pytest_runtest_makereport,
    server,
    web,
)
from tests.end_to_end.server import Server
from tests.sdk.library import library


@pytest.fixture
def twilio(server: Server) -> Iterator[Any]:  # noqa: F811
    """The library, with the credentials of the server's account."""
    with library(server) as client:
        yield client
