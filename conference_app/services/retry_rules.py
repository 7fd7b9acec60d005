"""When a delivery that failed is tried again, and when it is given up."""

import random
from datetime import datetime, timedelta
from typing import Final

DELAYS_S: Final = (1, 5, 30, 120, 600, 1800, 7200, 18_000, 36_000)
"""What passes between two tries; the last one comes nearly 18 hours after the first."""

SPREAD: Final = 0.2
"""A receiver that is up again does not get everything in the same second."""

OLD: Final = timedelta(days=1)
TRIES_WHEN_OLD: Final = 3
"""Those queued behind a delivery that took a day to die do not take a day each."""


def delay(attempts: int, retry_after_s: float = 0.0) -> timedelta:
    """Say how long to wait after so many tries (1 and up): the usual delay, a fifth more or less,
    or what the receiver asked for if that is more, but no more than the longest delay.
    """
    usual = DELAYS_S[min(attempts, len(DELAYS_S)) - 1]
    spread = usual * random.uniform(1 - SPREAD, 1 + SPREAD)
    return timedelta(seconds=max(spread, min(retry_after_s, DELAYS_S[-1])))


def is_given_up(attempts: int, *, queued_at: datetime, now: datetime) -> bool:
    """Tell whether so many tries in vain are enough."""
    is_old = now - queued_at > OLD and attempts >= TRIES_WHEN_OLD
    return is_old or attempts > len(DELAYS_S)
