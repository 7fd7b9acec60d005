"""Where a browser's connection comes from. A page elsewhere may use a socket here only with an
access token, which its own server has given it: what a browser sends by itself proves nothing.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host


def is_foreign(headers: Mapping[str, str]) -> bool:
    """Whether the handshake (names in lower case) was made by a page of another origin.

    Ours are the public address, and the host that was asked for if it is one of ours: else a name
    that somebody points at this machine would count (DNS rebinding). No browser leaves Origin out.
    """
    origin = headers.get("origin")
    if origin is None:
        return False
    public = urlsplit(settings.CONFAB_PUBLIC_URL)
    if origin == f"{public.scheme}://{public.netloc}":
        return False
    host = headers.get("host", "")
    name, _ = split_domain_port(host)
    asked_of_us = bool(name) and validate_host(name, settings.ALLOWED_HOSTS)
    return not (asked_of_us and urlsplit(origin).netloc == host)
