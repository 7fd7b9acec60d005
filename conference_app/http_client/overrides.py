"""Twilio's connection overrides: how to connect, said in a URL's fragment.

`https://example.com/voice?x=1#ct=1000&rc=2&rp=ct,5xx`. The fragment is neither sent nor signed.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from conference_app.http_client.errors import Failure, FetchCode, FetchError

_POLICIES: Final = {
    "ct": frozenset({Failure.CONNECT}),
    "rt": frozenset({Failure.READ}),
    "4xx": frozenset({Failure.STATUS_4XX}),
    "5xx": frozenset({Failure.STATUS_5XX}),
    "all": frozenset(Failure),
}


@dataclass(frozen=True, slots=True)
class Overrides:
    """What a fragment says, or Twilio's defaults.

    `connect_seconds` (`ct`, 0.1…10): for TCP and TLS together. `read_seconds` (`rt`, 0.1…15): for
    the first byte of the answer and between any two of its pieces. `total_seconds` (`tt`, 0.1…15):
    for everything, retries and redirects included; None when the fragment is silent, then the
    caller's own limit holds. `retries` (`rc`, 0…5): tries after the first. `retry_on` (`rp`):
    failures after which to try again.
    """

    connect_seconds: float = 5.0
    read_seconds: float = 15.0
    total_seconds: float | None = None
    retries: int = 1
    retry_on: frozenset[Failure] = _POLICIES["ct"]


def read_overrides(url: str) -> Overrides:
    """Read the overrides from a URL's fragment (FetchError 11243 for a retry policy that is none).

    A figure out of its range counts as the nearest one in it, and what is no figure as not said: a
    fragment may be an ordinary anchor. `sni` is accepted without effect, the server's name is
    always sent; so is `e` (edge), there is one site.
    """
    said = dict(parse_qsl(url.partition("#")[2].strip()))
    defaults = Overrides()
    connect = _figure(said.get("ct"), 100, 10_000)
    read = _figure(said.get("rt"), 100, 15_000)
    total = _figure(said.get("tt"), 100, 15_000)
    retries = _figure(said.get("rc"), 0, 5)
    return Overrides(
        connect_seconds=defaults.connect_seconds if connect is None else connect / 1000,
        read_seconds=defaults.read_seconds if read is None else read / 1000,
        total_seconds=None if total is None else total / 1000,
        retries=defaults.retries if retries is None else retries,
        retry_on=_retry_on(said["rp"]) if "rp" in said else defaults.retry_on,
    )


def _figure(text: str | None, least: int, most: int) -> int | None:
    if text is None or not (text.isascii() and text.isdecimal()):
        return None
    return max(least, min(most, int(text[:9])))


def _retry_on(text: str) -> frozenset[Failure]:
    failures: set[Failure] = set()
    for word in text.split(","):
        if word.strip() not in _POLICIES:
            raise FetchError(
                FetchCode.INVALID_RETRY_POLICY,
                "The retry policy (rp) in the fragment is none; it is made of 4xx, 5xx, ct, rt "
                "and all, with commas between.",
            )
        failures |= _POLICIES[word.strip()]
    return frozenset(failures)
