"""Addresses that are answered from here: our own, and those that stand for something of ours.

A request to ourselves would go round by the network and past the guard against private addresses.
So a caller's URL that leads here is recognised, and answered from the tables and files.
"""

from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Place:
    """Where on this server a URL leads."""

    path: str
    query: str


def here(url: str) -> Place | None:
    """Give the place on this server that a URL names, by itself or by an alias; None: elsewhere."""
    asked = urlsplit(url)
    bare = f"{asked.scheme}://{asked.netloc}{asked.path}"
    alias = settings.CONFAB_URL_ALIASES.get(bare.rstrip("/"))
    if alias is not None:
        return Place(alias, asked.query)
    public = urlsplit(settings.CONFAB_PUBLIC_URL)
    if (asked.scheme, asked.netloc) == (public.scheme, public.netloc):
        return Place(asked.path, asked.query)
    return None


def absolute(url: str) -> str:
    """Make a path of ours the URL by which the world knows it; other URLs stay as they are."""
    return urljoin(f"{settings.CONFAB_PUBLIC_URL}/", url)
