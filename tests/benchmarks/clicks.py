"""Delay by clicks: in silence, one loud frame now and then; how long until the other one hears it.

Clicks of one caller have levels that come round in turn, so that one which was lost, or belongs to
another, is not taken for the one that is waited for.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from tests.benchmarks.frames import BINARY, client_frame
from tests.benchmarks.job import WIRES

WIRE: Final = WIRES["wide"]

LEVELS: Final = tuple(range(2000, 18_000, 2000))
"""Peaks of the bursts, of 32767."""

LATEST_S: Final = 0.35
"""Later than this a click counts as missed; it is less than the time between two clicks."""

_FRAMES_BETWEEN: Final = (18, 26)
_SAMPLES: Final = WIRE.bytes_per_frame // 2
_SAME_LEVEL: Final = 0.05

# 1 kHz, whole turns: the burst begins at the first sample of its frame.
_BURST: Final = np.sin(2 * np.pi * np.arange(_SAMPLES) / 16)
_SILENT_FRAME: Final = client_frame(BINARY, bytes(WIRE.bytes_per_frame))
_LOUD_FRAMES: Final = tuple(
    client_frame(BINARY, (peak * _BURST).astype("<i2").tobytes()) for peak in LEVELS
)


@dataclass(frozen=True, slots=True)
class Click:
    """Sent at `sent_at` (seconds of time.perf_counter), with the peak LEVELS[level]."""

    sent_at: float
    level: int


class ClickTrack:
    """What one caller sends: silence, and clicks at random distances of about 0.4 s."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._silent_for = self._random.randint(0, _FRAMES_BETWEEN[1])
        self.clicks: list[Click] = []

    def frame_at(self, now: float) -> bytes:
        """Give the frame to send now."""
        if self._silent_for > 0:
            self._silent_for -= 1
            return _SILENT_FRAME
        self._silent_for = self._random.randint(*_FRAMES_BETWEEN)
        level = len(self.clicks) % len(LEVELS)
        self.clicks.append(Click(now, level))
        return _LOUD_FRAMES[level]


def delays(
    clicks: Sequence[Click], arrivals: Sequence[float], payloads: Sequence[bytes]
) -> list[float | None]:
    """Give for each click the seconds until it was heard, None for one that was missed.

    `arrivals` and `payloads` are what the listener heard: times, ascending, and frames. Clicks too
    early or too late to be looked for among them are passed over.
    """
    if not payloads:
        return [None] * len(clicks)
    pcm = np.frombuffer(b"".join(payloads), dtype="<i2").astype(np.float64)
    peaks = np.sqrt(2 * np.mean(np.square(pcm.reshape(len(payloads), -1)), axis=1))
    times = np.asarray(arrivals)
    found: list[float | None] = []
    for click in clicks:
        if not times[0] <= click.sent_at <= times[-1] - LATEST_S:
            continue
        first, last = np.searchsorted(times, (click.sent_at, click.sent_at + LATEST_S))
        peak = LEVELS[click.level]
        alike = np.flatnonzero(np.abs(peaks[first:last] - peak) <= _SAME_LEVEL * peak)
        found.append(float(times[first + alike[0]]) - click.sent_at if len(alike) else None)
    return found
