"""Twilio's library, aimed at the server that all tests share."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.end_to_end.server import Server
from tests.sdk.library import library


@pytest.fixture
def twilio(server: Server) -> Iterator[Any]:
    """The library, with the credentials of the server's account."""
    with library(server) as client:
        yield client
