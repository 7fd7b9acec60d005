"""Take the pictures of docs/screenshots again: `python -m tests.browser.screenshots`.

A server with an empty data directory, three who talk, one who calls from the phone: what is to be
seen is what a newcomer sees. Each page is taken in light and dark, on a wide screen and a phone's.
"""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Browser, Page, async_playwright

from conference_app.headless_caller import HeadlessCaller
from tests.browser.chromium import ARGUMENTS, a_browser, write_microphone
from tests.browser.control_room import is_live, log_in
from tests.browser.phone import call
from tests.browser.test_incoming_calls import rung, take_calls
from tests.end_to_end import server as servers
from tests.end_to_end.server import Server
from tests.end_to_end.sound import voice
from tests.end_to_end.web_server import serving

PICTURES: Final = Path(__file__).resolve().parents[2] / "docs" / "screenshots"

ROOM: Final = "Monday stand-up"
PEOPLE: Final = ("alice", "bob", "carol")
TALK_S: Final = 25
"""Longer than one of the voices takes for all it says."""

SCREENS: Final = {"wide": (1280, 800), "narrow": (390, 844)}
LOOKS: Final = ("light", "dark")

SETTLES_S: Final = 1.5
"""Fonts, charts, the first levels."""

Show = Callable[[Page], Awaitable[None]]


def main() -> None:
    """Take them all."""
    with (
        tempfile.TemporaryDirectory() as directory,
        serving() as web,
        servers.installed(Path(directory)) as installation,
        servers.running(installation, web) as server,
    ):
        asyncio.run(take_all(server, write_microphone(Path(directory) / "me.wav", voice("alice"))))


async def take_all(server: Server, microphone: Path) -> None:
    """Let a meeting take place; take pictures of it while it lasts, then of what it left."""
    arguments = (
        *ARGUMENTS,
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-audio-capture={microphone}",
    )
    async with (
        async_playwright() as playwright,
        a_browser(playwright, arguments) as browser,
        AsyncExitStack() as calls,
    ):
        await take(browser, server, "phone", _phone_at(server))
        people = await _meet(server, calls)
        conference = server.books.conference(await server.conference_of(people[0]))
        await asyncio.sleep(TALK_S)
        await take(browser, server, "phone-ringing", _rung(server))
        await take(browser, server, "phone-call", _phone_in(server, ROOM))
        meeting = f"{server.http}/admin/conference_app/conference/{conference['id']}/change/"
        await take(browser, server, "meeting", _live(meeting), staff=True)
        await take(browser, server, "dashboard", _page(f"{server.http}/admin/"), staff=True)
        await calls.aclose()
        await server.recording_of(conference["sid"])
        (row,) = server.books.recordings(conference["sid"])
        recording = f"{server.http}/admin/conference_app/recording/{row['id']}/change/"
        await take(browser, server, "recording", _page(recording), staff=True)
        await take(browser, server, "history", _page(meeting), staff=True)


async def take(
    browser: Browser, server: Server, name: str, show: Show, *, staff: bool = False
) -> None:
    """Take a page's four pictures."""
    for look in LOOKS:
        for screen, (width, height) in SCREENS.items():
            looks: dict[str, Any] = {"color_scheme": look}
            context = await browser.new_context(
                viewport={"width": width, "height": height}, locale="en-GB", **looks
            )
            page = await context.new_page()
            if staff:
                await log_in(page, server)
            await show(page)
            await asyncio.sleep(SETTLES_S)
            path = PICTURES / f"{name}-{look}-{screen}.png"
            await page.screenshot(path=path)
            await context.close()
            print(path.name)


async def _meet(server: Server, calls: AsyncExitStack) -> list[HeadlessCaller]:
    """Bring those who talk in; the last of them is what starts the recording."""
    application = await server.application(
        f'<Dial><Conference record="record-from-start">{ROOM}</Conference></Dial>'
    )
    people = []
    for name in PEOPLE:
        options: dict[str, Any] = {"play": voice(name), "loop": True, "from_": name.capitalize()}
        caller = server.caller(application, **options)
        people.append(await calls.enter_async_context(caller))
        await asyncio.sleep(2)
    return people


def _page(url: str) -> Show:
    async def show(page: Page) -> None:
        await page.goto(url, wait_until="networkidle")

    return show


def _live(url: str) -> Show:
    async def show(page: Page) -> None:
        await page.goto(url)
        await is_live(page)

    return show


def _phone_at(server: Server) -> Show:
    return _page(f"{server.http}/")


def _phone_in(server: Server, room: str) -> Show:
    async def show(page: Page) -> None:
        await page.goto(f"{server.http}/")
        await call(page, room)
        await asyncio.sleep(4)  # levels, and the delay once a second

    return show


def _rung(server: Server) -> Show:
    async def show(page: Page) -> None:
        await take_calls(page, server, "eve")
        await rung(page, server, "eve", Timeout="10")

    return show


if __name__ == "__main__":
    main()
