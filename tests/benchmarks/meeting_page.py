"""What the page of a live meeting costs: `python -m tests.benchmarks.meeting_page`.

Everybody in one meeting talks, so that all meters move. Stretches of time with the page open and
without it follow each other; what counts is the CPU time of the processes, because it says the same
on a machine that is busy with other things. Exits with 1 when the page costs more than it may.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

import numpy as np
from playwright.async_api import Browser, Page, async_playwright

from media_engine.codecs import get_codec
from media_engine.dialects import WireFormat
from media_engine.pcm import samples_per_frame
from tests.benchmarks.callers import Callers, dialect_of
from tests.benchmarks.frames import BINARY, client_frame
from tests.benchmarks.job import Job
from tests.benchmarks.pacing import PERIOD_S, FrameAt
from tests.benchmarks.process_times import process_seconds
from tests.benchmarks.server import Server
from tests.browser.chromium import EXECUTABLE, a_browser

MOST_OF_THE_BROWSER: Final = 0.10
MOST_OF_THE_SERVER: Final = 0.01

ROOM: Final = "everybody"
TWIML: Final = (
    '<Response><Dial><Conference beep="false" waitUrl="" maxParticipants="1000">everybody'
    "</Conference></Dial></Response>"
)

SETTLES_S: Final = 5.0
"""After everybody has come in, and after the page has been opened."""

PATIENCE_MS: Final = 300_000
"""A guard against hanging: the machine may be busy with other things."""

_SPEECH_FRAMES: Final = 250
_SYLLABLE_FRAMES: Final = 8
_LOUDEST: Final = 6000.0


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one stretch of time, in cores: 1 is all of one. `renderer`: the process of the page;
    `browser`: all of the browser's processes, that one too.
    """

    server: float
    renderer: float
    browser: float


def main() -> int:
    """Measure and print; give the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.meeting_page")
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=10.0, help="of each stretch of time")
    parser.add_argument("--pairs", type=int, default=5, help="stretches with and without the page")
    parser.add_argument("--height", type=int, default=900, help="of the window, in pixels")
    asked = parser.parse_args()
    if not EXECUTABLE:
        sys.exit("there is no chromium on this machine")
    with tempfile.TemporaryDirectory(prefix="confab-meeting-page-") as directory:
        server = Server(Path(directory), core=None)
        server.prepare({ROOM: TWIML})
        with server.running() as server_pid:
            job = Job(
                kind="tones",
                rooms=(ROOM,) * asked.people,
                address=server.address,
                server_pid=server_pid,
                warm_up_s=SETTLES_S,
                seconds=asked.seconds,
                seed=1,
            )
            pairs = asyncio.run(take_all(job, asked.pairs, asked.height))
    print(table(pairs, asked.people))
    return 0 if holds(pairs) else 1


async def take_all(job: Job, pairs: int, height: int) -> list[tuple[Cost, Cost]]:
    """Give pairs of costs, without the page and with it."""
    tracks = [_speech(index, job.wire) for index in range(len(job.rooms))]
    async with async_playwright() as playwright, a_browser(playwright) as browser:
        page = await browser.new_page(viewport={"width": 1280, "height": height})
        address = f"http://127.0.0.1:{job.address.port}/admin"
        await _log_in(page, address, job.address.admin_password)
        callers = await Callers.call(job, dialect_of(job), tracks)
        meeting = await _address_of_meeting(page, address)
        taken = []
        for _ in range(pairs):
            await page.goto("about:blank")
            await asyncio.sleep(SETTLES_S)
            without = await _measure(job, browser)
            await page.goto(meeting)
            await (
                page.locator("[data-people] > li")
                .nth(len(job.rooms) - 1)
                .wait_for(state="attached")
            )
            await asyncio.sleep(SETTLES_S)
            taken.append((without, await _measure(job, browser)))
        for client in callers.clients:
            if client.failure is not None:
                raise client.failure
        callers.hang_up()
    return taken


async def _log_in(page: Page, address: str, password: str) -> None:
    page.set_default_timeout(PATIENCE_MS)
    await page.goto(f"{address}/login/")
    await page.locator("[name=username]").fill("admin")
    await page.locator("[name=password]").fill(password)
    await page.locator("[type=submit]").click()
    await page.wait_for_url(f"{address}/")


async def _address_of_meeting(page: Page, address: str) -> str:
    await page.goto(f"{address}/conference_app/conference/")
    link = page.locator("#result_list a[href*='/change/']").first
    return str(await link.evaluate("link => link.href"))


async def _measure(job: Job, browser: Browser) -> Cost:
    renderers, others = await _processes(browser)
    watched = [job.server_pid, *renderers, *others]
    loop = asyncio.get_running_loop()
    began, before = loop.time(), [process_seconds(pid) for pid in watched]
    await asyncio.sleep(job.seconds)
    lasted, after = loop.time() - began, [process_seconds(pid) for pid in watched]
    spent = [(late - early) / lasted for early, late in zip(before, after, strict=True)]
    in_renderers = spent[1 : 1 + len(renderers)]
    return Cost(server=spent[0], renderer=sum(in_renderers), browser=sum(spent[1:]))


async def _processes(browser: Browser) -> tuple[list[int], list[int]]:
    """Give the process ids of the browser's renderers (there is one page), and of all others."""
    devtools = await browser.new_browser_cdp_session()
    try:
        told = await devtools.send("SystemInfo.getProcessInfo")
    finally:
        await devtools.detach()
    kinds = [(process["type"] == "renderer", process["id"]) for process in told["processInfo"]]
    return [pid for is_one, pid in kinds if is_one], [pid for is_one, pid in kinds if not is_one]


def _speech(seed: int, wire: WireFormat) -> FrameAt:
    """Give what one says: syllables, each as loud as it happens to be, again and again."""
    chance = np.random.default_rng(seed)
    loudness = np.repeat(chance.uniform(0, 1, _SPEECH_FRAMES // _SYLLABLE_FRAMES + 1) ** 3, 8)
    codec = get_codec(wire.encoding)
    frames = []
    for level in loudness[:_SPEECH_FRAMES]:
        sound = chance.uniform(-1, 1, samples_per_frame(wire.rate_hz)) * level * _LOUDEST
        frames.append(client_frame(BINARY, codec.encode(sound.astype(np.int16))))
    return lambda now: frames[int(now / PERIOD_S) % len(frames)]


def added(pairs: Sequence[tuple[Cost, Cost]]) -> float:
    """Give what the open page adds to the server: the median of the differences."""
    return median(with_page.server - without.server for without, with_page in pairs)


def holds(pairs: Sequence[tuple[Cost, Cost]]) -> bool:
    """Whether the page costs no more than it may."""
    renderer = median(with_page.renderer for _, with_page in pairs)
    return renderer < MOST_OF_THE_BROWSER and added(pairs) < MOST_OF_THE_SERVER


def table(pairs: Sequence[tuple[Cost, Cost]], people: int) -> str:
    """Give all figures, in per cent of a core."""
    rows = (
        ("server, page closed", [without.server for without, _ in pairs]),
        ("server, page open", [with_page.server for _, with_page in pairs]),
        ("server, added by the page (mark < 1)", [b.server - a.server for a, b in pairs]),
        ("renderer of the page (mark < 10)", [with_page.renderer for _, with_page in pairs]),
        ("all processes of the browser", [with_page.browser for _, with_page in pairs]),
        ("all processes of the browser, empty page", [without.browser for without, _ in pairs]),
    )
    lines = [f"{people} people who all talk; % of one core: least / median / most"]
    for title, figures in rows:
        low, middle, high = (100 * f(figures) for f in (min, median, max))
        lines.append(f"{title:<42} {low:6.2f} / {middle:6.2f} / {high:6.2f}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
