"""The one door to URLs that users gave us: voice URLs, waitUrl, action, status callbacks, Play.

The contract, for callers:

- One `HttpClient` a process, made from `HttpSettings`, closed at shutdown. Its work is done in a
  thread of its own; `request` may be awaited in any event loop.
- `await client.request(url, …)` gives a `Response` with a status of 2xx or raises `FetchError` with
  Twilio's code and a sentence for the account's owner. Nothing else comes out of it, save
  cancellation.
- It ends within `Limits.total_seconds` (or the URL's own `tt`) and holds at most
  `Limits.max_bytes`.
- Only http and https, to public addresses and to the operator's allowed networks. The connection
  goes to the address that was checked; each redirect (at most 10) is checked and signed anew.
- Keep one `Cookies` for each call and hand it in each time; calls do not see each other's.
- A POST's parameters are its form, a GET's are in its query. Both are signed with `sign_with`.
- The same `idempotency_token` goes with each try of one request; give your own when you repeat a
  request yourself. Tries after the first happen only as the URL's fragment says (`rc`, `rp`).
- `cache_key` is the account: a GET's answer is kept as its headers allow and never crosses
  accounts.
- `SocketClient` connects to ws and wss URLs by the same rules, without redirects, in a thread of
  its own; a `Socket` may be sent to from any thread.
- `Response.url` and the URLs of users may hold passwords: show them by `without_secrets` only.
"""

from conference_app.http_client.client import HttpClient
from conference_app.http_client.cookies import Cookies
from conference_app.http_client.courier import MAX_REDIRECTS, HttpSettings
from conference_app.http_client.errors import Failure, FetchCode, FetchError
from conference_app.http_client.exchange import IDEMPOTENCY_HEADER, Method
from conference_app.http_client.networks import Network, is_forbidden, read_networks
from conference_app.http_client.overrides import Overrides, read_overrides
from conference_app.http_client.response import Limits, Response
from conference_app.http_client.signature import SIGNATURE_HEADER, sign, verify, with_body_hash
from conference_app.http_client.socket import Pong, Socket
from conference_app.http_client.socket_client import SocketClient
from conference_app.http_client.target import (
    Params,
    absolute_url,
    read_socket_target,
    without_secrets,
)

__all__ = [
    "IDEMPOTENCY_HEADER",
    "MAX_REDIRECTS",
    "SIGNATURE_HEADER",
    "Cookies",
    "Failure",
    "FetchCode",
    "FetchError",
    "HttpClient",
    "HttpSettings",
    "Limits",
    "Method",
    "Network",
    "Overrides",
    "Params",
    "Pong",
    "Response",
    "Socket",
    "SocketClient",
    "absolute_url",
    "is_forbidden",
    "read_networks",
    "read_overrides",
    "read_socket_target",
    "sign",
    "verify",
    "with_body_hash",
    "without_secrets",
]
