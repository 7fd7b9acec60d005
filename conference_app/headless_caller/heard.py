"""What a caller heard, and when each part of it arrived."""

from collections import deque
from typing import Final, NamedTuple

import numpy as np

from media_engine.codecs import get_codec
from media_engine.dialects import WireFormat
from media_engine.levels import FLOOR_DBFS, rms_dbfs
from media_engine.pcm import FRAMES_PER_SECOND, Pcm

KEPT_SECONDS: Final = 3600
"""Beyond this the oldest sound is dropped: a caller that is left running must not fill memory."""


class HeardFrame(NamedTuple):
    """One message of sound: when it was read (`time.monotonic`), and its bytes as they came."""

    at_s: float
    payload: bytes


class Heard:
    """Sound in order of arrival, still encoded. `dropped_frames`: what was too old to keep."""

    def __init__(self, wire: WireFormat) -> None:
        self.frames: deque[HeardFrame] = deque()
        self.dropped_frames = 0
        self._codec = get_codec(wire.encoding)
        self._bytes_per_second = wire.bytes_per_frame * FRAMES_PER_SECOND
        self._kept_bytes = 0

    def add(self, at_s: float, payload: bytes) -> None:
        self.frames.append(HeardFrame(at_s, payload))
        self._kept_bytes += len(payload)
        while self._kept_bytes > KEPT_SECONDS * self._bytes_per_second:
            self._kept_bytes -= len(self.frames.popleft().payload)
            self.dropped_frames += 1

    @property
    def seconds(self) -> float:
        """The length of what is kept."""
        return self._kept_bytes / self._bytes_per_second

    def pcm(self, since_s: float = 0.0, until_s: float = float("inf")) -> Pcm:
        """Give what was read in `since_s <= at_s < until_s`, at the rate of the wire."""
        chosen = (frame.payload for frame in self.frames if since_s <= frame.at_s < until_s)
        return self._codec.decode(b"".join(chosen))

    def level_dbfs(self) -> float:
        """The level of all of it, as `media_engine.levels` tells it."""
        pcm = self.pcm()
        return float(rms_dbfs(pcm.astype(np.float32)[np.newaxis])[0]) if len(pcm) else FLOOR_DBFS
