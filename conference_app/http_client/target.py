"""URLs that users gave, read once and by one reader: what is checked is what is connected to.

Two URL parsers that disagree on where the host ends are the oldest way around an address check.
Here `urlsplit` decides alone, the host is brought into its one canonical spelling, and what goes
over the wire is put together again from the parts.
"""

import base64
import re
import socket
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from ipaddress import AddressValueError, IPv6Address
from typing import Final, TypeAlias
from urllib.parse import SplitResult, quote, unquote, urlencode, urljoin, urlsplit

import idna

from conference_app.http_client.errors import FetchCode, FetchError

Params: TypeAlias = Sequence[tuple[str, str]]

# Twilio takes URLs of up to 4000 characters (its error 21609).
MAX_URL_CHARS: Final = 4000
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_NAME: Final = re.compile(r"(?=.{1,253}\Z)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*", re.ASCII)
# A host whose last label is a number is an address, whatever the rest looks like (WHATWG URL 3.5).
_NUMBER_AT_END: Final = re.compile(r"(?:\A|\.)(?:[0-9]+|0x[0-9a-f]*)\Z", re.ASCII)
_SAFE_IN_PATH: Final = "/%:@!$&'()*+,;=~-._"
_SAFE_IN_QUERY: Final = _SAFE_IN_PATH + "?[]"
_SAFE_IN_USERINFO: Final = "%:!$&'()*+,;=~-._"


@dataclass(frozen=True, slots=True)
class Target:
    """Where one request goes. `host` is canonical, an IPv6 address without its brackets; `netloc`
    is host and port as configured; `path` and `query` are percent-encoded.
    """

    scheme: str
    host: str
    port: int
    netloc: str
    path: str
    query: str
    userinfo: str = field(default="", repr=False)

    @property
    def url(self) -> str:
        """What goes over the wire, and what is signed: no user, no password, no fragment."""
        return f"{self.scheme}://{self.netloc}{self._path_and_query}"

    @property
    def url_with_userinfo(self) -> str:
        """What a document's relative URLs are resolved against. Never log it."""
        userinfo = f"{self.userinfo}@" if self.userinfo else ""
        return f"{self.scheme}://{userinfo}{self.netloc}{self._path_and_query}"

    @property
    def shown(self) -> str:
        """For logs and people: without secrets, that is without user, password and query."""
        return f"{self.scheme}://{self.netloc}{self.path}" + ("?…" if self.query else "")

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.scheme, self.host, self.port

    @property
    def authorization(self) -> str | None:
        """The value of the Authorization header that the URL's user and password ask for."""
        if not self.userinfo:
            return None
        user, _, password = self.userinfo.partition(":")
        plain = f"{unquote(user)}:{unquote(password)}".encode()
        return "Basic " + base64.b64encode(plain).decode("ascii")

    @property
    def _path_and_query(self) -> str:
        return self.path + (f"?{self.query}" if self.query else "")

    def with_params(self, params: Params) -> "Target":
        """Append parameters to the query, form-encoded."""
        if not params:
            return self
        return replace(self, query="&".join(filter(None, (self.query, urlencode(params)))))


def read_target(url: str) -> Target:
    """Read an absolute http or https URL; its fragment is dropped.

    FetchError: 11100 for what is no such URL, 11210 for a host that can be no host's name.
    """
    parts = _split(url.strip())
    host = _canonical_host(parts.hostname or "")
    port = _port(parts)
    shown_host = f"[{host}]" if ":" in host else host
    return Target(
        scheme=parts.scheme,
        host=host,
        port=port if port is not None else _DEFAULT_PORTS[parts.scheme],
        netloc=shown_host if port is None else f"{shown_host}:{port}",
        path=quote(parts.path, safe=_SAFE_IN_PATH) or "/",
        query=quote(parts.query, safe=_SAFE_IN_QUERY),
        userinfo=quote(parts.netloc.rpartition("@")[0], safe=_SAFE_IN_USERINFO),
    )


def read_socket_target(url: str) -> Target:
    """Read an absolute ws or wss URL, which is http's or https' by another name (RFC 6455, 3).

    Raises what read_target raises.
    """
    scheme, separator, rest = url.strip().partition("://")
    if scheme.lower() not in ("ws", "wss") or not separator:
        raise _invalid("only ws and wss are spoken")
    secure = scheme.lower() == "wss"
    return read_target(f"{'https' if secure else 'http'}://{rest}")


def absolute_url(document_url: str, reference: str) -> str:
    """Resolve a URL of a document against the document's own (RFC 3986, 5); FetchError 11100."""
    try:
        return urljoin(document_url, reference.strip())
    except ValueError:
        raise _invalid("it can not be resolved against the document's URL") from None


def without_secrets(url: str) -> str:
    """Give a URL for logs and people, without user, password, query and fragment."""
    try:
        return read_target(url).shown
    except FetchError:
        return "(invalid URL)"


def _split(url: str) -> SplitResult:
    if len(url) > MAX_URL_CHARS:
        raise _invalid(f"it is longer than {MAX_URL_CHARS} characters")
    try:
        parts = urlsplit(url)
    except ValueError:
        raise _invalid("it can not be read") from None
    if parts.scheme not in _DEFAULT_PORTS:
        raise _invalid("only http and https are spoken")
    # Browsers read "\" as "/", so that a host before it would be another one to them than to us.
    if not parts.hostname or "\\" in parts.netloc:
        raise _invalid("it has no host")
    return parts


def _port(parts: SplitResult) -> int | None:
    try:
        port = parts.port
    except ValueError:
        raise _invalid("its port is none") from None
    if port == 0:
        raise _invalid("its port is none")
    return port


def _canonical_host(host: str) -> str:
    """Bring a host into its one spelling: an address in its usual form, a name in ASCII.

    The system's resolver reads 127.1, 0x7f000001, 2130706433 and 017700000001 as addresses, and
    Unicode's digits end up there as well once they are mapped; all of them are addresses here too.
    """
    if ":" in host:
        return _canonical_ipv6(host)
    name = _in_ascii(host).removesuffix(".")
    if not _NAME.fullmatch(name):
        raise _bad_host()
    if not _NUMBER_AT_END.search(name):
        return name
    try:
        return socket.inet_ntoa(socket.inet_aton(name))
    except OSError:
        raise _bad_host() from None


def _canonical_ipv6(host: str) -> str:
    # A zone ("%eth0") would choose the interface, and with it the network that is reached.
    if "%" in host:
        raise _bad_host()
    try:
        return str(IPv6Address(host))
    except AddressValueError:
        raise _bad_host() from None


def _in_ascii(host: str) -> str:
    if host.isascii():
        return host.lower()
    try:
        return idna.encode(unicodedata.normalize("NFC", host), uts46=True).decode("ascii")
    except idna.IDNAError:
        raise _bad_host() from None


def _invalid(why: str) -> FetchError:
    return FetchError(FetchCode.INVALID_URL, f"The URL is not valid: {why}.")


def _bad_host() -> FetchError:
    return FetchError(FetchCode.BAD_HOST, "The URL's host can be no host's name.")
