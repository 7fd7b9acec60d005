"""The player of a recording in a real browser: its waveform, who spoke, seeking in it."""

from typing import Any, Final

import numpy as np
from playwright.async_api import Locator, Page, expect

from media_engine.pcm import FRAMES_PER_SECOND
from tests.browser.chromium import IN_A_BROWSER
from tests.browser.recordings import (
    AUDIBLE_DBFS,
    NARROW,
    PAUSE_S,
    OpenPage,
    Recorded,
    lane_of,
    open_player,
)

pytestmark = IN_A_BROWSER

BARS: Final = """(canvas) => {
  const { width, height } = canvas;
  const pixels = canvas.getContext("2d").getImageData(0, 0, width, height).data;
  return Array.from({ length: width }, (_, x) => {
    let drawn = 0;
    for (let y = 0; y < height; y++) drawn += pixels[4 * (y * width + x) + 3] > 127;
    return drawn / height;
  });
}"""
"""How much of each column of a canvas is drawn on, from its left to its right."""


async def now(page: Page) -> float:
    """Where the sound is."""
    seconds = await page.evaluate("document.querySelector('audio').currentTime")
    return float(seconds)


async def is_at(page: Page, seconds: float, within: float = 0.1) -> None:
    """Wait until the sound is there."""
    await page.wait_for_function(
        "([at, within]) => Math.abs(document.querySelector('audio').currentTime - at) <= within",
        arg=[seconds, within],
    )


async def plays_from(page: Page, seconds: float) -> None:
    """Wait until it has played on from there; how far depends on the machine."""
    await page.wait_for_function(
        "(from) => { const audio = document.querySelector('audio');"
        " return !audio.paused && audio.currentTime > from + 0.3; }",
        arg=seconds,
    )


async def click_at(page: Page, element: Locator, part: float) -> None:
    """Click on a place of an element, 0 being its left end and 1 its right one."""
    box = await element.bounding_box()
    assert box is not None
    await page.mouse.click(box["x"] + part * box["width"], box["y"] + box["height"] / 2)


async def test_who_spoke_is_where_the_sound_is(recorded: Recorded) -> None:
    quiet_from, quiet_to = recorded.between
    assert quiet_to - quiet_from > PAUSE_S / 2
    alices, bobs = recorded.spans("alice"), recorded.spans("bob")
    assert all(end < quiet_to for _, end in alices)
    assert all(start > quiet_from for start, _ in bobs)
    moments = np.arange(len(recorded.levels)) / FRAMES_PER_SECOND
    loud = moments[recorded.levels > AUDIBLE_DBFS]
    covered = sum((loud >= start) & (loud < end) for start, end in alices + bobs)
    assert np.mean(covered > 0) > 0.9


async def test_the_waveform_is_high_where_the_sound_is_loud(
    open_page: OpenPage, recorded: Recorded
) -> None:
    page = await open_page()
    wrong = await open_player(page, recorded)
    columns = np.asarray(await page.locator("canvas").evaluate(BARS))
    assert not wrong
    bars = around([part.max() for part in np.array_split(columns, 50)])
    loudest = [np.abs(part.astype(int)).max() for part in np.array_split(recorded.sound, 50)]
    assert max(bars) > 0.5
    assert np.corrcoef(bars, around(loudest))[0, 1] > 0.9


def around(parts: list[Any]) -> list[Any]:
    """Give the most of each part and its neighbours: a peak between two may be drawn in either."""
    return [max(parts[max(0, n - 1) : n + 2]) for n in range(len(parts))]


async def test_it_plays_and_tells_who_speaks(open_page: OpenPage, recorded: Recorded) -> None:
    page = await open_page()
    wrong = await open_player(page, recorded)
    await page.get_by_role("button", name="Play", exact=True).click()
    await plays_from(page, 0)
    await expect(page.locator("[data-speaker]")).to_have_text("alice")
    await page.get_by_role("button", name="Pause", exact=True).click()
    stopped_at = await now(page)
    await expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    assert await now(page) == stopped_at
    assert not wrong


async def test_a_click_on_a_lane_leads_to_where_that_one_begins_to_speak(
    open_page: OpenPage,
    recorded: Recorded,
) -> None:
    start, end = recorded.spans("bob")[0]
    page = await open_page()
    await open_player(page, recorded)
    track = lane_of(page, "bob").locator("[data-track]")
    await click_at(page, track, (start + end) / 2 / recorded.seconds)
    await is_at(page, start)
    await expect(page.locator("[data-speaker]")).to_have_text("bob")
    quiet = sum(recorded.between) / 2
    alone = lane_of(page, "alice").locator("[data-track]")
    await click_at(page, alone, quiet / recorded.seconds)
    await is_at(page, quiet, within=recorded.seconds / 100)
    await click_at(page, page.locator("canvas"), 0.25)
    await is_at(page, 0.25 * recorded.seconds, within=recorded.seconds / 100)


async def test_a_name_plays_what_that_one_says_next(
    open_page: OpenPage, recorded: Recorded
) -> None:
    start, _ = recorded.spans("bob")[0]
    page = await open_page()
    await open_player(page, recorded)
    name = page.get_by_role("button", name="bob: play what comes next")
    await name.focus()
    await page.keyboard.press("Enter")
    await plays_from(page, start)


async def test_keys_seek_and_play(open_page: OpenPage, recorded: Recorded) -> None:
    page = await open_page()
    await open_player(page, recorded)
    slider = page.get_by_role("slider", name="Position")
    await slider.focus()
    await page.keyboard.press("ArrowRight")
    await is_at(page, 1)
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("ArrowLeft")
    await page.keyboard.press("ArrowUp")
    await is_at(page, 2)
    await page.keyboard.press("PageUp")
    await is_at(page, min(8, recorded.seconds))
    await page.keyboard.press("Home")
    await is_at(page, 0)
    await expect(slider).to_have_attribute("aria-valuenow", "0")
    whole = int(recorded.seconds)
    await expect(slider).to_have_attribute("aria-valuemax", str(whole))
    await expect(slider).to_have_attribute("aria-valuetext", f"0:00 of 0:{whole:02}")
    await page.keyboard.press("Space")
    await plays_from(page, 0)
    await page.keyboard.press("Space")
    await page.wait_for_function("document.querySelector('audio').paused")
    await page.keyboard.press("End")
    await is_at(page, recorded.seconds)


async def test_both_files_are_downloaded(open_page: OpenPage, recorded: Recorded) -> None:
    page = await open_page()
    await open_player(page, recorded)
    for kind in ("WAV", "MP3"):
        async with page.expect_download() as started:
            await page.get_by_role("link", name=f"Download {kind}").click()
        download = await started.value
        path = await download.path()
        assert download.suggested_filename == f"{recorded.row['sid']}.{kind.lower()}"
        assert path.stat().st_size > 1000


async def test_on_a_narrow_screen_all_is_below_each_other(
    open_page: OpenPage, recorded: Recorded
) -> None:
    page = await open_page(viewport=NARROW)
    await open_player(page, recorded)
    wave = await page.locator(".player-wave").bounding_box()
    track = await lane_of(page, "bob").locator("[data-track]").bounding_box()
    assert wave is not None
    assert track is not None
    assert abs(wave["x"] - track["x"]) < 1
    assert abs(wave["width"] - track["width"]) < 1
    too_wide = await page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )
    assert not too_wide
