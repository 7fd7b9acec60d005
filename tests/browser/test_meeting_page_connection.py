"""The page of a live meeting whose connection breaks, dies without a word, or sleeps: afterwards it
shows what is true then.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, NamedTuple

import pytest
from playwright.async_api import Page, WebSocketRoute, expect

from tests.browser.chromium import IN_A_BROWSER, a_page
from tests.browser.control_room import (
    button,
    is_live,
    log_in,
    open_meeting,
    people_of,
    says_of_its_link,
)
from tests.end_to_end.server import Server

pytestmark = IN_A_BROWSER

ROOM: Final = "<Dial><Conference beep='false' waitUrl=''>{}</Conference></Dial>"


# A page without a window is neither hidden nor frozen by its browser: this is what it would say.
SAY: Final = "document.dispatchEvent(new Event('{}'))"
HIDE: Final = (
    "Object.defineProperty(document, 'hidden', {{ value: {}, configurable: true }}) &&"
    " document.dispatchEvent(new Event('visibilitychange'))"
)


class Watched(NamedTuple):
    """A page at a meeting with Eve in it, its sockets on their way to the server, and whether a
    message may still come through.
    """

    page: Page
    sockets: list[WebSocketRoute]
    open_line: list[bool]
    conference: str
    eve: str


@asynccontextmanager
async def watched(server: Server, room: str) -> AsyncIterator[Watched]:
    to = await server.application(ROOM.format(room))
    sockets: list[WebSocketRoute] = []
    open_line = [True]

    def pass_on(route: WebSocketRoute) -> None:
        upstream = route.connect_to_server()
        upstream.on_message(lambda message: route.send(message) if open_line[0] else None)
        sockets.append(route)

    async with a_page() as page, server.caller(to, from_="eve") as eve:
        conference = await server.conference_of(eve)
        await page.route_web_socket("**/control-room/*", pass_on)
        await log_in(page, server)
        await open_meeting(page, server, conference, people=1)
        assert eve.call_sid is not None
        yield Watched(page, sockets, open_line, conference, eve.call_sid)


async def change_something(server: Server, meeting: Watched) -> None:
    path = f"Conferences/{meeting.conference}/Participants/{meeting.eve}"
    status, _ = await server.rest("POST", path, Muted="true")
    assert status == 200


async def shows_what_is_true(page: Page) -> None:
    await is_live(page)
    await expect(button(page, "Unmute", "eve")).to_be_visible()
    await expect(people_of(page)).to_have_count(1)
    facts = page.locator("[data-timeline] > li")
    await expect(facts).to_have_count(2)
    await expect(facts.first).to_contain_text("participant-mute")


async def test_a_socket_that_breaks_is_opened_again(staffed: Server) -> None:
    async with watched(staffed, "Breaks") as meeting:
        await meeting.sockets[0].close(code=4000)
        await change_something(staffed, meeting)
        await shows_what_is_true(meeting.page)
        assert len(meeting.sockets) == 2


async def test_a_socket_that_dies_without_a_word_is_given_up(staffed: Server) -> None:
    async with watched(staffed, "Dies") as meeting:
        meeting.open_line[0] = False
        await change_something(staffed, meeting)
        await says_of_its_link(meeting.page, "lost, trying again …")
        await expect(button(meeting.page, "Mute", "eve")).to_be_visible()
        meeting.open_line[0] = True
        await shows_what_is_true(meeting.page)


@pytest.mark.parametrize(
    ("sleep", "wake"),
    [
        (SAY.format("freeze"), SAY.format("resume")),
        (HIDE.format("true"), HIDE.format("false")),
    ],
    ids=["frozen", "hidden"],
)
async def test_a_page_that_nobody_sees_hangs_up_and_wakes_to_what_is_true(
    staffed: Server, sleep: str, wake: str
) -> None:
    async with watched(staffed, "Sleeps") as meeting:
        await meeting.page.evaluate(sleep)
        await says_of_its_link(meeting.page, "asleep")
        await change_something(staffed, meeting)
        await meeting.page.evaluate(wake)
        await shows_what_is_true(meeting.page)
        assert len(meeting.sockets) == 2


async def test_a_machine_that_slept_for_ten_minutes_wakes_to_what_is_true(staffed: Server) -> None:
    async with watched(staffed, "Ten minutes") as meeting:
        await meeting.page.clock.install()
        await meeting.page.reload()
        await is_live(meeting.page)
        first = len(meeting.sockets)
        # Nothing is said of such a sleep: timers stand still, and the line is dead afterwards.
        meeting.open_line[0] = False
        await change_something(staffed, meeting)
        await meeting.page.clock.fast_forward("10:00")
        meeting.open_line[0] = True
        await shows_what_is_true(meeting.page)
        assert len(meeting.sockets) > first
