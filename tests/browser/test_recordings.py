"""A recorded meeting in a real browser: its waveform, who spoke, seeking in it; and its history."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, TypeAlias, cast

import numpy as np
import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from numpy.typing import NDArray
from playwright.async_api import Browser, BrowserContext, Locator, Page, StorageState, expect

from media_engine.levels import rms_dbfs
from media_engine.pcm import FRAMES_PER_SECOND, Pcm
from tests.browser.chromium import a_page, needs_chromium
from tests.end_to_end import server as servers
from tests.end_to_end.books import Row
from tests.end_to_end.conftest import data_directory
from tests.end_to_end.operator import Operator
from tests.end_to_end.server import Server
from tests.end_to_end.sound import FRAME, RATE_HZ, voice
from tests.end_to_end.waiting import eventually, hear
from tests.end_to_end.web_server import WebServer

pytestmark = [
    pytest.mark.end_to_end,
    needs_chromium,
    pytest.mark.asyncio(loop_scope="module"),
]

PASSWORD: Final = "a password of these tests"
ROOM: Final = (
    '<Dial><Conference record="record-from-start" beep="false" waitUrl=""'
    ' statusCallback="{}" statusCallbackEvent="join leave">Recorded</Conference></Dial>'
)
TALK_S: Final = 3.0
PAUSE_S: Final = 2.0
AUDIBLE_DBFS: Final = -40.0
SHOWN_WITHIN_MS: Final = 60_000
"""A guard against hanging, not a measure."""

NARROW: Final = {"width": 390, "height": 844}
WIDE: Final = {"width": 1280, "height": 900}

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


@dataclass(frozen=True)
class Recorded:
    """A meeting in which alice spoke and then, after a pause, bob; its recording and the sound."""

    server: Server
    conference: Row
    row: Row
    sound: Pcm

    @property
    def seconds(self) -> float:
        return len(self.sound) / RATE_HZ

    @property
    def levels(self) -> NDArray[np.float32]:
        """In dBFS, of each 20 ms."""
        frames = self.sound[: len(self.sound) // FRAME * FRAME].reshape(-1, FRAME)
        return rms_dbfs(frames.astype(np.float32))

    @property
    def between(self) -> tuple[float, float]:
        """From when to when nobody is heard: the longest of all pauses, in seconds."""
        loud = np.flatnonzero(self.levels > AUDIBLE_DBFS) / FRAMES_PER_SECOND
        return max(pairwise(loud.tolist()), key=lambda pause: pause[1] - pause[0])

    def spans(self, name: str) -> list[tuple[float, float]]:
        """When somebody spoke, in seconds, as the books have it."""
        (stay,) = [
            stay
            for stay in self.server.books.stays(self.conference["sid"])
            if self.server.books.call(stay["stream_sid"])["caller"] == name
        ]
        sid = self.server.books.call(stay["stream_sid"])["sid"]
        speech = self.row["speech"]
        told = json.loads(speech) if isinstance(speech, str) else speech
        return [(start / 1000, end / 1000) for start, end in told["spans"][sid]]


@pytest.fixture(scope="module")
def recorded(
    tmp_path_factory: pytest.TempPathFactory, web: WebServer, music_directory: Any
) -> Iterator[Recorded]:
    directory = data_directory(tmp_path_factory, music_directory)
    with servers.running(directory, web, CONFAB_ADMIN_PASSWORD=PASSWORD) as server:
        yield asyncio.run(meet(server))
    assert "Traceback" not in server.log, server.log


async def meet(server: Server) -> Recorded:
    to = await server.application(ROOM.format(server.web.put_twiml("")))
    async with (
        server.caller(to, from_="alice") as alice,
        server.caller(to, from_="bob") as bob,
    ):
        await hear(bob, 1)
        alice.play(voice("alice")[: round(TALK_S * RATE_HZ)])
        await hear(bob, TALK_S + PAUSE_S)
        bob.play(voice("bob")[: round(TALK_S * RATE_HZ)])
        await hear(alice, TALK_S + PAUSE_S)
        sid = await server.conference_of(alice)
    await server.end_of(sid)

    async def encoded() -> Row | None:
        (row,) = server.books.recordings(sid)
        return row if row["mp3"] else None

    row = await eventually(encoded)
    return Recorded(server, server.books.conference(sid), row, server.sound_of(row))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One for all tests, who each have a session of their own."""
    async with a_page() as page:
        assert page.context.browser is not None
        yield page.context.browser


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def login(recorded: Recorded) -> StorageState:
    """What a browser remembers whose user has logged in to the control room."""
    async with Operator(recorded.server) as operator:
        await operator.login("admin", PASSWORD)
        cookies = [
            {"name": cookie.key, "value": cookie.value, "url": recorded.server.http}
            for cookie in operator.session.cookie_jar
        ]
    return StorageState(cookies=cast(Any, cookies), origins=[])


Open: TypeAlias = Callable[..., Awaitable[Page]]


@pytest_asyncio.fixture(loop_scope="module")
async def open_page(browser: Browser, login: StorageState) -> AsyncIterator[Open]:
    """Opens an empty page of an operator, given options of Playwright's `new_context`."""
    contexts: list[BrowserContext] = []

    async def open_one(**options: Any) -> Page:
        options.setdefault("viewport", WIDE)
        context = await browser.new_context(**options)
        contexts.append(context)
        await context.add_cookies(cast(Any, login["cookies"]))
        context.set_default_timeout(SHOWN_WITHIN_MS)
        return await context.new_page()

    yield open_one
    for context in contexts:
        await context.close()


async def open_player(page: Page, recorded: Recorded) -> list[str]:
    """Open the recording's page, its waveform drawn; give what goes wrong, which grows."""
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    url = f"{recorded.server.http}/admin/conference_app/recording/{recorded.row['id']}/change/"
    await page.goto(url)
    await page.locator(".player-drawn").wait_for()
    return wrong


async def now(page: Page) -> float:
    """Where the sound is."""
    seconds = await page.evaluate("document.querySelector('audio').currentTime")
    return float(seconds)


async def is_at(page: Page, seconds: float, within: float = 0.1) -> None:
    """Wait until the sound is there."""
    await page.wait_for_function(
        "([at, within]) => Math.abs(document.querySelector('audio').currentTime - at) <= within",
        arg=[seconds, within],
        timeout=SHOWN_WITHIN_MS,
    )


async def plays_from(page: Page, seconds: float) -> None:
    """Wait until it has played on from there; how far depends on the machine."""
    await page.wait_for_function(
        "(from) => { const audio = document.querySelector('audio');"
        " return !audio.paused && audio.currentTime > from + 0.3; }",
        arg=seconds,
        timeout=SHOWN_WITHIN_MS,
    )


def lane_of(page: Page, name: str) -> Locator:
    named = page.get_by_role("button", name=f"{name}: play what comes next")
    return page.get_by_role("listitem").filter(has=named)


async def click_at(page: Page, element: Locator, part: float) -> None:
    """Click on a place of an element, 0 being its left end and 1 its right one."""
    box = await element.bounding_box()
    assert box is not None
    await page.mouse.click(box["x"] + part * box["width"], box["y"] + box["height"] / 2)


# --- what is noted -------------------------------------------------------------------------------


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


# --- the player ----------------------------------------------------------------------------------


async def test_the_waveform_is_high_where_the_sound_is_loud(
    open_page: Open, recorded: Recorded
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


async def test_it_plays_and_tells_who_speaks(open_page: Open, recorded: Recorded) -> None:
    page = await open_page()
    wrong = await open_player(page, recorded)
    await page.get_by_role("button", name="Play", exact=True).click()
    await plays_from(page, 0)
    await expect(page.locator("[data-speaker]")).to_have_text("alice", timeout=SHOWN_WITHIN_MS)
    await page.get_by_role("button", name="Pause", exact=True).click()
    stopped_at = await now(page)
    await expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible(
        timeout=SHOWN_WITHIN_MS
    )
    assert await now(page) == stopped_at
    assert not wrong


async def test_a_click_on_a_lane_leads_to_where_that_one_begins_to_speak(
    open_page: Open,
    recorded: Recorded,
) -> None:
    start, end = recorded.spans("bob")[0]
    page = await open_page()
    await open_player(page, recorded)
    track = lane_of(page, "bob").locator("[data-track]")
    await click_at(page, track, (start + end) / 2 / recorded.seconds)
    await is_at(page, start)
    await expect(page.locator("[data-speaker]")).to_have_text("bob", timeout=SHOWN_WITHIN_MS)
    quiet = sum(recorded.between) / 2
    alone = lane_of(page, "alice").locator("[data-track]")
    await click_at(page, alone, quiet / recorded.seconds)
    await is_at(page, quiet, within=recorded.seconds / 100)
    await click_at(page, page.locator("canvas"), 0.25)
    await is_at(page, 0.25 * recorded.seconds, within=recorded.seconds / 100)


async def test_a_name_plays_what_that_one_says_next(open_page: Open, recorded: Recorded) -> None:
    start, _ = recorded.spans("bob")[0]
    page = await open_page()
    await open_player(page, recorded)
    name = page.get_by_role("button", name="bob: play what comes next")
    await name.focus()
    await page.keyboard.press("Enter")
    await plays_from(page, start)


async def test_keys_seek_and_play(open_page: Open, recorded: Recorded) -> None:
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
    await expect(slider).to_have_attribute("aria-valuenow", "0", timeout=SHOWN_WITHIN_MS)
    whole = int(recorded.seconds)
    await expect(slider).to_have_attribute("aria-valuemax", str(whole), timeout=SHOWN_WITHIN_MS)
    await expect(slider).to_have_attribute(
        "aria-valuetext", f"0:00 of 0:{whole:02}", timeout=SHOWN_WITHIN_MS
    )
    await page.keyboard.press("Space")
    await plays_from(page, 0)
    await page.keyboard.press("Space")
    await page.wait_for_function("document.querySelector('audio').paused")
    await page.keyboard.press("End")
    await is_at(page, recorded.seconds)


async def test_both_files_are_downloaded(open_page: Open, recorded: Recorded) -> None:
    page = await open_page()
    await open_player(page, recorded)
    for kind in ("WAV", "MP3"):
        async with page.expect_download() as started:
            await page.get_by_role("link", name=f"Download {kind}").click()
        download = await started.value
        path = await download.path()
        assert download.suggested_filename == f"{recorded.row['sid']}.{kind.lower()}"
        assert path.stat().st_size > 1000


# --- who uses it otherwise -----------------------------------------------------------------------


async def no_serious_fault(page: Page) -> None:
    """What is ours of a page; the frame around it is the theme's."""
    found = await Axe().run(page, context="#content-main")
    serious = [
        violation
        for violation in found.response["violations"]
        if violation["impact"] in ("serious", "critical")
    ]
    assert not serious, json.dumps(serious, indent=1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
async def test_axe_finds_no_serious_fault(
    open_page: Open, recorded: Recorded, scheme: str, viewport: dict[str, int]
) -> None:
    page = await open_page(color_scheme=scheme, viewport=viewport)
    await open_player(page, recorded)
    await no_serious_fault(page)
    await open_history(page, recorded)
    await no_serious_fault(page)


async def test_on_a_narrow_screen_all_is_below_each_other(
    open_page: Open, recorded: Recorded
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


# --- the history ---------------------------------------------------------------------------------


async def open_history(page: Page, recorded: Recorded) -> None:
    """Open the page of the meeting, which is over."""
    key = recorded.conference["id"]
    await page.goto(f"{recorded.server.http}/admin/conference_app/conference/{key}/change/")
    await page.get_by_role("heading", name="Who was in").wait_for()


async def test_the_history_tells_who_spoke_and_sends_a_webhook_again(
    open_page: Open, recorded: Recorded
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
    await expect(page.get_by_text("Two or more at once")).to_be_visible(timeout=SHOWN_WITHIN_MS)

    again = page.get_by_role("button", name="Send again").first
    await again.click()
    await expect(page.get_by_text("Webhooks to be sent again: 1.")).to_be_visible(
        timeout=SHOWN_WITHIN_MS
    )


async def test_a_recording_is_asked_about_and_deleted(open_page: Open, recorded: Recorded) -> None:
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
    await expect(page.locator("body")).to_contain_text("its WAV file", timeout=SHOWN_WITHIN_MS)
    await expect(page.locator("body")).to_contain_text("its MP3 file", timeout=SHOWN_WITHIN_MS)
    await page.get_by_role("button", name=re.compile("^Yes")).click()
    done = page.get_by_text("was deleted successfully")
    await expect(done).to_be_visible(timeout=SHOWN_WITHIN_MS)
    assert server.books.recordings_of_call(carol.stream_sid) == []
    assert not list(server.data_directory.rglob(f"{row['sid']}*"))
