"""`X-Twilio-Signature`: proof that a request comes from who holds the account's auth token.

base64(HMAC-SHA1(token, URL + for each name in order: the name, then each of its values in order)),
names and values each once. The URL is the whole one with its query, without a fragment. A request
whose body is no form is signed without parameters, and its URL carries the body's hash.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterator
from typing import Final
from urllib.parse import parse_qs, urlsplit

from conference_app.http_client.target import Params

SIGNATURE_HEADER: Final = "X-Twilio-Signature"
_BODY_HASH: Final = "bodySHA256"
_DEFAULT_PORTS: Final = {"http": 80, "ws": 80, "https": 443, "wss": 443}


def sign(url: str, params: Params, token: str) -> str:
    """Sign a request to `url` with the form `params` (none for GET, WebSocket and other bodies)."""
    text = url + "".join(name + value for name, value in sorted(set(params)))
    digest = hmac.digest(token.encode(), text.encode(errors="replace"), "sha1")
    return base64.b64encode(digest).decode("ascii")


def with_body_hash(url: str, body: bytes) -> str:
    """Give the URL at which to send, and for which to sign, a body that is no form (JSON)."""
    joint = "&" if "?" in url else "?"
    return f"{url}{joint}{_BODY_HASH}={hashlib.sha256(body).hexdigest()}"


def verify(url: str, params: Params | bytes, token: str, signature: str) -> bool:
    """Tell whether a request carries the signature of who holds `token`; in constant time.

    `params`: the form, or the body itself when it is no form; then the URL must carry its hash. The
    URL is tried as it is, without its port and with its scheme's own port, as Twilio's validators
    do: what stands before a server may have taken the port away or put it in.
    """
    try:
        urlsplit(url)
    except ValueError:
        return False
    if isinstance(params, bytes):
        if not _body_hash_matches(url, params):
            return False
        params = ()
    given = signature.encode(errors="replace")
    matches = [
        hmac.compare_digest(sign(spelling, params, token).encode(), given)
        for spelling in _spellings(url)
    ]
    return any(matches)


def _body_hash_matches(url: str, body: bytes) -> bool:
    expected = hashlib.sha256(body).hexdigest().encode()
    said = parse_qs(urlsplit(url).query).get(_BODY_HASH, [""])[0]
    return hmac.compare_digest(expected, said.encode())


def _spellings(url: str) -> Iterator[str]:
    yield url
    parts = urlsplit(url)
    userinfo, at, host_port = parts.netloc.rpartition("@")
    host = host_port if host_port.endswith("]") else host_port.rpartition(":")[0] or host_port
    own_port = _DEFAULT_PORTS.get(parts.scheme)
    for port in ("", f":{own_port}" if own_port else ""):
        yield parts._replace(netloc=f"{userinfo}{at}{host}{port}").geturl()
