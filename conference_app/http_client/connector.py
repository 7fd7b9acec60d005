"""Connections to checked addresses; the other end is checked once more when it is connected."""

import socket
import ssl
from ipaddress import ip_address

from aiohappyeyeballs import AddrInfoType
from aiohttp import ClientRequest, ClientTimeout, ServerDisconnectedError, TCPConnector
from aiohttp.abc import AbstractResolver
from aiohttp.connector import Connection
from aiohttp.tracing import Trace
from typing_extensions import override

from conference_app.http_client.failures import ForbiddenAddressError
from conference_app.http_client.networks import Network, may_connect, refusal
from conference_app.http_client.wire import ration


class GuardedConnector(TCPConnector):
    """A connector that opens no socket to a forbidden address, whatever the way to it.

    A name goes through the resolver, which leaves only permitted addresses; an address in the URL
    goes past it. Both end at a socket, and that is refused here for the address it is made for; the
    peer's name is read back before a byte is sent. One connection serves one request, so no check
    is ever older than the request.
    """

    def __init__(
        self,
        resolver: AbstractResolver,
        allowed: tuple[Network, ...],
        *,
        limit: int,
        limit_per_host: int,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(
            resolver=resolver,
            force_close=True,
            limit=limit,
            limit_per_host=limit_per_host,
            ssl=tls if tls is not None else True,
            socket_factory=self._make_socket,
        )
        self._allowed = allowed

    @override
    async def connect(
        self, req: ClientRequest, traces: list[Trace], timeout: ClientTimeout
    ) -> Connection:
        """Give a connection for the request (FetchError 11205 when its other end is forbidden)."""
        host, port = req.url.raw_host or "", req.url.port or 0
        connection = await super().connect(req, traces, timeout)
        peer = connection.transport and connection.transport.get_extra_info("peername")
        if not peer:  # it was gone before it could be asked
            connection.close()
            raise ServerDisconnectedError
        if not may_connect(ip_address(peer[0]), peer[1], self._allowed):
            connection.close()
            raise refusal(host, port)
        ration(connection)
        return connection

    def _make_socket(self, addr_info: AddrInfoType) -> socket.socket:
        family, kind, protocol, _, (address, port, *_) = addr_info
        if not may_connect(ip_address(address), int(port), self._allowed):
            raise ForbiddenAddressError(address, int(port))
        return socket.socket(family, kind, protocol)
