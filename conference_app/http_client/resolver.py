"""Names to addresses that may be connected to; nothing else leaves this module."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from typing import Final, TypeAlias

from aiohttp.abc import AbstractResolver, ResolveResult
from typing_extensions import override

from conference_app.http_client.errors import Failure, FetchCode, FetchError
from conference_app.http_client.networks import Network, may_connect, refusal

Lookup: TypeAlias = Callable[[str, int], Awaitable[list[str]]]

# A name server of an attacker's may take as long as the system's resolver lets it; these two bound
# what that costs. The threads are ours, so that slow names never hold up the work of others in the
# loop's default executor.
LOOKUP_SECONDS: Final = 5.0
LOOKUP_THREADS: Final = 32
# Each address is tried for the whole connect timeout; a name with a hundred dead ones must not use
# up the request's time.
MAX_ADDRESSES: Final = 4


class SystemLookup:
    """The system's resolver (files, DNS), in threads of its own."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(LOOKUP_THREADS, thread_name_prefix="http-lookup")

    async def __call__(self, host: str, port: int) -> list[str]:
        """Give the addresses of `host` in the order of trying them (OSError: there are none)."""
        found = await asyncio.get_running_loop().run_in_executor(self._threads, _lookup, host, port)
        return list(dict.fromkeys(found))

    def close(self) -> None:
        """Let the threads go; a lookup that still runs ends by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class GuardedResolver(AbstractResolver):
    """Resolves once and passes on permitted addresses only; the connection goes to one of these.

    A name with a public and a private address is reached at the public one. A name server that
    changes its answer between two questions gains nothing: each answer is filtered, and no second
    question is asked between the check and the connection.
    """

    def __init__(self, lookup: Lookup, allowed: tuple[Network, ...]) -> None:
        self._lookup = lookup
        self._allowed = allowed

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Give at most four permitted addresses of `host`.

        FetchError: 11210 for a name that does not resolve within 5 s, 11205 when all of its
        addresses are forbidden.
        """
        try:
            async with asyncio.timeout(LOOKUP_SECONDS):
                found = await self._lookup(host, port)
        except TimeoutError:
            raise _unknown(host, "did not resolve in time") from None
        except (OSError, UnicodeError):
            raise _unknown(host, "does not resolve") from None
        permitted = [text for text in found if may_connect(ip_address(text), port, self._allowed)]
        if not permitted:
            raise refusal(host, port)
        return [_as_result(host, text, port) for text in permitted[:MAX_ADDRESSES]]

    @override
    async def close(self) -> None:
        """The lookup belongs to whoever made it."""


def _lookup(host: str, port: int) -> list[str]:
    # Link-local addresses come with a zone ("fe80::1%eth0"), which ip_address reads as well.
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(sockaddr[0]) for _, _, _, _, sockaddr in found]


def _unknown(host: str, what: str) -> FetchError:
    return FetchError(FetchCode.BAD_HOST, f"{host} {what}.", failure=Failure.OTHER)


def _as_result(host: str, address: str, port: int) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return ResolveResult(
        hostname=host,
        host=address,
        port=port,
        family=family,
        proto=socket.IPPROTO_TCP,
        flags=socket.AI_NUMERICHOST,
    )
