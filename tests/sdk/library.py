"""Twilio's library as its users have it; its requests go to another host, that is all."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from typing_extensions import override

from tests.end_to_end.server import Account, Server


class Elsewhere(TwilioHttpClient):  # type: ignore[misc] # the library has no types
    """The library's own transport, to another host."""

    def __init__(self, host: str) -> None:
        super().__init__()
        self._host = host

    @override
    def request(self, method: str, url: str, **kwargs: Any) -> Response:
        return super().request(method, url.replace("https://api.twilio.com", self._host), **kwargs)


@contextmanager
def library(server: Server, account: Account | None = None) -> Iterator[Any]:
    """Open the library for an account, the server's own unless another is given.

    Its calls block: from a coroutine they go by `asyncio.to_thread`.
    """
    account = account or server.account
    transport = Elsewhere(server.http)
    try:
        yield Client(*account.credentials, http_client=transport)
    finally:
        transport.session.close()
