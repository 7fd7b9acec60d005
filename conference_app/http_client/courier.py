"""Tries, redirects and the time they may take together."""

import asyncio
import logging
import ssl
from dataclasses import dataclass
from typing import Final

from aiohttp import ClientSession, DummyCookieJar

from conference_app.http_client.body import MemoryBudget
from conference_app.http_client.cache import ResponseCache
from conference_app.http_client.connector import GuardedConnector
from conference_app.http_client.errors import FetchCode, FetchError
from conference_app.http_client.exchange import Exchange, Hop, Terms
from conference_app.http_client.networks import Network
from conference_app.http_client.resolver import GuardedResolver, Lookup, SystemLookup
from conference_app.http_client.response import Response

logger = logging.getLogger(__name__)

MAX_REDIRECTS: Final = 10


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """What the operator decides.

    `allowed`: networks that may be reached besides the public ones. `max_connections` bounds all
    requests under way together, `max_connections_per_host` those to one host and port; further ones
    wait within their own time. `cache_bytes`: for answers kept. `download_bytes`: what the bodies
    under way may hold together, beyond 64 KiB of each. `tls`: the trust store, None for the
    system's.
    """

    allowed: tuple[Network, ...] = ()
    user_agent: str = "Confab/0.1"
    max_connections: int = 512
    max_connections_per_host: int = 128
    cache_bytes: int = 32 * 1024 * 1024
    download_bytes: int = 256 * 1024 * 1024
    tls: ssl.SSLContext | None = None


class Courier:
    """Carries requests out, in one event loop; it opens nothing before the first."""

    def __init__(self, settings: HttpSettings, lookup: Lookup | None = None) -> None:
        self._settings = settings
        self._lookup: Lookup = SystemLookup() if lookup is None else lookup
        self._cache = ResponseCache(settings.cache_bytes)
        self._budget = MemoryBudget(settings.download_bytes)
        self._session: ClientSession | None = None

    async def carry(self, first: Hop, terms: Terms) -> Response:
        """Give the answer at the end of all tries and redirects; FetchError when there is none."""
        seconds = terms.limits.total_seconds
        if terms.overrides.total_seconds is not None:
            seconds = min(seconds, terms.overrides.total_seconds)
        try:
            async with asyncio.timeout(seconds):
                return await self._try(first, terms)
        except TimeoutError:
            raise FetchError(
                FetchCode.TOTAL_TIMEOUT,
                f"No complete answer within {seconds:g} s, retries and redirects included.",
            ) from None

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
        if isinstance(self._lookup, SystemLookup):
            self._lookup.close()

    async def _try(self, first: Hop, terms: Terms) -> Response:
        for _ in range(terms.overrides.retries):
            try:
                return await self._follow(first, terms)
            except FetchError as error:
                if error.failure not in terms.overrides.retry_on:
                    raise
                logger.debug("%s %s is tried again: %s", first.method, first.target.shown, error)
        return await self._follow(first, terms)

    async def _follow(self, first: Hop, terms: Terms) -> Response:
        exchange = Exchange(self._open_session(), self._cache, self._budget)
        hop = first
        for _ in range(1 + MAX_REDIRECTS):
            answer = await exchange.carry_out(hop, terms)
            if isinstance(answer, Response):
                return answer
            hop = answer
        raise FetchError(
            FetchCode.TOO_MANY_REDIRECTS, f"More than {MAX_REDIRECTS} redirects, one after another."
        )

    def _open_session(self) -> ClientSession:
        if self._session is not None:
            return self._session
        allowed = self._settings.allowed
        connector = GuardedConnector(
            GuardedResolver(self._lookup, allowed),
            allowed,
            limit=self._settings.max_connections,
            limit_per_host=self._settings.max_connections_per_host,
            tls=self._settings.tls,
        )
        self._session = ClientSession(
            connector=connector,
            cookie_jar=DummyCookieJar(),  # a call's cookies are that call's alone
            headers={"User-Agent": self._settings.user_agent},
            auto_decompress=False,  # it has no bound on what comes out
            trust_env=False,  # a proxy would connect to addresses that nobody checked
        )
        return self._session
