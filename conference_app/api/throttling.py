"""How much one account may ask for: so many requests a second, counted in this process."""

import threading
import time
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView
from typing_extensions import override

from conference_app.models import Account

BURST_S: Final = 5.0
"""What was not asked for in these last seconds may be made up for at once."""


@dataclass(slots=True)
class _Bucket:
    """Requests an account may still make, as of a moment of the monotonic clock."""

    left: float
    at_s: float


_buckets: dict[int, _Bucket] = {}
_lock = threading.Lock()


class AccountThrottle(BaseThrottle):
    """A bucket for each account that fills with CONFAB_API_REQUESTS_PER_SECOND; 0: no bound."""

    def __init__(self) -> None:
        self._wait_s: float | None = None

    @override
    def allow_request(self, request: Request, view: APIView) -> bool:
        rate: float = settings.CONFAB_API_REQUESTS_PER_SECOND
        if rate <= 0 or not isinstance(request.auth, Account):
            return True
        self._wait_s = take(request.auth.pk, rate, time.monotonic())
        return self._wait_s is None

    @override
    def wait(self) -> float | None:
        return self._wait_s


def take(account: int, rate: float, now_s: float) -> float | None:
    """Take one request out of an account's bucket; None: there was one, else the seconds until
    there is.
    """
    full = max(1.0, rate * BURST_S)
    with _lock:
        bucket = _buckets.setdefault(account, _Bucket(full, now_s))
        bucket.left = min(full, bucket.left + (now_s - bucket.at_s) * rate)
        bucket.at_s = now_s
        if bucket.left < 1:
            return (1 - bucket.left) / rate
        bucket.left -= 1
        return None
