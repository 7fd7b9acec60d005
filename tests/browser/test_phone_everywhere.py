"""The phone by keyboard, on a small screen, after a sleep, behind a stall; and its test speaker."""

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Page, expect

from tests.browser.axe import no_serious_fault
from tests.browser.chromium import IN_A_BROWSER, a_page
from tests.browser.phone import (
    CALLERS_HZ,
    KEEP_SOCKETS,
    STRONGEST_HEARD,
    call,
    is_connected,
    offer,
    open_phone,
    room_application,
)
from tests.end_to_end.calling import call as call_by_rest
from tests.end_to_end.server import Server
from tests.end_to_end.sound import tone
from tests.end_to_end.waiting import eventually

pytestmark = IN_A_BROWSER

SMALL: Final[dict[str, Any]] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
}
FINGER_PX: Final = 44
"""The least height of what a finger is to hit (WCAG 2.2, 2.5.5)."""

KEEP_WHAT_WAITS: Final = """
const Node_ = AudioWorkletNode;
window.waitingForTests = [];
window.AudioWorkletNode = class extends Node_ {
  constructor(...all) {
    super(...all);
    this.port.addEventListener("message", ({ data }) => {
      if (data.levels) window.waitingForTests.push(data.waiting);
    });
  }
};
"""
"""How many seconds of sound wait to be played, each time that the page is told."""

KEEP_THE_LONGEST_SLEEP: Final = """
let before = Date.now();
window.longestSleepForTests = 0;
setInterval(() => {
  window.longestSleepForTests = Math.max(window.longestSleepForTests, Date.now() - before);
  before = Date.now();
}, 100);
"""
"""In milliseconds."""

SLEEP_S: Final = 2.0
STALL: Final = "(ms) => { const end = Date.now() + ms; while (Date.now() < end); }"


async def level(page: Page, name: str) -> int:
    """Give what a meter says, in per cent."""
    shown = await page.locator(f"[data-part={name}]").get_attribute("aria-valuenow")
    return int(shown or 0)


async def somebody_is_in(server: Server, room: str) -> bool:
    _, told = await server.rest("GET", "Conferences", FriendlyName=room, Status="init")
    return any([await server.people_in(one["sid"]) for one in told["conferences"]])


async def test_who_is_alone_hears_a_test_speaker(server: Server, microphone: Path) -> None:
    await room_application(server, "Alone", name="silent room")
    async with a_page(microphone) as page:
        await open_phone(page, server.http)
        await offer(page, "silent room")
        await page.get_by_role("button", name="Call").click()
        await is_connected(page)
        _, power = await page.evaluate(STRONGEST_HEARD, 1)
        assert power < 1e-9
        await eventually(lambda: somebody_is_in(server, "Alone"))
        button = page.get_by_role("button", name="Hear something")
        await button.click()
        await expect(page.get_by_role("status")).to_have_text("A test speaker comes in.")

        async def speaks() -> bool:
            return await level(page, "heard") > 20

        await eventually(speaks)
        await button.click()
        await expect(page.get_by_role("status")).to_have_text("The test speaker is there already.")


async def test_guests_call_in_no_test_speaker(server: Server) -> None:
    link = server.manage("guest_link", "Guests alone").strip()
    async with a_page() as page:
        await open_phone(page, link)
        await page.get_by_label("Your name").fill("Eve")
        await page.get_by_role("button", name="Join").click()
        await is_connected(page)
        assert await page.get_by_role("button", name="Hear something").count() == 0


async def test_the_meters_show_what_is_said_and_heard(server: Server, microphone: Path) -> None:
    to = await room_application(server, "Meters")
    spoken = tone(CALLERS_HZ, 1, level=0.2)
    async with a_page(microphone) as page, server.caller(to, play=spoken, loop=True):
        await open_phone(page, server.http)
        await call(page, "Meters")

        async def both_move() -> bool:
            return await level(page, "spoken") > 20 and await level(page, "heard") > 20

        await eventually(both_move)
        await page.get_by_role("button", name="Hold").click()

        async def both_rest() -> bool:
            return await level(page, "spoken") == await level(page, "heard") == 0

        await eventually(both_rest)


async def test_an_example_is_chosen_and_called(server: Server, microphone: Path) -> None:
    async with a_page(microphone) as page:
        await open_phone(page, server.http)
        await page.get_by_role("combobox", name="Call").select_option("muted-listener")
        await expect(page.get_by_label("Room", exact=True)).to_be_hidden()
        await expect(page.locator("#explanation")).to_contain_text("Hears the others in SimpleRoom")
        await page.get_by_role("button", name="Call").click()
        await is_connected(page)
        await expect(page.get_by_role("heading", name="muted-listener")).to_be_visible()
        await eventually(lambda: somebody_is_in(server, "SimpleRoom"))


async def test_a_whole_call_by_keyboard(server: Server, microphone: Path) -> None:
    async with a_page(microphone) as page:
        await open_phone(page, server.http)
        await page.get_by_label("Your name").focus()
        for _ in range(2):
            await page.keyboard.press("Tab")
        await expect(page.get_by_label("Room", exact=True)).to_be_focused()
        await page.keyboard.press("Enter")
        await is_connected(page)
        await expect(page.get_by_role("button", name="Hang up")).to_be_focused()
        for name in ("Hear something", "Keypad", "Hold", "Mute"):
            await page.keyboard.press("Shift+Tab")
            await expect(page.get_by_role("button", name=name)).to_be_focused()
        await page.keyboard.press("Space")
        await expect(page.get_by_role("button", name="Mute")).to_have_attribute(
            "aria-pressed", "true"
        )
        await expect(page.get_by_role("status")).to_have_text("Nobody hears you.")
        await page.keyboard.press("5")
        await expect(page.get_by_role("group", name="Keypad")).to_be_visible()
        await page.get_by_role("button", name="Hang up").focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("status")).to_have_text("The call is over.")
        await expect(page.get_by_role("button", name="Call")).to_be_focused()


async def test_it_fits_a_phones_screen(server: Server, microphone: Path) -> None:
    async with a_page(microphone, **SMALL) as page:
        await open_phone(page, server.http)
        await fits(page, "Call")
        await page.get_by_label("Name to be called by").fill("pia")
        await page.get_by_role("switch").check()
        await expect(page.locator("[data-part=taking-state]")).to_contain_text("Ready")
        await no_serious_fault(page)
        await call_by_rest(server, "client:pia", Twiml="<Response><Pause length='60'/></Response>")
        await expect(page.get_by_role("alertdialog")).to_be_visible()
        await fits(page, "Answer", "Decline")
        await page.get_by_role("button", name="Answer").tap()
        await is_connected(page)
        await fits(page, "Mute", "Hold", "Keypad", "Hang up")


async def fits(page: Page, *buttons: str) -> None:
    """Check that nothing is wider than the screen, and that these buttons are on it."""
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for name in buttons:
        button = page.get_by_role("button", name=name, exact=True)
        await expect(button).to_be_in_viewport(ratio=1)
        box = await button.bounding_box()
        assert box is not None
        assert box["height"] >= FINGER_PX


async def test_a_stall_leaves_no_delay_behind(server: Server, microphone: Path) -> None:
    to = await room_application(server, "Stalled")
    spoken = tone(CALLERS_HZ, 1, level=0.2)
    async with a_page(microphone) as page, server.caller(to, play=spoken, loop=True):
        await page.add_init_script(KEEP_WHAT_WAITS)
        await open_phone(page, server.http)
        await call(page, "Stalled")
        await page.evaluate("window.waitingForTests.length = 0")
        await page.evaluate(STALL, 1500)

        async def piled_up() -> bool:
            waited: float = await page.evaluate("Math.max(0, ...window.waitingForTests)")
            return waited > 0.6

        async def caught_up() -> bool:
            waits: float = await page.evaluate("window.waitingForTests.at(-1)")
            return waits < 0.4

        await eventually(piled_up)
        await eventually(caught_up)


@asynccontextmanager
async def asleep(page: Page) -> AsyncIterator[None]:
    """Stop the processes that run pages; what comes for them piles up."""
    browser = page.context.browser
    assert browser is not None
    devtools = await browser.new_browser_cdp_session()
    told = await devtools.send("SystemInfo.getProcessInfo")
    renderers = [one["id"] for one in told["processInfo"] if one["type"] == "renderer"]
    for process in renderers:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in renderers:
            os.kill(process, signal.SIGCONT)


async def test_a_call_that_ended_while_the_tab_slept_is_over_when_it_wakes(
    server: Server, microphone: Path
) -> None:
    await room_application(server, "Sleepers", name="sleepers' room")
    async with a_page(microphone) as page:
        await page.add_init_script(KEEP_SOCKETS + KEEP_THE_LONGEST_SLEEP)
        await open_phone(page, server.http)
        await offer(page, "sleepers' room")
        await page.get_by_role("button", name="Call").click()
        await is_connected(page)
        _, told = await server.rest("GET", "Calls", Status="in-progress")
        (sid,) = [one["sid"] for one in told["calls"] if one["from"] == "client:Visitor"]
        async with asleep(page):
            await server.rest("POST", f"Calls/{sid}", Status="completed")

            async def is_over() -> bool:
                return bool(server.books.call_by_sid(sid)["ended_at"])

            await eventually(is_over)
            await asyncio.sleep(SLEEP_S)
        await expect(page.get_by_role("status")).to_have_text("The call is over.")
        await expect(page.get_by_role("button", name="Call")).to_be_visible()
        assert await page.evaluate("window.sockets.length") == 1
        assert await page.evaluate("window.longestSleepForTests") > 500 * SLEEP_S


async def test_nobody_is_brought_back_into_a_meeting_after_ten_minutes_of_sleep(
    server: Server, microphone: Path
) -> None:
    async with a_page(microphone) as page:
        await page.clock.install()
        await page.add_init_script(KEEP_SOCKETS)
        await open_phone(page, server.http)
        await call(page, "Slept through")
        # The server's last word, and the end of the connection, after a sleep.
        await page.evaluate("window.sockets[0].onmessage = () => {}")
        await page.clock.fast_forward("10:00")
        await page.evaluate("window.sockets[0].close(4000)")
        await expect(page.get_by_role("alert")).to_have_text(
            re.compile("The call ended while this page was asleep.")
        )
        await expect(page.get_by_role("button", name="Call")).to_be_visible()
        assert await page.evaluate("window.sockets.length") == 1


async def test_one_who_takes_calls_is_reached_again_after_a_sleep(server: Server) -> None:
    async with a_page() as page:
        await page.clock.install()
        await page.add_init_script(KEEP_SOCKETS)
        await open_phone(page, server.http)
        await page.get_by_label("Name to be called by").fill("rip")
        await page.get_by_role("switch").check()
        state = page.locator("[data-part=taking-state]")
        await expect(state).to_contain_text("Ready")
        await page.route("**/phone/take-calls", lambda route: route.abort())
        await page.evaluate("window.sockets[0].close(4000)")
        await expect(state).to_contain_text("lost")
        await page.unroute("**/phone/take-calls")
        await page.clock.fast_forward("10:00")
        await expect(state).to_contain_text("Ready")
        await call_by_rest(server, "client:rip", Twiml="<Response><Pause length='60'/></Response>")
        await expect(page.get_by_role("alertdialog")).to_be_visible()
