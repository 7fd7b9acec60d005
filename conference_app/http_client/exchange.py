"""One request to one URL and what comes back: an answer, or where to ask instead."""

import logging
from dataclasses import dataclass, field, replace
from typing import Final, Literal, TypeAlias
from urllib.parse import urlencode

from aiohttp import ClientResponse, ClientSession, ClientTimeout, hdrs
from yarl import URL

from conference_app.http_client.body import MemoryBudget, read_body
from conference_app.http_client.cache import Headers, Kept, ResponseCache
from conference_app.http_client.cookies import Cookies
from conference_app.http_client.errors import Failure, FetchCode, FetchError
from conference_app.http_client.failures import told_in_twilios_numbers
from conference_app.http_client.overrides import Overrides
from conference_app.http_client.response import Limits, Response, too_large
from conference_app.http_client.signature import SIGNATURE_HEADER, sign
from conference_app.http_client.target import Params, Target, absolute_url, read_target
from conference_app.http_client.wire import bytes_bounded

logger = logging.getLogger(__name__)

Method: TypeAlias = Literal["GET", "POST"]

IDEMPOTENCY_HEADER: Final = "I-Twilio-Idempotency-Token"
# A browser's reading, which is Twilio's too: these three turn a POST into a GET without its form …
_AS_GET: Final = frozenset({301, 302, 303})
# … and these two repeat it.
_AS_IT_WAS: Final = frozenset({307, 308})


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for each hop of one request; `cache_key` None: nothing is kept."""

    sign_with: str | None = field(repr=False)
    cookies: Cookies
    limits: Limits
    overrides: Overrides
    idempotency_token: str
    cache_key: str | None


@dataclass(frozen=True, slots=True)
class Hop:
    """One request on the way: `params` is the form of a POST, a GET has its own in the query."""

    method: Method
    target: Target
    params: Params = ()


class Exchange:
    """Carries out hops over one aiohttp session."""

    def __init__(self, session: ClientSession, cache: ResponseCache, budget: MemoryBudget) -> None:
        self._session = session
        self._cache = cache
        self._budget = budget

    async def carry_out(self, hop: Hop, terms: Terms) -> Response | Hop:
        """Give the answer to a hop, or the hop that a redirect asks for; FetchError otherwise."""
        kept = self._find(hop, terms)
        if kept is not None and self._cache.is_fresh(kept):
            return _within(kept.response, terms.limits)
        with bytes_bounded(terms.limits), told_in_twilios_numbers():
            response = await self._send(hop, terms, kept)
            try:
                return await self._take(response, hop, terms, kept)
            finally:
                # Also what was not read to its end: the connection goes with it.
                response.close()

    def _find(self, hop: Hop, terms: Terms) -> Kept | None:
        if hop.method != "GET" or terms.cache_key is None:
            return None
        return self._cache.find((terms.cache_key, hop.target.url_with_userinfo))

    async def _send(self, hop: Hop, terms: Terms, kept: Kept | None) -> ClientResponse:
        return await self._session.request(
            hop.method,
            URL(hop.target.url, encoded=True),
            data=urlencode(hop.params).encode() if hop.method == "POST" else None,
            headers=_headers(hop, terms) | (kept.conditions if kept is not None else {}),
            allow_redirects=False,
            timeout=ClientTimeout(
                total=None,  # the client's own, over all hops
                sock_connect=terms.overrides.connect_seconds,
                sock_read=terms.overrides.read_seconds,
            ),
        )

    async def _take(
        self, response: ClientResponse, hop: Hop, terms: Terms, kept: Kept | None
    ) -> Response | Hop:
        logger.debug("%s %s: %d", hop.method, hop.target.shown, response.status)
        terms.cookies.keep(response.headers.getall(hdrs.SET_COOKIE, []), hop.target.url)
        if response.status in _AS_GET | _AS_IT_WAS:
            return _redirected(hop, response)
        if response.status == 304 and kept is not None and terms.cache_key is not None:
            key = (terms.cache_key, hop.target.url_with_userinfo)
            self._cache.renew(key, kept, _joined(response))
            return _within(kept.response, terms.limits)
        if not 200 <= response.status < 300:
            raise _bad_status(response)
        return await self._read(response, hop, terms)

    async def _read(self, response: ClientResponse, hop: Hop, terms: Terms) -> Response:
        has_type = hdrs.CONTENT_TYPE in response.headers
        answer = Response(
            status=response.status,
            content_type=response.content_type.lower() if has_type else "",
            charset=response.charset,
            body=await read_body(response, terms.limits, self._budget),
            url=hop.target.url_with_userinfo,
        )
        # A body that was cut to the caller's limit is not the resource; it must not be kept as it.
        if hop.method == "GET" and terms.cache_key is not None and not terms.limits.cut:
            sent_cookies = terms.cookies.header_for(hop.target.url) is not None
            self._cache.keep(
                (terms.cache_key, answer.url),
                answer,
                _joined(response),
                cookies=sent_cookies or hdrs.SET_COOKIE in response.headers,
            )
        return answer


def _headers(hop: Hop, terms: Terms) -> dict[str, str]:
    headers = {hdrs.ACCEPT_ENCODING: "identity", IDEMPOTENCY_HEADER: terms.idempotency_token}
    if hop.method == "POST":
        headers[hdrs.CONTENT_TYPE] = "application/x-www-form-urlencoded; charset=UTF-8"
    if terms.sign_with is not None:
        headers[SIGNATURE_HEADER] = sign(hop.target.url, hop.params, terms.sign_with)
    if (authorization := hop.target.authorization) is not None:
        headers[hdrs.AUTHORIZATION] = authorization
    if (cookie := terms.cookies.header_for(hop.target.url)) is not None:
        headers[hdrs.COOKIE] = cookie
    return headers


def _redirected(hop: Hop, response: ClientResponse) -> Hop:
    location = response.headers.get(hdrs.LOCATION)
    if not location:
        raise FetchError(
            FetchCode.INVALID_REDIRECT,
            "The server redirects without saying where to.",
            status=response.status,
        )
    target = read_target(absolute_url(hop.target.url, location))
    if target.origin == hop.target.origin and not target.userinfo:
        target = replace(target, userinfo=hop.target.userinfo)
    if response.status in _AS_GET:
        return Hop("GET", target)
    return Hop(hop.method, target, hop.params)


def _bad_status(response: ClientResponse) -> FetchError:
    status = response.status
    if status < 200 or status >= 600:
        code, reason, failure = FetchCode.PROTOCOL_VIOLATION, "a status that is none", Failure.OTHER
    elif status < 400:
        code, reason, failure = FetchCode.INVALID_REDIRECT, "no redirect we can follow", None
    else:
        code, reason = FetchCode.ERROR_STATUS, "an error"
        failure = Failure.STATUS_4XX if status < 500 else Failure.STATUS_5XX
    return FetchError(
        code,
        f"The server answered with status {status}, {reason}.",
        status=status,
        failure=failure,
        retry_after=_retry_after(response),
    )


def _retry_after(response: ClientResponse) -> float | None:
    text = response.headers.get(hdrs.RETRY_AFTER, "")
    return float(text[:9]) if text.isascii() and text.isdecimal() else None


def _within(response: Response, limits: Limits) -> Response:
    """Hold a kept answer to this caller's limits."""
    if len(response.body) <= limits.max_bytes:
        return response
    if not limits.cut:
        raise too_large(limits)
    return replace(response, body=response.body[: limits.max_bytes])


def _joined(response: ClientResponse) -> Headers:
    headers = response.headers
    return {name.lower(): ", ".join(headers.getall(name)) for name in set(headers)}
