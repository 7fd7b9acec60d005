"""The phone in a real browser: what it says, what it hears, and what people read on it."""

import re
from pathlib import Path
from typing import Final

import pytest
from playwright.async_api import expect

from tests.browser.axe import no_serious_fault
from tests.browser.chromium import IN_A_BROWSER, a_page
from tests.browser.conftest import BROWSERS_HZ
from tests.browser.phone import (
    CALLERS_HZ,
    KEEP_SOCKETS,
    STRONGEST_HEARD,
    call,
    hears_the_browser,
    is_connected,
    is_the_callers,
    offer,
    open_phone,
    room_application,
)
from tests.end_to_end.server import Server
from tests.end_to_end.sound import RATE_HZ, heard, level_dbfs, tone, tone_dbfs
from tests.end_to_end.waiting import eventually, hear

pytestmark = IN_A_BROWSER


KEEP_WHICH_MICROPHONES: Final = """
window.microphonesForTests = [];
const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wanted) => {
  const stream = await ask(wanted);
  window.microphonesForTests.push(stream.getAudioTracks()[0].label);
  return stream;
};
"""


async def test_a_browser_and_a_program_hear_each_other(server: Server, microphone: Path) -> None:
    to = await room_application(server, "Both ways")
    spoken = tone(CALLERS_HZ, 1, level=0.2)
    async with a_page(microphone) as page, server.caller(to, play=spoken, loop=True) as bob:
        wrong = await open_phone(page, server.http)
        await call(page, "Both ways")

        async def heard_in_the_program() -> bool:
            return await hears_the_browser(bob)

        await eventually(heard_in_the_program)
        hz, power = await page.evaluate(STRONGEST_HEARD, 1)
        assert is_the_callers(hz)
        assert power > 1e-5
        await expect(page.locator("[data-part=delay]")).to_have_text(re.compile(r"^\d+ ms$"))
        assert not wrong

        async def silent_in_the_program() -> bool:
            await hear(bob, 1)
            return tone_dbfs(heard(bob)[-RATE_HZ:], BROWSERS_HZ) < -80

        await page.get_by_role("button", name="Mute").click()
        await eventually(silent_in_the_program)

        await page.get_by_role("button", name="Mute").click()
        await eventually(heard_in_the_program)
        await page.get_by_role("button", name="Hold").click()
        await eventually(silent_in_the_program)
        _, power = await page.evaluate(STRONGEST_HEARD, 1)
        assert power < 1e-9

        await page.get_by_role("button", name="Hang up").click()
        await expect(page.get_by_role("status")).to_have_text("The call is over.")


async def test_a_guest_joins_by_link_and_is_heard(server: Server, microphone: Path) -> None:
    to = await room_application(server, "Guests")
    link = server.manage("guest_link", "Guests").strip()
    name = "<b>Eve</b>"
    async with a_page(microphone) as page, server.caller(to) as bob:
        wrong = await open_phone(page, link)
        await page.get_by_label("Your name").fill(name)
        await page.get_by_role("button", name="Join").click()
        await is_connected(page)

        async def heard_in_the_program() -> bool:
            return await hears_the_browser(bob)

        await eventually(heard_in_the_program)
        conference = await server.conference_of(bob)
        assert len(await server.people_in(conference)) == 2
        assert f"client:{name}" in server.books.callers()

        (guest,) = {*await server.people_in(conference)} - {bob.call_sid}
        await server.rest("DELETE", f"Conferences/{conference}/Participants/{guest}")
        await expect(page.get_by_role("status")).to_have_text("The call is over.")
        assert not wrong


async def test_a_key_of_the_keypad_reaches_a_gather(server: Server, microphone: Path) -> None:
    action = server.web.put_twiml("<Hangup/>")
    document = server.web.put_twiml(f'<Gather numDigits="2" action="{action}"/>')
    await server.rest("POST", "Applications", VoiceUrl=document, FriendlyName="gather")
    async with a_page(microphone) as page:
        await open_phone(page, server.http)
        await offer(page, "gather")
        await page.get_by_role("button", name="Call").click()
        await is_connected(page)
        await page.get_by_role("button", name="Keypad").click()
        await page.get_by_role("group", name="Keypad").get_by_role("button", name="5").click()
        await page.keyboard.press("#")
        await page.keyboard.press("7")
        await expect(page.get_by_role("status")).to_have_text("The call is over.")
    assert [asked.form["Digits"] for asked in server.web.asked_for(action)] == ["5"]


async def test_whose_microphone_is_refused_listens_and_reads_why(server: Server) -> None:
    to = await room_application(server, "Listeners")
    spoken = tone(CALLERS_HZ, 1, level=0.2)
    async with a_page(refuse=True) as page, server.caller(to, play=spoken, loop=True):
        await open_phone(page, server.http)
        await call(page, "Listeners")
        problem = page.get_by_role("alert")
        await expect(problem).to_contain_text("The microphone is blocked. You can listen")
        await expect(problem.get_by_role("button")).to_have_text("Try the microphone again")
        hz, _ = await page.evaluate(STRONGEST_HEARD, 1)
        assert is_the_callers(hz)


async def test_who_has_no_microphone_reads_so(server: Server) -> None:
    async with a_page() as page:
        await open_phone(page, server.http)
        await call(page, "Listeners")
        problem = page.get_by_role("alert")
        await expect(problem).to_contain_text("No microphone was found. You can listen")


async def test_another_microphone_is_chosen_in_a_call(server: Server, microphone: Path) -> None:
    to = await room_application(server, "Devices")
    async with a_page(microphone) as page, server.caller(to) as bob:
        await page.add_init_script(KEEP_WHICH_MICROPHONES)
        wrong = await open_phone(page, server.http)
        await call(page, "Devices")
        await page.get_by_text("Microphone and loudspeaker").click()
        await page.get_by_label("Microphone").select_option(label="Fake Audio Input 2")

        async def heard_in_the_program() -> bool:
            await hear(bob, 0.5)
            return level_dbfs(heard(bob)[-RATE_HZ // 2 :]) > -60

        await eventually(heard_in_the_program)
        microphones = await page.evaluate("window.microphonesForTests")
        assert microphones == ["Fake Default Audio Input", "Fake Audio Input 2"]
        await expect(page.get_by_role("alert")).to_be_hidden()
        assert not wrong


async def test_a_lost_connection_is_said_and_the_phone_calls_again(
    server: Server, microphone: Path
) -> None:
    async with a_page(microphone) as page:
        await page.add_init_script(KEEP_SOCKETS)
        await open_phone(page, server.http)
        await call(page, "Comes back")
        told = await page.evaluate_handle(
            "() => { const told = []; new MutationObserver(() => told.push("
            "document.querySelector('[role=status]').textContent)).observe("
            "document.querySelector('[role=status]'), { childList: true }); return told; }"
        )
        # A close code of an application's own stands for a connection that breaks.
        await page.evaluate("window.sockets[0].close(4000)")
        await page.wait_for_function("() => window.sockets.length === 2")
        await is_connected(page)
        assert await told.json_value() == [
            "The connection was lost. Calling again…",
            "You are connected.",
        ]


async def test_an_expired_link_says_so(server: Server) -> None:
    link = server.manage("guest_link", "Closed", "--hours", "0").strip()
    async with a_page() as page:
        await open_phone(page, link)
        await expect(page.get_by_role("main")).to_contain_text("This link has expired.")
        assert await page.get_by_role("button").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_no_serious_fault(server: Server, microphone: Path, scheme: str) -> None:
    async with a_page(microphone, color_scheme=scheme) as page:
        await open_phone(page, server.http)
        await page.get_by_text("Microphone and loudspeaker").click()
        await no_serious_fault(page)
        await call(page, "Looked at")
        await page.get_by_role("button", name="Keypad").click()
        await page.get_by_role("button", name="Mute").click()
        await no_serious_fault(page)
