"""The cookies of one call."""

from typing import Final

from aiohttp import CookieJar
from yarl import URL

# A server may set as many as it likes, on every answer; a call remembers this much.
MAX_COOKIES: Final = 50
MAX_COOKIE_CHARS: Final = 4096


class Cookies:
    """What servers asked one call to remember and to show them again; the caller keeps it as long
    as the call lasts, and only hands it in.

    At most 50 cookies of 4096 characters; further ones are not kept.
    """

    def __init__(self) -> None:
        self._jar: CookieJar | None = None

    def header_for(self, url: str) -> str | None:
        """Give the value of the Cookie header for a request to `url`; None when there is none."""
        if self._jar is None:
            return None
        found = self._jar.filter_cookies(URL(url, encoded=True)).values()
        return "; ".join(f"{morsel.key}={morsel.coded_value}" for morsel in found) or None

    def keep(self, set_cookie: list[str], url: str) -> None:
        """Take in the Set-Cookie headers of an answer from `url`."""
        if not set_cookie:
            return
        if self._jar is None:
            # "unsafe" allows hosts that are addresses; a private receiver often is one.
            self._jar = CookieJar(unsafe=True)
        for header in set_cookie:
            if len(self._jar) < MAX_COOKIES and len(header) <= MAX_COOKIE_CHARS:
                self._jar.update_cookies_from_headers([header], URL(url, encoded=True))
