"""The slider of the live page, tried with states and answers of the test's own, by a set clock."""

from collections.abc import AsyncIterator
from typing import Final

import pytest_asyncio
from playwright.async_api import Page

from tests.browser.chromium import IN_A_BROWSER, a_page
from tests.end_to_end.server import Server

pytestmark = IN_A_BROWSER

AT_REST_MS: Final = 300
TOLD_WITHIN_MS: Final = 3000

SLIDER: Final = """async () => {
  const { Volume } = await import("/static/control_room/volume.js");
  window.asked = [];
  window.refusal = "";
  const orders = {
    give: (order, person, said, before) => {
      window.asked.push([said.volume, before.volume]);
      return new Promise((answer) => { window.answer = () => answer(window.refusal); });
    },
  };
  window.person = { name: "eve", volume: 1 };
  const slider = new Volume(orders, { name: "volume", label: "Volume" }, () => window.person);
  window.tell = (volume) => slider.show((window.person = { name: "eve", volume }));
  window.move = (percent) => {
    slider.slider.value = percent;
    slider.slider.dispatchEvent(new Event("input"));
  };
  window.shown = () => slider.slider.valueAsNumber;
  window.tell(1);
}"""


@pytest_asyncio.fixture(loop_scope="session")
async def page(server: Server) -> AsyncIterator[Page]:
    async with a_page() as page:
        await page.clock.install(time=0)
        await page.goto(server.http)
        await page.evaluate(SLIDER)
        await page.clock.pause_at(3600)  # from here on only tests make time pass
        yield page


async def shown(page: Page) -> int:
    return int(await page.evaluate("shown()"))


async def come_to_rest(page: Page, *moves: int) -> None:
    for percent in moves:
        await page.evaluate(f"move({percent})")
        await page.clock.run_for(AT_REST_MS // 2)
    await page.clock.run_for(AT_REST_MS)


async def test_it_asks_once_for_where_it_came_to_rest(page: Page) -> None:
    await come_to_rest(page, 90, 80, 70)
    assert await page.evaluate("asked") == [[0.7, 1]]


async def test_a_state_from_before_the_answer_does_not_move_it_back(page: Page) -> None:
    await come_to_rest(page, 70)
    await page.evaluate("tell(1)")
    await page.evaluate("answer()")
    await page.evaluate("tell(1)")
    assert await shown(page) == 70
    await page.evaluate("tell(0.7)")
    await page.evaluate("tell(0.5)")
    assert await shown(page) == 50


async def test_what_is_never_told_is_given_up(page: Page) -> None:
    await come_to_rest(page, 70)
    await page.evaluate("answer()")
    await page.evaluate("tell(1.2)")
    assert await shown(page) == 70
    await page.clock.run_for(TOLD_WITHIN_MS)
    assert await shown(page) == 120


async def test_a_refusal_moves_it_back(page: Page) -> None:
    await come_to_rest(page, 70)
    await page.evaluate("refusal = 'No.'; answer()")
    assert await shown(page) == 100


async def test_what_is_told_while_it_is_moved_waits(page: Page) -> None:
    await page.evaluate("move(70)")
    await page.evaluate("tell(0.4)")
    assert await shown(page) == 70
    await page.clock.run_for(AT_REST_MS)
    assert await page.evaluate("asked") == [[0.7, 0.4]]
