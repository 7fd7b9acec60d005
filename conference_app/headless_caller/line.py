"""Opening a WebSocket to a bridge, and how it can fail."""

import asyncio
import base64
import socket
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from media_engine.dialects import Error


class CallFailed(Exception):
    """There is no call, or none any more; the text says why.

    `status`: the HTTP status, where the handshake was refused. `close_code` and `reason`: how the
    server closed the connection, where there was one. `errors`: what it complained of before.
    """

    def __init__(
        self,
        text: str,
        *,
        status: int | None = None,
        close_code: int | None = None,
        reason: str = "",
        errors: tuple[Error, ...] = (),
    ) -> None:
        super().__init__(text)
        self.status = status
        self.close_code = close_code
        self.reason = reason
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Line:
    """Where a bridge is and how to get there; the arguments of `HeadlessCaller` explain each."""

    url: str
    subprotocol: str
    auth: tuple[str, str] | None = field(repr=False)
    receive_buffer_bytes: int | None
    ping_interval_s: float | None

    async def open(self) -> ClientConnection:
        """Do the handshake. CallFailed when the server can not be reached or refuses."""
        try:
            return await connect(
                self.url,
                subprotocols=[Subprotocol(self.subprotocol)],
                additional_headers=self._headers(),
                compression=None,
                ping_interval=self.ping_interval_s,
                ping_timeout=self.ping_interval_s,
                close_timeout=5,
                # The caller reads all the time, so nothing piles up here. With a bound, the library
                # would resume reading by itself where the caller has paused it.
                max_queue=None,
                **await self._socket_options(),
            )
        except InvalidStatus as error:
            status = error.response.status_code
            raise CallFailed(f"the server answered HTTP {status}", status=status) from error
        except (OSError, WebSocketException, ValueError) as error:
            raise CallFailed(f"no connection to {self.url}: {error}") from error

    def _headers(self) -> dict[str, str]:
        if self.auth is None:
            return {}
        credentials = base64.b64encode(":".join(self.auth).encode()).decode()
        return {"Authorization": f"Basic {credentials}"}

    async def _socket_options(self) -> dict[str, Any]:
        """A socket of our own where its buffer is to be small: that is set before connecting."""
        uri = parse_uri(self.url)
        if self.receive_buffer_bytes is None:
            # A proxy for the world outside can not reach this machine's own addresses.
            on_this_machine = uri.host in ("localhost", "127.0.0.1", "::1")
            return {"proxy": None} if on_this_machine else {}
        return {"sock": await _connect_socket(uri.host, uri.port, self.receive_buffer_bytes)}


async def _connect_socket(host: str, port: int, receive_buffer_bytes: int) -> socket.socket:
    loop = asyncio.get_running_loop()
    addresses = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    family, kind, protocol, _, address = addresses[0]
    connected = socket.socket(family, kind, protocol)
    try:
        connected.setblocking(False)
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer_bytes)
        await loop.sock_connect(connected, address)
    except BaseException:
        connected.close()
        raise
    return connected
