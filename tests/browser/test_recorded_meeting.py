"""What is left of a recorded meeting in a real browser: its history, deletion; who can read it."""

import re
from typing import Final

import pytest
from playwright.async_api import expect

from tests.browser.axe import no_serious_fault
from tests.browser.chromium import IN_A_BROWSER
from tests.browser.recordings import (
    NARROW,
    WIDE,
    OpenPage,
    Recorded,
    open_history,
    open_player,
)
from tests.end_to_end.books import Row
from tests.end_to_end.sound import voice
from tests.end_to_end.waiting import eventually, hear

pytestmark = IN_A_BROWSER

OURS: Final = "#content-main"
"""The frame around it is the theme's."""


async def test_the_history_tells_who_spoke_and_sends_a_webhook_again(
    open_page: OpenPage, recorded: Recorded
) -> None:
    page = await open_page()
    await open_history(page, recorded)
    for name in ("alice", "bob"):
        row = page.get_by_role("listitem").filter(has=page.get_by_role("link", name=name))
        bars = row.locator(".bar-speech")
        assert await bars.count() == len(recorded.spans(name))
        length = sum(end - start for start, end in recorded.spans(name))
        told = await row.inner_text()
        assert any(f"spoke 0:00:{int(length) + more:02}" in told for more in (0, -1))
    left = {
        name: await page.get_by_role("listitem")
        .filter(has=page.get_by_role("link", name=name))
        .locator(".bar-speech")
        .first.get_attribute("x")
        for name in ("alice", "bob")
    }
    assert float(left["alice"] or 100) < float(left["bob"] or 0)
    await expect(page.get_by_text("Two or more at once")).to_be_visible()

    again = page.get_by_role("button", name="Send again").first
    await again.click()
    await expect(page.get_by_text("Webhooks to be sent again: 1.")).to_be_visible()


async def test_a_recording_is_asked_about_and_deleted(
    open_page: OpenPage, recorded: Recorded
) -> None:
    server = recorded.server
    room = '<Conference waitUrl="">Deleted</Conference>'
    to = await server.application(f'<Dial record="record-from-answer">{room}</Dial>')
    async with (
        server.caller(to, from_="carol", play=voice("carol")) as carol,
        server.caller(to) as other,
    ):
        await hear(other, 1)

    async def finished() -> Row | None:
        rows = server.books.recordings_of_call(carol.stream_sid)
        return next((row for row in rows if row["mp3"]), None)

    row = await eventually(finished)
    page = await open_page()
    url = f"{server.http}/admin/conference_app/recording/{row['id']}"
    await page.goto(f"{url}/change/")
    assert await page.locator("[data-track]").count() == 0
    await page.get_by_role("link", name="Delete recording").click()
    await expect(page.locator("body")).to_contain_text("its WAV file")
    await expect(page.locator("body")).to_contain_text("its MP3 file")
    await page.get_by_role("button", name=re.compile("^Yes")).click()
    done = page.get_by_text("was deleted successfully")
    await expect(done).to_be_visible()
    assert server.books.recordings_of_call(carol.stream_sid) == []
    assert not list(server.data_directory.rglob(f"{row['sid']}*"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
async def test_axe_finds_no_serious_fault(
    open_page: OpenPage, recorded: Recorded, scheme: str, viewport: dict[str, int]
) -> None:
    page = await open_page(color_scheme=scheme, viewport=viewport)
    await open_player(page, recorded)
    await no_serious_fault(page, OURS)
    await open_history(page, recorded)
    await no_serious_fault(page, OURS)
