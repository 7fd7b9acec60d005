"""The server of the browser's tests, and what a browser says."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Page

from tests.browser import recordings
from tests.browser.chromium import browsers, pulses, write_microphone
from tests.browser.control_room import log_in
from tests.browser.recordings import WIDE, OpenPage, Recorded
from tests.end_to_end.server import RunServer, Server

BROWSERS_HZ = 1000


@pytest_asyncio.fixture(scope="session", loop_scope="session", autouse=True)
async def closed_at_last() -> AsyncIterator[None]:
    """No browser outlives the tests."""
    yield
    await browsers.close()


@pytest.fixture(scope="session")
def microphone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound file with pulses of BROWSERS_HZ."""
    path = tmp_path_factory.mktemp("microphone") / "tone.wav"
    return write_microphone(path, pulses(BROWSERS_HZ))


@pytest.fixture(scope="session")
def server(a_server: RunServer) -> Iterator[Server]:
    """A server with one account: who sits at the machine calls for the newest one there is."""
    with a_server() as server:
        yield server
    assert "Traceback" not in server.log, server.log


@pytest.fixture(scope="session")
def staffed(a_server: RunServer) -> Iterator[Server]:
    """A server for those who come as its operators; there may be more accounts."""
    with a_server() as server:
        yield server
    assert "Traceback" not in server.log, server.log


@pytest.fixture(scope="session")
def recorded(server: Server) -> Recorded:
    """A meeting that is over."""
    return asyncio.run(recordings.meet(server))


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(server: Server) -> AsyncIterator[OpenPage]:
    """For pages of an operator."""
    contexts: list[BrowserContext] = []

    async def open_one(**options: Any) -> Page:
        options.setdefault("viewport", WIDE)
        context = await (await browsers.get()).new_context(**options)
        contexts.append(context)
        page = await context.new_page()
        await log_in(page, server)
        return page

    yield open_one
    for context in contexts:
        await context.close()
