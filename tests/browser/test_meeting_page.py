"""The page of a live meeting in a real browser: what an operator sees there, and what comes of his
orders.
"""

from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any, Final

import numpy as np
import pytest
from playwright.async_api import Page, expect

from conference_app.headless_caller import HeadlessCaller
from media_engine.dtmf import key_tones
from tests.browser.axe import no_serious_fault
from tests.browser.chromium import IN_A_BROWSER, a_page
from tests.browser.conftest import BROWSERS_HZ
from tests.browser.control_room import (
    an_operator,
    button,
    is_told,
    log_in,
    open_meeting,
    people_of,
)
from tests.end_to_end.server import Server
from tests.end_to_end.sound import (
    RATE_HZ,
    arrival_times,
    best_lag,
    heard,
    level_dbfs,
    levels_of,
    tone,
    tone_dbfs,
)
from tests.end_to_end.test_verbs import sound_file
from tests.end_to_end.waiting import eventually, hear

pytestmark = IN_A_BROWSER

ROOM: Final = "<Dial><Conference beep='false' waitUrl=''>{}</Conference></Dial>"
MARKUP: Final = "<img src=x onerror=alert(1)>"

MUTED_WITHIN_FRAMES: Final = 15
"""300 ms, counted in what the others hear."""

LONGEST_GAP_FRAMES: Final = 2
"""Between two pulses of the guest's microphone: so much longer the tone may have been allowed."""

ROUNDS: Final = 20
"""A busy machine holds up this one or that; an order that is slow by itself is slow each time."""

AUDIBLE_DBFS: Final = -55


async def _hears_the_guest(caller: HeadlessCaller) -> bool:
    await hear(caller, 1)
    return tone_dbfs(heard(caller)[-RATE_HZ:], BROWSERS_HZ) > -45


async def test_a_guest_is_muted_at_once_and_put_out(staffed: Server, microphone: Path) -> None:
    to = await staffed.application(ROOM.format("Guests"))
    link = staffed.manage("guest_link", "Guests").strip()
    async with a_page(microphone) as guest, staffed.caller(to, from_="bob") as bob:
        await guest.goto(link)
        await guest.get_by_label("Your name").fill("Eve")
        await guest.get_by_role("button", name="Join").click()

        async def is_heard() -> bool:
            return await _hears_the_guest(bob)

        await eventually(is_heard)
        async with an_operator(guest, staffed) as page:
            await open_meeting(page, staffed, await staffed.conference_of(bob), people=2)
            frames = []
            for _ in range(ROUNDS):
                frames.append(await _frames_until_silent(page, bob))
                if frames[-1] + LONGEST_GAP_FRAMES <= MUTED_WITHIN_FRAMES:
                    break
                await button(page, "Unmute", "client:Eve").click()
                await eventually(is_heard)
            assert min(frames) + LONGEST_GAP_FRAMES <= MUTED_WITHIN_FRAMES, frames

            status = guest.get_by_role("status")
            await expect(status).to_have_text("You are connected.")
            await button(page, "Put out", "client:Eve").click()
            question = page.get_by_role("dialog")
            await expect(question).to_contain_text("Put client:Eve out of this meeting?")
            await expect(question).to_contain_text("This can not be undone.")
            await question.get_by_role("button", name="Cancel").click()
            await expect(people_of(page)).to_have_count(2)
            await button(page, "Put out", "client:Eve").click()
            await question.get_by_role("button", name="Put out").click()
            await expect(people_of(page)).to_have_count(1)
            await expect(status).not_to_have_text("You are connected.")
            await expect(status).to_have_text("The call is over.")


async def _frames_until_silent(page: Page, listener: HeadlessCaller) -> int:
    """Mute Eve; give how many frames the listener heard from the click to the last of her tone."""
    await page.evaluate(
        "addEventListener('click', () => (window.clickedAt = Date.now()),"
        " { capture: true, once: true })"
    )
    await button(page, "Mute", "client:Eve").click()
    await expect(button(page, "Unmute", "client:Eve")).to_be_visible()
    await hear(listener, 1)
    # Both clocks are this machine's.
    since_1970 = datetime.now(UTC).timestamp() - monotonic()
    clicked_at = await page.evaluate("window.clickedAt") / 1000 - since_1970
    frames = list(listener.sound.frames)
    assert level_dbfs(heard(listener)[-RATE_HZ // 4 :]) < AUDIBLE_DBFS
    loud = np.flatnonzero(levels_of(frames, listener.wire) > AUDIBLE_DBFS)
    after = np.flatnonzero(arrival_times(frames) > clicked_at)
    return int(np.sum(after <= loud[-1]))


async def test_what_was_done_is_undone(staffed: Server) -> None:
    to = await staffed.application(ROOM.format("Undone"))
    async with a_page() as page, staffed.caller(to, from_="eve") as eve, staffed.caller(to):
        await log_in(page, staffed)
        conference = await staffed.conference_of(eve)
        await open_meeting(page, staffed, conference, people=2)
        for done, undone, words in (
            ("Mute", "Unmute", "Muted eve."),
            ("Hold", "Take back", "Put eve on hold."),
        ):
            await button(page, done, "eve").click()
            await expect(button(page, undone, "eve")).to_be_focused()
            await expect(page.get_by_text(words)).to_be_visible()
            await button(page, "Undo").click()
            await expect(button(page, done, "eve")).to_be_visible()
        await is_told(page, "participant-unhold")

        slider = page.get_by_role("slider", name="Volume: eve")
        await slider.focus()
        await page.keyboard.press("PageDown")
        chip = people_of(page).first.get_by_text("80 %", exact=True).first
        await expect(chip).to_be_visible()
        await eventually(lambda: _volume(staffed, conference, eve, 0.8))
        await button(page, "Undo").click()
        await eventually(lambda: _volume(staffed, conference, eve, 1.0))
        await expect(slider).to_have_value("100")

        await button(page, "Lock").click()
        await is_told(page, "conference-lock")
        await button(page, "Undo").click()
        await is_told(page, "conference-unlock")
        await expect(button(page, "Lock")).to_be_visible()


async def _volume(server: Server, conference: str, caller: HeadlessCaller, volume: float) -> bool:
    _, answer = await server.rest("GET", f"Conferences/{conference}/Audibility")
    people = {person["call_sid"]: person for person in answer["participants"]}
    return bool(people[caller.call_sid]["volume"] == volume)


async def test_who_comes_to_a_locked_meeting_goes_on_with_the_next_verb(staffed: Server) -> None:
    to = await staffed.application(ROOM.format("Locked") + '<Play digits="159"/>')
    async with a_page() as page, staffed.caller(to, from_="eve") as eve:
        await log_in(page, staffed)
        await open_meeting(page, staffed, await staffed.conference_of(eve), people=1)
        await button(page, "Lock").click()
        await is_told(page, "conference-lock")
        await expect(page.locator("[data-state]")).to_contain_text("locked")
        async with staffed.caller(to) as late:
            await late.wait_until_closed(30)
        sound, keys = heard(late), key_tones("159", RATE_HZ).astype(float)
        lag, _ = best_lag(sound, keys, range(len(sound)))
        assert np.array_equal(sound[lag : lag + len(keys)], keys)
        assert staffed.books.call(late.stream_sid)["error_code"] == 16030

        await button(page, "Unlock").click()
        await is_told(page, "conference-unlock")
        async with staffed.caller(to):
            await expect(people_of(page)).to_have_count(2)


async def test_an_announcement_is_asked_for_until_it_makes_sense(staffed: Server) -> None:
    to = await staffed.application(ROOM.format("Announced to"))
    notice = staffed.web.put(sound_file(tone(700, 1), "WAV"), "audio/wav")
    caller = staffed.caller
    async with a_page() as page, caller(to, from_="eve") as eve, caller(to) as bob:
        await log_in(page, staffed)
        await open_meeting(page, staffed, await staffed.conference_of(eve), people=2)
        await button(page, "Announce", "eve").click()
        dialog = page.get_by_role("dialog", name="Announce to eve")
        await dialog.get_by_role("button", name="Announce").click()
        await expect(dialog.get_by_role("alert")).to_have_text(
            "Give a text or an address, one of the two."
        )
        await dialog.get_by_label("Or the address").fill(notice)
        await page.keyboard.press("Enter")
        await expect(dialog).to_be_hidden()
        await is_told(page, "announcement-end")
        assert tone_dbfs(_loudest_second(eve), 700) > -20
        assert tone_dbfs(_loudest_second(bob), 700) < -60

        await button(page, "Announce").click()
        dialog = page.get_by_role("dialog", name="Announce to everybody")
        await dialog.get_by_label("Text").fill("Hello")
        await dialog.get_by_role("button", name="Announce").click()
        await expect(dialog).to_be_hidden()
        await expect(page.locator("[data-timeline]")).to_contain_text("Hello")


def _loudest_second(caller: HeadlessCaller) -> Any:
    sound = heard(caller)
    seconds = [sound[start : start + RATE_HZ] for start in range(0, len(sound), RATE_HZ // 4)]
    return max(seconds, key=level_dbfs)


async def test_a_meeting_is_recorded_and_guests_are_invited(staffed: Server) -> None:
    to = await staffed.application(ROOM.format("Recorded"))
    async with a_page() as page, staffed.caller(to) as eve:
        await log_in(page, staffed)
        await open_meeting(page, staffed, await staffed.conference_of(eve), people=1)
        await expect(button(page, "Record")).to_be_hidden()
        async with staffed.caller(to):
            state = page.locator("[data-state]")
            for order, shown in (
                ("Record", "recording"),
                ("Pause recording", "recording paused"),
                ("Resume recording", "recording"),
            ):
                await button(page, order).click()
                badge = state.get_by_text(shown, exact=True)
                await expect(badge).to_be_visible()
            await button(page, "Stop recording").click()
            await expect(state).not_to_contain_text("recording")
            await expect(button(page, "Record")).to_be_visible()

        await button(page, "Guest link").click()
        address = await page.get_by_role("dialog").get_by_label("Address").input_value()
        await page.get_by_role("button", name="Close").click()
        token = address.rpartition("/join/")[2]
        await page.goto(f"{staffed.http}/join/{token}")
        await expect(page.get_by_label("Your name")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_no_serious_fault(staffed: Server, scheme: Any) -> None:
    to = await staffed.application(ROOM.format("Looked at"))
    caller = staffed.caller
    async with a_page(color_scheme=scheme) as page, caller(to, from_=MARKUP), caller(to) as bob:
        alerts: list[str] = []
        page.on("dialog", lambda dialog: alerts.append(dialog.message))
        await log_in(page, staffed)
        await open_meeting(page, staffed, await staffed.conference_of(bob), people=2)
        name = people_of(page).locator(".person-name").filter(has_text=MARKUP)
        await expect(name).to_have_text(MARKUP)
        await button(page, "Mute", MARKUP).click()
        await expect(page.get_by_text(f"Muted {MARKUP}.")).to_be_visible()
        for width in (1280, 390):
            await page.set_viewport_size({"width": width, "height": 800})
            await no_serious_fault(page)
            assert await page.evaluate("document.documentElement.scrollWidth") <= width
        await button(page, "Announce", MARKUP).click()
        await no_serious_fault(page)
        await page.keyboard.press("Escape")
        await button(page, "Put out", MARKUP).click()
        await no_serious_fault(page)
        assert not alerts
