"""A recorded meeting, and its pages as tests use them."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from playwright.async_api import Locator, Page

from media_engine.levels import rms_dbfs
from media_engine.pcm import FRAMES_PER_SECOND, Pcm
from tests.end_to_end.books import Row
from tests.end_to_end.server import Server
from tests.end_to_end.sound import FRAME, RATE_HZ, voice
from tests.end_to_end.waiting import eventually, hear

ROOM: Final = (
    '<Dial><Conference record="record-from-start" beep="false" waitUrl=""'
    ' statusCallback="{}" statusCallbackEvent="join leave">Recorded</Conference></Dial>'
)
TALK_S: Final = 3.0
PAUSE_S: Final = 2.0
AUDIBLE_DBFS: Final = -40.0
NARROW: Final = {"width": 390, "height": 844}
WIDE: Final = {"width": 1280, "height": 900}

OpenPage: TypeAlias = Callable[..., Awaitable[Page]]
"""Opens an empty page of an operator, given options of Playwright's `new_context`."""


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


async def meet(server: Server) -> Recorded:
    """Hold the meeting; return when its recording is finished, its MP3 too."""
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


async def open_player(page: Page, recorded: Recorded) -> list[str]:
    """Open the recording's page, its waveform drawn; give what goes wrong, which grows."""
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    url = f"{recorded.server.http}/admin/conference_app/recording/{recorded.row['id']}/change/"
    await page.goto(url)
    await page.locator(".player-drawn").wait_for()
    return wrong


async def open_history(page: Page, recorded: Recorded) -> None:
    """Open the page of the meeting, which is over."""
    key = recorded.conference["id"]
    await page.goto(f"{recorded.server.http}/admin/conference_app/conference/{key}/change/")
    await page.get_by_role("heading", name="Who was in").wait_for()


def lane_of(page: Page, name: str) -> Locator:
    named = page.get_by_role("button", name=f"{name}: play what comes next")
    return page.get_by_role("listitem").filter(has=named)
