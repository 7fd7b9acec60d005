"""How many wrong guest links one address may try. Nobody guesses 128 bits; this keeps who tries
from costing much.
"""

from typing import Final

from django.core.cache import cache
from django.http import HttpRequest

WRONG_LINKS: Final = 20
WITHIN_S: Final = 60


def is_over(request: HttpRequest) -> bool:
    """Whether this address has to wait."""
    return int(cache.get(_key(request), 0)) >= WRONG_LINKS


def count(request: HttpRequest) -> None:
    """Note a wrong link."""
    key = _key(request)
    cache.add(key, 0, timeout=WITHIN_S)
    try:
        cache.incr(key)
    except ValueError:  # it has just run out
        cache.set(key, 1, timeout=WITHIN_S)


def _key(request: HttpRequest) -> str:
    return f"wrong-links-{request.META.get('REMOTE_ADDR', '')}"
