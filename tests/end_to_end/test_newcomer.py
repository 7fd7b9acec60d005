"""What a newcomer finds after `make run`: examples that can be called, pages that open."""

import asyncio
import re
from contextlib import AsyncExitStack
from http import HTTPStatus
from urllib.request import urlopen

import pytest

from conference_app.services.demo import EXAMPLES
from tests.end_to_end.server import Server
from tests.end_to_end.waiting import hear

pytestmark = pytest.mark.end_to_end


@pytest.fixture(scope="module")
def meetings(server: Server) -> dict[str, str]:
    """The meeting to which each example brings its caller; all call at once."""
    return asyncio.run(call_all(server))


async def call_all(server: Server) -> dict[str, str]:
    callers = {example.name: server.caller(example.name) for example in EXAMPLES}
    async with AsyncExitStack() as calls:
        for caller in callers.values():
            await calls.enter_async_context(caller)
        await asyncio.gather(*(hear(caller, 1) for caller in callers.values()))
        return {name: await server.conference_of(caller) for name, caller in callers.items()}


@pytest.mark.parametrize("name", [example.name for example in EXAMPLES])
def test_each_demo_application_brings_its_caller_to_a_meeting(
    meetings: dict[str, str], name: str
) -> None:
    assert meetings[name].startswith("CF")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("moderated-participant", "moderated-moderator"),
        ("waiting-customer", "waiting-agent"),
        ("leave-on-star", "recorded"),
    ],
)
def test_demo_applications_of_one_room_meet(meetings: dict[str, str], one: str, other: str) -> None:
    assert meetings[one] == meetings[other]


@pytest.mark.parametrize("path", ["/", "/healthz", "/admin/"])
def test_pages_open_with_all_that_they_link_to(server: Server, path: str) -> None:
    with urlopen(server.http + path, timeout=30) as answer:
        assert answer.status == HTTPStatus.OK
        page = answer.read().decode()
    links = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert bool(links) == (path != "/healthz")
    for link in links:
        with urlopen(server.http + link, timeout=30) as answer:
            assert answer.status == HTTPStatus.OK
            assert answer.read()
