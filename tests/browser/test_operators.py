"""What an operator sees in a browser of a meeting that belongs to another account."""

from typing import Final

from playwright.async_api import expect

from conference_app import sids
from tests.browser.chromium import IN_A_BROWSER, a_page
from tests.browser.control_room import log_in
from tests.end_to_end.operator import make_operator
from tests.end_to_end.server import Server

pytestmark = IN_A_BROWSER

ROOM: Final = "<Dial><Conference>Of others</Conference></Dial>"


async def test_an_operator_of_another_account_gets_no_page_of_a_meeting(staffed: Server) -> None:
    rights = ["view_conference", "change_conference"]
    make_operator(staffed, "oscar", accounts=[sids.new("AC")], rights=rights)
    to = await staffed.application(ROOM)
    async with a_page() as page, staffed.caller(to) as caller:
        key = staffed.books.conference(await staffed.conference_of(caller))["id"]
        meeting = f"{staffed.http}/admin/conference_app/conference/{key}/change/"
        await log_in(page, staffed, "oscar")
        await page.goto(meeting)
        await expect(page).to_have_url(f"{staffed.http}/admin/")
        await expect(page.get_by_text("Perhaps it was deleted?")).to_be_visible()
        await expect(page.get_by_text("Nobody meets at the moment.")).to_be_visible()
        await expect(page.get_by_text("Of others")).to_have_count(0)
        await page.goto(f"{staffed.http}/admin/conference_app/conference/")
        await expect(page.get_by_role("heading", name="Conferences")).to_be_visible()
        await expect(page.get_by_text("Of others")).to_have_count(0)
