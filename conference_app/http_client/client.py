"""The door: tries, redirects and the time they may take together."""

import asyncio
import logging
import ssl
import uuid
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from aiohttp import ClientSession, DummyCookieJar

from conference_app.http_client.body import MemoryBudget
from conference_app.http_client.cache import ResponseCache
from conference_app.http_client.connector import GuardedConnector
from conference_app.http_client.cookies import Cookies
from conference_app.http_client.errors import FetchCode, FetchError
from conference_app.http_client.exchange import Exchange, Hop, Method, Terms
from conference_app.http_client.networks import Network
from conference_app.http_client.overrides import read_overrides
from conference_app.http_client.resolver import GuardedResolver, Lookup, SystemLookup
from conference_app.http_client.response import Limits, Response
from conference_app.http_client.target import Params, read_target

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


class HttpClient:
    """Requests to URLs that users gave; one a process, used in one event loop.

    It opens nothing before the first request. `lookup`: how names become addresses; the system's
    resolver unless a test puts another one in.
    """

    def __init__(self, settings: HttpSettings, *, lookup: Lookup | None = None) -> None:
        self._settings = settings
        self._lookup: Lookup = SystemLookup() if lookup is None else lookup
        self._cache = ResponseCache(settings.cache_bytes)
        self._budget = MemoryBudget(settings.download_bytes)
        self._session: ClientSession | None = None
        self._closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections; requests under way end with a FetchError."""
        self._closed = True
        if self._session is not None:
            await self._session.close()
        if isinstance(self._lookup, SystemLookup):
            self._lookup.close()

    async def request(  # noqa: PLR0913 - one door, and each of these is a caller's own choice
        self,
        url: str,
        *,
        method: Method = "POST",
        params: Params = (),
        sign_with: str | None = None,
        cookies: Cookies | None = None,
        limits: Limits | None = None,
        idempotency_token: str | None = None,
        cache_key: str | None = None,
    ) -> Response:
        """Send a request and give its answer with a status of 2xx; FetchError for all else.

        `params` go into the form of a POST and into the query of a GET. `sign_with`: the account's
        auth token. `cookies`: the call's. `idempotency_token`: the same for each try to deliver the
        same thing, over restarts too; made up when None. `cache_key`: the account, to use and keep
        answers to GET; None to do neither. The URL's fragment holds connection overrides.
        """
        first = _first_hop(url, method, _in_utf8(params))
        terms = Terms(
            sign_with=sign_with,
            cookies=cookies if cookies is not None else Cookies(),
            limits=limits if limits is not None else Limits(),
            overrides=read_overrides(url),
            idempotency_token=idempotency_token or str(uuid.uuid4()),
            cache_key=cache_key,
        )
        try:
            return await self._within_time(first, terms)
        except FetchError as error:
            logger.info("%s %s failed: %s", method, first.target.shown, error)
            raise

    async def _within_time(self, first: Hop, terms: Terms) -> Response:
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
        hop = first
        for _ in range(1 + MAX_REDIRECTS):
            answer = await self._exchange().carry_out(hop, terms)
            if isinstance(answer, Response):
                return answer
            hop = answer
        raise FetchError(
            FetchCode.TOO_MANY_REDIRECTS, f"More than {MAX_REDIRECTS} redirects, one after another."
        )

    def _exchange(self) -> Exchange:
        if self._closed:
            raise FetchError(FetchCode.RETRIEVAL_FAILURE, "The server is shutting down.")
        if self._session is None:
            self._session = self._open_session()
        return Exchange(self._session, self._cache, self._budget)

    def _open_session(self) -> ClientSession:
        allowed = self._settings.allowed
        connector = GuardedConnector(
            GuardedResolver(self._lookup, allowed),
            allowed,
            limit=self._settings.max_connections,
            limit_per_host=self._settings.max_connections_per_host,
            tls=self._settings.tls,
        )
        return ClientSession(
            connector=connector,
            cookie_jar=DummyCookieJar(),  # a call's cookies are that call's alone
            headers={"User-Agent": self._settings.user_agent},
            auto_decompress=False,  # it has no bound on what comes out
            trust_env=False,  # a proxy would connect to addresses that nobody checked
        )


def _first_hop(url: str, method: Method, params: Params) -> Hop:
    target = read_target(url)
    if method == "GET":
        return Hop("GET", target.with_params(params))
    return Hop("POST", target, params)


def _in_utf8(params: Params) -> Params:
    """Replace lone surrogates, which UTF-8 can not hold, once for both form and signature."""
    return [
        (name.encode(errors="replace").decode(), value.encode(errors="replace").decode())
        for name, value in params
    ]
