"""The door: what callers hold in their hands."""

import asyncio
import logging
import uuid
from types import TracebackType
from typing import Self

from conference_app.http_client.cookies import Cookies
from conference_app.http_client.courier import Courier, HttpSettings
from conference_app.http_client.errors import FetchCode, FetchError
from conference_app.http_client.exchange import Hop, Method, Terms
from conference_app.http_client.loop_thread import LoopThread
from conference_app.http_client.overrides import read_overrides
from conference_app.http_client.resolver import Lookup
from conference_app.http_client.response import Limits, Response
from conference_app.http_client.target import Params, read_target

logger = logging.getLogger(__name__)


class HttpClient:
    """Requests to URLs that users gave; one a process, for all its event loops.

    The work is done in a thread of its own, which starts with the first request: reading what
    hostile servers send and agreeing on TLS with many of them costs time that the loop which
    carries audio does not have. `lookup`: how names become addresses; the system's resolver unless
    a test puts another one in (it runs in that thread).
    """

    def __init__(self, settings: HttpSettings, *, lookup: Lookup | None = None) -> None:
        self._courier = Courier(settings, lookup)
        self._thread: LoopThread | None = None
        self._is_closed = False

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
        self._is_closed = True
        if self._thread is not None:
            thread, self._thread = self._thread, None
            await thread.stop()

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
            return await self._carry(first, terms)
        except FetchError as error:
            logger.info("%s %s failed: %s", method, first.target.shown, error)
            raise

    async def _carry(self, first: Hop, terms: Terms) -> Response:
        if self._is_closed:
            raise _closed()
        if self._thread is None:
            self._thread = LoopThread("http-client", self._courier.close)
        thread = self._thread
        try:
            return await thread.run(self._courier.carry(first, terms))
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if thread.is_ending and task is not None and not task.cancelling():
                raise _closed() from None
            raise


def _closed() -> FetchError:
    return FetchError(FetchCode.RETRIEVAL_FAILURE, "This server is shutting down.")


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
