"""The phone is called: it rings, is answered or not, and says whom one has missed."""

import asyncio
from pathlib import Path
from typing import Final

from playwright.async_api import Locator, Page, expect

from tests.browser.axe import no_serious_fault
from tests.browser.chromium import IN_A_BROWSER, a_page
from tests.browser.phone import (
    CALLERS_HZ,
    KEEP_SOCKETS,
    ROOM,
    STRONGEST_HEARD,
    call,
    hears_the_browser,
    is_connected,
    is_the_callers,
    open_phone,
    room_application,
)
from tests.end_to_end.books import Row
from tests.end_to_end.calling import call as call_by_rest
from tests.end_to_end.calling import end_of_call
from tests.end_to_end.server import RunServer, Server
from tests.end_to_end.sound import tone
from tests.end_to_end.waiting import eventually

pytestmark = IN_A_BROWSER

RING_HZ: Final = (659.3, 880.0)
PAUSE: Final = "<Response><Pause length='60'/></Response>"
IS_SILENT: Final = "() => window.heardForTests.context.state === 'suspended'"
MOST_RINGS: Final = 10


def dialog(page: Page) -> Locator:
    return page.get_by_role("alertdialog")


def state(page: Page) -> Locator:
    return page.locator("[data-part=taking-state]")


async def take_calls(page: Page, server: Server, identity: str) -> list[str]:
    """Open the phone and take the calls of an identity; give what goes wrong, which grows."""
    await page.add_init_script(KEEP_SOCKETS)
    wrong = await open_phone(page, server.http)
    await page.get_by_label("Name to be called by").fill(identity)
    await page.get_by_role("switch", name="Take calls as").check()
    await is_ready(page, identity)
    return wrong


async def is_ready(page: Page, identity: str) -> None:
    ready = f"Ready: calls to client:{identity} ring here."
    await expect(state(page)).to_have_text(ready)


async def rung(page: Page, server: Server, identity: str, **form: str) -> str:
    """Call an identity and wait until it rings; give the call's SID."""
    sid = await call_by_rest(
        server, f"client:{identity}", **({"Twiml": PAUSE, "Timeout": "300"} | form)
    )
    await expect(dialog(page)).to_be_visible()
    return sid


async def test_it_rings_and_who_answers_by_keyboard_hears_and_is_heard(
    server: Server, microphone: Path
) -> None:
    to = await room_application(server, "Rung")
    spoken = tone(CALLERS_HZ, 1, level=0.2)
    async with a_page(microphone) as page, server.caller(to, play=spoken, loop=True) as bob:
        wrong = await take_calls(page, server, "eve")
        sid = await rung(page, server, "eve", Twiml=f"<Response>{ROOM.format('Rung')}</Response>")
        await expect(page.get_by_role("alertdialog", name="Call from test")).to_be_visible()
        await expect(page.get_by_role("heading", name="test")).to_be_focused()
        assert await page.title() == "Call from test"
        hz, power = await page.evaluate(STRONGEST_HEARD, 3)
        assert min(abs(hz - note) for note in RING_HZ) < 10
        assert power > 1e-6
        await no_serious_fault(page)

        await page.keyboard.press("Tab")
        await expect(page.get_by_role("button", name="Answer")).to_be_focused()
        await page.keyboard.press("Enter")
        await is_connected(page)
        await expect(dialog(page)).to_be_hidden()
        await expect(page.get_by_role("button", name="Hang up")).to_be_focused()
        await expect(state(page)).to_contain_text("No other call rings here")

        async def heard_in_the_program() -> bool:
            return await hears_the_browser(bob)

        await eventually(heard_in_the_program)
        hz, power = await page.evaluate(STRONGEST_HEARD, 1)
        assert is_the_callers(hz)
        assert power > 1e-5

        await server.rest("POST", f"Calls/{sid}", Status="completed")
        await expect(page.get_by_role("status")).to_have_text("The call is over.")
        await is_ready(page, "eve")
        assert (await end_of_call(server, sid))["status"] == "completed"
        assert not wrong


async def test_who_declines_is_busy_and_can_be_called_again(server: Server) -> None:
    async with a_page() as page:
        wrong = await take_calls(page, server, "fay")
        for _ in range(2):
            sid = await rung(page, server, "fay")
            await page.get_by_role("button", name="Decline").click()
            await expect(dialog(page)).to_be_hidden()
            await page.wait_for_function(IS_SILENT)
            assert (await end_of_call(server, sid))["status"] == "busy"
            await expect(page.get_by_role("switch")).to_be_focused()
        await is_ready(page, "fay")
        await expect(page.locator("[data-part=missed-calls]")).to_be_hidden()
        assert await page.title() == "Confab"
        assert not wrong


async def test_a_caller_who_hangs_up_is_missed(server: Server) -> None:
    async with a_page() as page:
        await take_calls(page, server, "gil")
        sid = await rung(page, server, "gil")
        await server.rest("POST", f"Calls/{sid}", Status="canceled")
        await expect(dialog(page)).to_be_hidden()
        await expect(page.get_by_role("status")).to_have_text("Missed call from test.")
        await page.wait_for_function(IS_SILENT)
        assert (await end_of_call(server, sid))["status"] == "canceled"

        sid = await rung(page, server, "gil", Timeout="1")
        await expect(dialog(page)).to_be_hidden()
        assert (await end_of_call(server, sid))["status"] == "no-answer"
        missed = page.get_by_role("list", name="Missed calls").get_by_role("listitem")
        await expect(missed).to_have_count(2)


async def test_escape_silences_and_does_not_decline(server: Server) -> None:
    async with a_page() as page:
        await take_calls(page, server, "hal")
        sid = await rung(page, server, "hal")
        for _ in range(3):
            await page.keyboard.press("Escape")
        await page.wait_for_function(IS_SILENT)
        await expect(dialog(page)).to_be_visible()
        assert server.books.call_by_sid(sid)["status"] == "ringing"
        await page.get_by_role("button", name="Decline").click()
        assert (await end_of_call(server, sid))["status"] == "busy"


async def test_a_call_that_is_answered_elsewhere_rings_here_no_more(server: Server) -> None:
    async with a_page() as page:
        await take_calls(page, server, "ida")
        async with server.caller("", register="ida") as elsewhere:
            await rung(page, server, "ida")
            await elsewhere.answer(await elsewhere.next_ring())
            await expect(dialog(page)).to_be_hidden()
            await expect(page.get_by_role("status")).to_have_text(
                "The call from test was answered elsewhere."
            )
            await expect(page.locator("[data-part=missed-calls]")).to_be_hidden()


async def test_a_lost_connection_is_said_and_it_registers_again(server: Server) -> None:
    async with a_page() as page:
        await take_calls(page, server, "jon")
        told = await page.evaluate_handle(
            "() => { const told = []; const state = document.querySelector("
            "'[data-part=taking-state]'); new MutationObserver(() => told.push("
            "state.textContent)).observe(state, { childList: true }); return told; }"
        )
        await page.evaluate("window.sockets[0].close(4000)")
        await page.wait_for_function("() => window.sockets.length === 2")
        await is_ready(page, "jon")
        lost, ready = await told.json_value()
        assert lost.startswith("The connection was lost")
        assert ready.startswith("Ready")
        await rung(page, server, "jon")


async def test_it_registers_again_with_a_server_that_comes_back(a_server: RunServer) -> None:
    with a_server() as server:
        async with a_page() as page:
            await page.clock.install()
            await take_calls(page, server, "ned")
            await asyncio.to_thread(server.stop)
            await expect(state(page)).to_contain_text("The connection was lost")
            await asyncio.to_thread(server.start)
            await page.clock.run_for(30_000)  # the longest wait between two tries
            await expect(state(page)).to_contain_text("Ready")
            await rung(page, server, "ned")


async def test_a_connection_that_died_without_a_word_is_found_out(server: Server) -> None:
    async with a_page() as page:
        await page.clock.install()
        await take_calls(page, server, "kit")
        await page.evaluate("window.sockets[0].onmessage = () => {}")
        await page.clock.run_for(40_000)
        await page.wait_for_function("() => window.sockets.length === 2")
        await is_ready(page, "kit")


async def test_who_is_in_a_call_is_called_by_nobody_until_it_is_over(
    server: Server, microphone: Path
) -> None:
    async with a_page(microphone) as page:
        await take_calls(page, server, "lea")
        await call(page, "Busy")
        sid = await call_by_rest(server, "client:lea", Twiml=PAUSE)
        row = await end_of_call(server, sid)
        assert (row["status"], row["error_code"]) == ("no-answer", 31480)
        await page.get_by_role("button", name="Hang up").click()
        await is_ready(page, "lea")
        await rung(page, server, "lea")


async def test_a_flood_of_calls_is_one_question(server: Server) -> None:
    async with a_page() as page:
        await take_calls(page, server, "max")
        sids = [
            await call_by_rest(server, "client:max", Twiml=PAUSE, Timeout="300")
            for _ in range(MOST_RINGS + 3)
        ]
        await expect(page.get_by_text(f"{MOST_RINGS - 1} more waiting")).to_be_visible()
        assert await page.locator("dialog").count() == 1

        async def over() -> list[Row]:
            rows = [server.books.call_by_sid(sid) for sid in sids]
            ended = [row for row in rows if row["ended_at"]]
            return ended if len(ended) == 3 else []

        assert {row["status"] for row in await eventually(over)} == {"busy"}
        await page.get_by_role("button", name="Decline").click()
        await expect(page.get_by_text(f"{MOST_RINGS - 2} more waiting")).to_be_visible()
        await page.get_by_role("button", name="Answer").click()
        await is_connected(page)

        async def told() -> list[str]:
            statuses = sorted(server.books.call_by_sid(sid)["status"] for sid in sids)
            return statuses if "ringing" not in statuses else []

        assert await eventually(told) == ["busy"] * (len(sids) - 1) + ["in-progress"]


async def test_why_it_takes_no_calls_is_said(server: Server) -> None:
    async with a_page() as page:
        await open_phone(page, server.http)
        await page.get_by_label("Name to be called by").fill("who?")
        await page.get_by_role("switch").click()
        await expect(page.get_by_role("switch")).not_to_be_checked()
        await page.context.clear_cookies()
        await page.get_by_label("Name to be called by").fill("who")
        await page.get_by_role("switch").click()
        await expect(state(page)).to_have_text("The page is out of date. Load it again.")
        await expect(page.get_by_role("switch")).not_to_be_checked()


async def test_guests_are_not_called(server: Server) -> None:
    link = server.manage("guest_link", "Guests only").strip()
    async with a_page() as page:
        await open_phone(page, link)
        await expect(page.get_by_role("button", name="Join")).to_be_visible()
        assert await page.get_by_role("switch").count() == 0
