"""An operator at the control room, as his browser does it: a session, requests, a live socket."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final, Self, TypeAlias

import aiohttp

from tests.end_to_end.server import OPERATORS_NAME, OPERATORS_PASSWORD, Server

Told: TypeAlias = dict[str, Any]

TOLD_WITHIN_S: Final = 12.0
"""A guard, and less than the 15 s after which the page is told again without news."""


_MAKE: Final = """
from django.contrib.auth.models import Permission, User
from conference_app.models import Account
user = User.objects.create_user({name!r}, password={password!r}, is_staff=True)
user.user_permissions.set(Permission.objects.filter(codename__in={rights!r}))
for sid in {accounts!r}:
    account, _ = Account.objects.get_or_create(sid=sid, defaults={{"friendly_name": "Elsewhere"}})
    account.operators.add(user)
"""


def make_operator(server: Server, name: str, *, accounts: list[str], rights: list[str]) -> None:
    """Make somebody who sees what belongs to these accounts, as far as his rights go. Accounts that
    are not there are made.
    """
    script = _MAKE.format(name=name, password=OPERATORS_PASSWORD, accounts=accounts, rights=rights)
    server.manage("shell", "-c", script)


def take_off_all_accounts(server: Server, name: str) -> None:
    """Let somebody see nothing of any account any more."""
    script = f"from django.contrib.auth.models import User as U; U.objects.get(username={name!r})"
    server.manage("shell", "-c", f"{script}.accounts.clear()")


class LivePage:
    """The socket of a meeting's page."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._facts: list[Told] = []
        self._legs: list[str] = []
        self._arrivals: Told = {}

    async def state(self, fits: Callable[[Told], bool] = lambda state: True) -> Told:
        """Give the next state that fits, with all of the timeline that was told so far."""
        return await self._next("state", fits)

    async def levels(self, fits: Callable[[Told], bool] = lambda levels: True) -> Told:
        """Give the next levels that fit: dBFS by call SID."""
        return await self._next("levels", fits)

    async def arrivals(self, fits: Callable[[Told], bool] = lambda legs: True) -> Told:
        """Give how sound arrives, by call SID, once it fits: what was told last of each."""
        return await self._next("arrivals", fits)

    async def _next(self, event: str, fits: Callable[[Told], bool]) -> Told:
        async with asyncio.timeout(TOLD_WITHIN_S):
            while True:
                kind, told = self._read(await self._socket.receive())
                if kind == event and fits(told):
                    return told

    def _read(self, message: aiohttp.WSMessage) -> tuple[str, Told]:
        if message.type is aiohttp.WSMsgType.BINARY:
            assert len(message.data) == len(self._legs)
            return "levels", {
                leg: byte - 96 for leg, byte in zip(self._legs, message.data, strict=True)
            }
        assert message.type is aiohttp.WSMsgType.TEXT, message
        told: Told = json.loads(message.data)
        match told["event"]:
            case "legs":
                self._legs = told["legs"]
            case "arrivals":
                self._arrivals |= told["legs"]
                return "arrivals", dict(self._arrivals)
            case "state":
                self._facts = told["timeline"] = told["timeline"] + self._facts
        return told["event"], told


class Operator:
    """Somebody with a browser; logged in after login()."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.session = aiohttp.ClientSession(
            base_url=server.http, cookie_jar=aiohttp.CookieJar(unsafe=True)
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.session.close()

    async def login(self, name: str = OPERATORS_NAME) -> None:
        form = {"username": name, "password": OPERATORS_PASSWORD, "next": "/admin/"}
        form["csrfmiddlewaretoken"] = await self.form_token("/admin/login/")
        async with self.session.post("/admin/login/", data=form) as answer:
            assert answer.url.path == "/admin/", await answer.text()

    async def steer(self, key: int, **order: str) -> tuple[int, Told]:
        """Press a button on the page of a meeting; give status and answer."""
        page = f"/admin/conference_app/conference/{key}"
        token = await self.form_token(f"{page}/change/")
        headers = {"X-CSRFToken": token}
        async with self.session.post(f"{page}/steer/", data=order, headers=headers) as answer:
            return answer.status, await answer.json()

    @asynccontextmanager
    async def watch(self, conference_sid: str, **headers: str) -> AsyncIterator[LivePage]:
        """Open the live page's socket; aiohttp.WSServerHandshakeError when it is refused."""
        headers = {"Origin": self._server.http, **headers}
        path = f"/control-room/{conference_sid}"
        async with self.session.ws_connect(path, headers=headers) as socket:
            yield LivePage(socket)

    async def form_token(self, path: str) -> str:
        """Give the token against forged requests that is in a page's forms."""
        async with self.session.get(path) as answer:
            page = await answer.text()
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert found is not None, page[:2000]
        return found[1]
