"""Sound out of nowhere: what a leg hears that no other leg said.

A source gives frames at the mixing rate until it ends. It has one listener and keeps its own place,
so each waiting caller hears the music from its beginning. Pure: all its sound is in memory before
it starts.
"""

from collections import deque
from collections.abc import Callable, Iterable
from typing import Protocol

import numpy as np

from media_engine.pcm import Pcm, Wide


class Source(Protocol):
    """One listener's sound. Frames are `(samples,)` float32 on the int16 scale."""

    def read(self, samples: int) -> Wide | None:
        """Give the next `samples` samples, padded with silence in the last frame; None when it is
        over.
        """


class Silence:
    """Nothing to hear: for ever, or for `samples` samples (a TwiML Pause)."""

    def __init__(self, samples: int | None = None) -> None:
        self._left = samples

    def read(self, samples: int) -> Wide | None:
        if self._left is not None:
            if self._left <= 0:
                return None
            self._left -= samples
        return np.zeros(samples, dtype=np.float32)


class Clip:
    """Sound in memory, played `times` times (0: for ever), the seam without a gap."""

    def __init__(self, pcm: Pcm, *, times: int = 1) -> None:
        self._pcm = pcm
        self._endless = times == 0
        self._left = len(pcm) * times
        self._at = 0

    def read(self, samples: int) -> Wide | None:
        length = len(self._pcm)
        if length == 0 or (not self._endless and self._left <= 0):
            return None
        wanted = samples if self._endless else min(samples, self._left)
        frame = np.zeros(samples, dtype=np.float32)
        filled = 0
        while filled < wanted:
            part = self._pcm[self._at : self._at + wanted - filled]
            frame[filled : filled + len(part)] = part
            filled += len(part)
            self._at = (self._at + len(part)) % length
        if not self._endless:
            self._left -= wanted
        return frame


class Queue:
    """Several sources, one after another."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self._sources = deque(sources)

    def read(self, samples: int) -> Wide | None:
        while self._sources:
            frame = self._sources[0].read(samples)
            if frame is not None:
                return frame
            self._sources.popleft()
        return None


class Playlist:
    """Sources one after another, added to while it plays; silence when there is none, never over.

    `on_last` is called whenever the last source begins, or none is left: the moment to add more.
    """

    def __init__(self, on_last: Callable[[], None]) -> None:
        self._on_last = on_last
        self._sources: deque[Source] = deque()

    @property
    def waiting(self) -> int:
        """How many sources have not begun yet."""
        return max(0, len(self._sources) - 1)

    def append(self, source: Source) -> None:
        """Play this after all others."""
        self._sources.append(source)

    def read(self, samples: int) -> Wide | None:
        while self._sources:
            frame = self._sources[0].read(samples)
            if frame is not None:
                return frame
            self._sources.popleft()
            if len(self._sources) <= 1:
                self._on_last()
        return np.zeros(samples, dtype=np.float32)
