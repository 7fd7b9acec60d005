"""Operators who click through the control room as a browser does, one page after the other."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, Self

import aiohttp

from tests.benchmarks.job import Address

PAUSE_S: Final = 0.2
"""Between a page that has come and the next one that is asked for."""

_LISTS: Final = ("conference", "participant", "call", "recording", "room", "application")
_TIMEOUT: Final = aiohttp.ClientTimeout(total=20)


class ControlRoomFailed(Exception):
    """A page did not come, or was not what was asked for."""


class Operator:
    """Somebody logged in, with a browser."""

    def __init__(self, session: aiohttp.ClientSession, origin: str) -> None:
        self._session = session
        self._origin = origin
        self.page_times: list[float] = []
        """Seconds that each page took."""
        self.told = 0
        """Messages to the page of a live meeting."""

    @classmethod
    @asynccontextmanager
    async def logged_in(cls, address: Address) -> AsyncIterator[Self]:
        """Log in as admin. Raises ControlRoomFailed."""
        origin = f"http://127.0.0.1:{address.port}"
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(origin, cookie_jar=jar, timeout=_TIMEOUT) as session:
            operator = cls(session, origin)
            page = await operator.fetch("/admin/login/")
            form = {
                "csrfmiddlewaretoken": _found(r'name="csrfmiddlewaretoken" value="(\w+)"', page),
                "username": "admin",
                "password": address.admin_password,
                "next": "/admin/",
            }
            async with session.post("/admin/login/", data=form) as answer:
                if answer.url.path != "/admin/":
                    raise ControlRoomFailed("the control room lets nobody in")
            operator.page_times.clear()
            yield operator

    async def fetch(self, path: str) -> str:
        """Give a page. Raises ControlRoomFailed."""
        began = time.perf_counter()
        try:
            async with self._session.get(path, allow_redirects=False) as answer:
                page = await answer.text()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ControlRoomFailed(f"{path}: {type(error).__name__} {error}") from error
        if answer.status != 200:
            raise ControlRoomFailed(f"{path} was answered by {answer.status}")
        self.page_times.append(time.perf_counter() - began)
        return page

    async def click(self) -> None:
        """Go round the lists and the page of a live meeting, until cancelled."""
        while True:
            for path in ("/admin/", *(f"/admin/conference_app/{name}/" for name in _LISTS)):
                page = await self.fetch(path)
                await asyncio.sleep(PAUSE_S)
                if path.endswith("/conference/"):
                    meeting = _found(r'href="(/admin/conference_app/conference/\d+/change/)', page)
                    await self.fetch(meeting)
                    await asyncio.sleep(PAUSE_S)

    async def watch(self, conference_sid: str) -> None:
        """Look at the page of a live meeting, until cancelled."""
        path, headers = f"/control-room/{conference_sid}", {"Origin": self._origin}
        async with self._session.ws_connect(path, headers=headers) as socket:
            async for _ in socket:
                self.told += 1

    async def live_conference(self) -> str:
        """Give the SID of a meeting that goes on. Raises ControlRoomFailed."""
        page = await self.fetch("/admin/conference_app/conference/?ended_at__isempty=1")
        meeting = _found(r'href="(/admin/conference_app/conference/\d+/change/)', page)
        return _found(r"(CF[0-9a-f]{32})", await self.fetch(meeting))


def _found(pattern: str, page: str) -> str:
    found = re.search(pattern, page)
    if found is None:
        raise ControlRoomFailed(f"{pattern} is not on the page: {page[:500]}")
    return found[1]
