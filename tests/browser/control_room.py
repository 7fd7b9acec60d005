"""The control room in a browser: an operator who has logged in, at the page of a live meeting."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from playwright.async_api import Page, expect
from yarl import URL

from tests.end_to_end.operator import Operator
from tests.end_to_end.server import OPERATORS_NAME, Server

SHOWN_WITHIN_MS: Final = 60_000
"""A guard against hanging, not a measure."""

expect.set_options(timeout=SHOWN_WITHIN_MS)

_cookies: Final[dict[tuple[str, str], dict[str, str]]] = {}
"""Of an operator's session, by the server's address and the operator's name."""


@asynccontextmanager
async def an_operator(page: Page, server: Server, **context: Any) -> AsyncIterator[Page]:
    """Open another window in a page's browser, as somebody else, and log in to the control room."""
    assert page.context.browser is not None
    session = await page.context.browser.new_context(**context)
    try:
        window = await session.new_page()
        await log_in(window, server)
        yield window
    finally:
        await session.close()


async def log_in(page: Page, server: Server, name: str = OPERATORS_NAME) -> None:
    """Let a browser be an operator's: it gets the cookies of one login for all tests."""
    page.set_default_timeout(SHOWN_WITHIN_MS)
    if (server.http, name) not in _cookies:
        async with Operator(server) as operator:
            await operator.login(name)
            jar = operator.session.cookie_jar.filter_cookies(URL(server.http))
            _cookies[server.http, name] = {key: cookie.value for key, cookie in jar.items()}
    for key, value in _cookies[server.http, name].items():
        await page.context.add_cookies([{"name": key, "value": value, "url": server.http}])


async def open_meeting(page: Page, server: Server, conference_sid: str, *, people: int) -> None:
    """Open the page of a meeting, and wait until it shows so many people."""
    key = server.books.conference(conference_sid)["id"]
    await page.goto(f"{server.http}/admin/conference_app/conference/{key}/change/")
    await is_live(page)
    await expect(people_of(page)).to_have_count(people)


async def is_live(page: Page) -> None:
    await says_of_its_link(page, "live")


async def says_of_its_link(page: Page, words: str) -> None:
    await expect(page.locator("[data-link]")).to_have_text(words)


def people_of(page: Page) -> Any:
    """The rows of those who are in."""
    return page.locator("[data-people] > li")


def button(page: Page, label: str, person: str | None = None) -> Any:
    """The button of an order, for one person or for the meeting."""
    name = label if person is None else f"{label}: {person}"
    return page.get_by_role("button", name=name, exact=True)


async def is_told(page: Page, kind: str) -> None:
    """Wait until the timeline has a fact of this kind as its newest."""
    newest = page.locator("[data-timeline] > li").first
    await expect(newest).to_contain_text(kind)
