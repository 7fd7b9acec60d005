"""WebSockets to URLs that users gave, through the same guard as requests.

They have a thread and connections of their own: what hostile answers to requests cost must not make
sound late, and calls that last for hours must not take the places of requests.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from aiohttp import (
    ClientHandlerType,
    ClientRequest,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    ClientWSTimeout,
    DummyCookieJar,
)
from yarl import URL

from conference_app.http_client.connector import GuardedConnector
from conference_app.http_client.courier import HttpSettings
from conference_app.http_client.errors import FetchCode, FetchError
from conference_app.http_client.failures import told_in_twilios_numbers
from conference_app.http_client.loop_thread import LoopThread
from conference_app.http_client.overrides import Overrides, read_overrides
from conference_app.http_client.resolver import GuardedResolver, Lookup, SystemLookup
from conference_app.http_client.signature import SIGNATURE_HEADER, sign
from conference_app.http_client.socket import CLOSE_WITHIN_S, ReadMessage, Socket
from conference_app.http_client.target import Target, read_socket_target

MAX_MESSAGE_BYTES: Final = 65_536
SWITCHING_PROTOCOLS: Final = 101
CLOSING_S: Final = 0.1
CONNECT_S: Final = 10.0
"""For one address; the URL's own overrides bound the handshake as a whole."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Handshake:
    target: Target
    overrides: Overrides
    sign_with: str = field(repr=False)
    subprotocol: str

    @property
    def headers(self) -> dict[str, str]:
        signed = self.target.url.replace("http", "ws", 1)
        headers = {SIGNATURE_HEADER: sign(signed, (), self.sign_with)}
        if self.target.authorization is not None:
            headers["Authorization"] = self.target.authorization
        return headers


class SocketClient:
    """Connects to users' WebSocket servers; one a process. Its methods may be awaited in any loop.

    The contract is `HttpClient`'s: addresses checked and pinned, a handshake signed as Twilio signs
    it; a redirect is refused.
    """

    def __init__(self, settings: HttpSettings, *, lookup: Lookup | None = None) -> None:
        self._settings = settings
        self._lookup: Lookup = SystemLookup() if lookup is None else lookup
        self._session: ClientSession | None = None
        self._thread: LoopThread | None = None
        self._is_closed = False

    async def connect(
        self,
        url: str,
        *,
        sign_with: str,
        subprotocol: str,
        read: ReadMessage,
        on_closed: Callable[[], None],
    ) -> Socket:
        """Connect to a ws or wss URL (FetchError); `read` and `on_closed` are called in the
        sockets' thread.
        """
        handshake = _Handshake(read_socket_target(url), read_overrides(url), sign_with, subprotocol)
        opened: list[Socket] = []
        try:
            await self._there(self._open(handshake, read, on_closed, opened))
        except asyncio.CancelledError:
            # It may have been opened at this very moment, in the other thread.
            if self._thread is not None:
                self._thread.call(lambda: _abandon(opened))
            raise
        return opened[0]

    async def hang_up(self, socket: Socket) -> None:
        """Send what waits, and close; ends within a few seconds."""
        if self._thread is not None and not socket.is_over:
            await self._there(socket.finish())

    async def close(self) -> None:
        """Close all connections."""
        self._is_closed = True
        if self._thread is not None:
            thread, self._thread = self._thread, None
            await thread.stop()

    async def _there(self, coroutine: Coroutine[Any, Any, T]) -> T:
        if self._is_closed:
            coroutine.close()
            raise FetchError(FetchCode.RETRIEVAL_FAILURE, "This server is shutting down.")
        if self._thread is None:
            self._thread = LoopThread("socket-client", self._close_session)
        return await self._thread.run(coroutine)

    async def _open(
        self,
        handshake: "_Handshake",
        read: ReadMessage,
        on_closed: Callable[[], None],
        opened: list[Socket],
    ) -> None:
        overrides = handshake.overrides
        with told_in_twilios_numbers():
            async with asyncio.timeout(overrides.connect_seconds + overrides.read_seconds):
                connection = await self._open_session().ws_connect(
                    URL(handshake.target.url, encoded=True),
                    headers=handshake.headers,
                    protocols=(handshake.subprotocol,),
                    timeout=ClientWSTimeout(ws_close=CLOSE_WITHIN_S),
                    autoping=False,
                    compress=0,
                    max_msg_size=MAX_MESSAGE_BYTES,
                )
        opened.append(Socket(connection, read, on_closed))

    def _open_session(self) -> ClientSession:
        if self._session is None:
            allowed = self._settings.allowed
            self._session = ClientSession(
                connector=GuardedConnector(
                    GuardedResolver(self._lookup, allowed),
                    allowed,
                    limit=self._settings.max_connections,
                    limit_per_host=self._settings.max_connections,
                    tls=self._settings.tls,
                ),
                cookie_jar=DummyCookieJar(),
                headers={"User-Agent": self._settings.user_agent},
                timeout=ClientTimeout(total=None, sock_connect=CONNECT_S, sock_read=None),
                middlewares=(_refuse_all_but_a_socket,),
                trust_env=False,  # a proxy would connect to addresses that nobody checked
            )
        return self._session

    async def _close_session(self) -> None:
        if self._session is not None:
            await self._session.close()
            # Secure connections let go of their sockets in the loop's next turns.
            await asyncio.sleep(CLOSING_S)
        if isinstance(self._lookup, SystemLookup):
            self._lookup.close()


def _abandon(sockets: list[Socket]) -> None:
    for socket in sockets:
        socket.abandon()


async def _refuse_all_but_a_socket(
    request: ClientRequest, handler: ClientHandlerType
) -> ClientResponse:
    """Before aiohttp follows a redirect, which would take our signature elsewhere."""
    response = await handler(request)
    if response.status != SWITCHING_PROTOCOLS:
        response.close()
        raise FetchError(
            FetchCode.ERROR_STATUS,
            f"The server answered the handshake with HTTP {response.status}.",
            status=response.status,
        )
    return response
