"""Answers to GET that may be used again (RFC 9111, the part that a player of audio files needs).

Private to each account by the caller's key; in memory; the least recently used go first.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from typing import Final, TypeAlias

from conference_app.http_client.response import Response

# Names in lower case; a header that came more than once has its values joined by commas.
Headers: TypeAlias = Mapping[str, str]
CacheKey: TypeAlias = tuple[str, str]

# A receiver that says "for a year" and changes the file all the same is asked again after a day.
MAX_LIFETIME_SECONDS: Final = 24 * 3600.0
# Room for an entry's headers, keys and objects, so that empty bodies do not fill memory uncounted.
_ENTRY_BYTES: Final = 1024


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer with what is needed to ask whether it still holds."""

    response: Response
    fresh_until: float
    etag: str | None
    last_modified: str | None

    @property
    def conditions(self) -> dict[str, str]:
        """The headers that turn a GET into the question whether this answer still holds."""
        conditions = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in conditions.items() if value is not None}


class ResponseCache:
    """At most `max_bytes` of answers; one of more than a quarter of that is not kept."""

    def __init__(self, max_bytes: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._max_bytes = max_bytes
        self._clock = clock
        self._kept: OrderedDict[CacheKey, Kept] = OrderedDict()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, key: CacheKey) -> Kept | None:
        """Give what is kept for a key, fresh or stale."""
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
        return kept

    def is_fresh(self, kept: Kept) -> bool:
        """Tell whether an answer may be used without asking the server."""
        return self._clock() < kept.fresh_until

    def keep(self, key: CacheKey, response: Response, headers: Headers, *, cookies: bool) -> None:
        """Keep an answer in place of what was kept, if its headers allow it.

        `cookies`: cookies went with the request or came with the answer, so it may be meant for one
        call alone; then only "public" answers are kept.
        """
        self._forget(key)
        directives = _directives(headers)
        kept = Kept(
            response=replace(response, from_cache=True),
            fresh_until=self._clock() + _lifetime(directives, headers),
            etag=headers.get("etag"),
            last_modified=headers.get("last-modified"),
        )
        useful = kept.conditions or self.is_fresh(kept)
        refused = "no-store" in directives or _varies(headers)
        if not useful or refused or (cookies and "public" not in directives):
            return
        if _size(key, kept) <= self._max_bytes // 4:
            self._kept[key] = kept
            self._bytes += _size(key, kept)
            self._make_room()

    def renew(self, key: CacheKey, kept: Kept, headers: Headers) -> None:
        """Take note that the server said (304) that a kept answer still holds."""
        if key in self._kept:
            lifetime = _lifetime(_directives(headers), headers)
            self._kept[key] = replace(kept, fresh_until=self._clock() + lifetime)

    def _make_room(self) -> None:
        while self._bytes > self._max_bytes:
            key, kept = self._kept.popitem(last=False)
            self._bytes -= _size(key, kept)

    def _forget(self, key: CacheKey) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._bytes -= _size(key, kept)


def _size(key: CacheKey, kept: Kept) -> int:
    texts = (*key, kept.etag or "", kept.last_modified or "", kept.response.url)
    return _ENTRY_BYTES + len(kept.response.body) + sum(map(len, texts))


def _varies(headers: Headers) -> bool:
    # We always ask for the same coding; the answer that varies by that alone is always the same.
    return headers.get("vary", "accept-encoding").strip().lower() != "accept-encoding"


def _directives(headers: Headers) -> dict[str, str]:
    pairs = (part.partition("=") for part in headers.get("cache-control", "").split(","))
    return {name.strip().lower(): value.strip(' "') for name, _, value in pairs}


def _lifetime(directives: dict[str, str], headers: Headers) -> float:
    """Give the seconds for which an answer may be used unasked; 0 when nothing says so."""
    if "no-cache" in directives or "no-store" in directives:
        return 0.0
    if "max-age" in directives:
        seconds = _seconds(directives["max-age"]) - _seconds(headers.get("age", "0"))
    else:
        seconds = _until_expires(headers)
    return max(0.0, min(seconds, MAX_LIFETIME_SECONDS))


def _seconds(text: str) -> float:
    return float(text[:9]) if text.isascii() and text.isdecimal() else 0.0


def _until_expires(headers: Headers) -> float:
    """Give the time from Date to Expires: the server's own clock, ours may differ from it."""
    try:
        expires = parsedate_to_datetime(headers["expires"])
        date = parsedate_to_datetime(headers["date"])
        return (expires - date).total_seconds()
    except (KeyError, ValueError, TypeError):
        return 0.0
