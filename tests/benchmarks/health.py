"""What the server says of itself at /healthz."""

import json
import urllib.error
import urllib.request
from typing import Any, Final

from tests.benchmarks.job import Percentiles

_TIMEOUT_S: Final = 5.0


def read_health(port: int, *, last_ticks: int | None = None) -> dict[str, Any] | None:
    """Give the JSON of GET /healthz, None when nobody answers or the server is not well.

    `last_ticks`: have the lateness of so many ticks only.
    """
    query = "" if last_ticks is None else f"?ticks={last_ticks}"
    try:
        with urllib.request.urlopen(
            f"http://127.0.0.1:{port}/healthz{query}", timeout=_TIMEOUT_S
        ) as answer:
            said: dict[str, Any] = json.load(answer)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return None
    return said


def tick_lateness_ms(health: dict[str, Any] | None) -> Percentiles | None:
    """Give how late the server's ticks were; None when it does not say."""
    said = _engine(health).get("tick_lateness_ms")
    if not isinstance(said, dict):
        return None
    return Percentiles(float(said["p50"]), float(said["p99"]), float(said["max"]))


def skipped_ticks(health: dict[str, Any] | None) -> int | None:
    """Give how many ticks the server gave up since its start; None when it does not say."""
    said = _engine(health).get("skipped_ticks")
    return said if isinstance(said, int) else None


def _engine(health: dict[str, Any] | None) -> dict[str, Any]:
    engine = (health or {}).get("engine")
    return engine if isinstance(engine, dict) else {}
