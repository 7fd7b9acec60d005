"""`kill -9` while callers come and go: what was written is whole, and what was told is written."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import pytest

from conference_app.headless_caller import CallFailed
from tests.end_to_end.books import Row
from tests.end_to_end.server import RunServer, Server
from tests.end_to_end.waiting import eventually, hear
from tests.end_to_end.web_server import WebServer

pytestmark = pytest.mark.end_to_end

AT_A_TIME: Final = 6
TOLD_BEFORE: Final = 30
"""So much is told before the server dies: callers come and go all the time."""

JOIN: Final = "participant-join"
ROOM: Final = (
    '<Dial><Conference statusCallback="{told}" statusCallbackEvent="start end join leave"'
    ' beep="false" waitUrl="">Come And Go</Conference></Dial>'
)


@dataclass
class Aftermath:
    """What is known of the meeting after the new start. `told`: what its web server was told;
    `joined_before`: the rows of the calls of whose joining it was told before the death.
    """

    conference: Row
    facts: list[Row]
    stays: list[Row]
    joined_before: set[int]
    told: list[dict[str, str]]


@pytest.fixture(scope="module")
def aftermath(a_server: RunServer, web: WebServer) -> Iterator[Aftermath]:
    with a_server() as server:
        yield asyncio.run(come_and_go_until_it_dies(server, web))


async def come_and_go_until_it_dies(server: Server, web: WebServer) -> Aftermath:
    url = web.put(b"", "text/plain")
    room = await server.application(ROOM.format(told=url))

    async def told() -> list[dict[str, str]]:
        return [asked.form for asked in web.asked_for(url)]

    async with server.caller(room) as host:
        sid = await server.conference_of(host)
        async with coming_and_going(server, room):

            async def enough() -> list[dict[str, str]] | None:
                so_far = await told()
                return so_far if len(so_far) >= TOLD_BEFORE else None

            await eventually(enough)
            await asyncio.to_thread(server.kill)
            before = await told()
        await host.wait_until_closed(30)
    await asyncio.to_thread(server.start)

    async def last_word() -> list[dict[str, str]] | None:
        so_far = await told()
        return so_far if so_far[-1]["StatusCallbackEvent"] == "conference-end" else None

    everything = await eventually(last_word)
    books = server.books
    joined = [form["CallSid"] for form in before if form["StatusCallbackEvent"] == JOIN]
    joined_before = {books.call_by_sid(call_sid)["id"] for call_sid in joined}
    return Aftermath(
        books.conference(sid), books.events(sid), books.stays(sid), joined_before, everything
    )


@asynccontextmanager
async def coming_and_going(server: Server, room: str) -> AsyncIterator[None]:
    """Let callers come and go, some at a time, until the block is left."""
    is_over = asyncio.Event()

    async def one_after_the_other() -> None:
        while not is_over.is_set():
            try:
                async with server.caller(room) as caller:
                    await hear(caller, 0.1)
            except (CallFailed, OSError):
                await asyncio.sleep(0.05)  # the server has died

    async with asyncio.TaskGroup() as tasks:
        for _ in range(AT_A_TIME):
            tasks.create_task(one_after_the_other())
        yield
        is_over.set()


def test_the_timeline_has_no_gap(aftermath: Aftermath) -> None:
    numbers = [fact["sequence_number"] for fact in aftermath.facts]
    assert numbers == list(range(1, len(numbers) + 1))


def test_each_stay_has_its_beginning_and_its_end_in_the_timeline(aftermath: Aftermath) -> None:
    kinds = [fact["kind"] for fact in aftermath.facts]
    assert kinds.count(JOIN) == len(aftermath.stays)
    assert kinds.count("participant-leave") == len(aftermath.stays)
    assert all(stay["left_at"] for stay in aftermath.stays)


def test_what_the_dead_server_has_told_is_written(aftermath: Aftermath) -> None:
    assert len(aftermath.joined_before) > AT_A_TIME
    assert aftermath.joined_before <= {stay["call_id"] for stay in aftermath.stays}
    assert aftermath.joined_before <= {fact["call_id"] for fact in aftermath.facts}


def test_everything_is_told_at_least_once_and_in_order(aftermath: Aftermath) -> None:
    numbers = [int(form["SequenceNumber"]) for form in aftermath.told]
    assert sorted(set(numbers)) == list(range(1, aftermath.conference["callbacks_numbered"] + 1))
    # What was in hand when the server died comes again.
    assert numbers == sorted(numbers)
    assert len(set(numbers)) == len(aftermath.facts)
