"""A sender of numbered frames and the tick that takes them, for the tests of the jitter buffer."""

import random
from collections import deque
from collections.abc import Callable, Iterable, Iterator

from media_engine.jitter import JitterBuffer

HELD = 100


def loud(frame: bytes) -> bool:
    return False


def quiet(frame: bytes) -> bool:
    return True


class Stream:
    """Whenever the buffer offers to shed a frame, that is done."""

    def __init__(
        self, *, prefill: int = 2, held: int = 0, quiet: Callable[[bytes], bool] = loud
    ) -> None:
        self.buffer = JitterBuffer(prefill=prefill, held=held, quiet=quiet)
        self.sent = 0
        self.played: list[int] = []
        self.shed: list[int] = []

    def send(self, frames: int) -> None:
        for _ in range(frames):
            self.buffer.put(b"%d" % self.sent)
            self.sent += 1

    def tick(self, arriving: int = 1) -> int | None:
        """Let frames arrive, then take one: its number, or None."""
        self.send(arriving)
        frame = self.buffer.take()
        if frame is None:
            return None
        if self.buffer.may_shed:
            self.shed.append(int(self.buffer.following))
            self.buffer.shed()
        self.played.append(int(frame))
        return int(frame)

    def run(self, arrivals: Iterable[int]) -> list[int | None]:
        return [self.tick(arriving) for arriving in arrivals]

    @property
    def delay(self) -> int:
        """Frames that wait after a tick."""
        return len(self.buffer)


def arrivals(times: Iterable[float], ticks: int) -> Iterator[int]:
    """How many of the frames that arrive at `times`, in ticks and rising, come before each tick."""
    pending = deque(times)
    for tick in range(ticks):
        count = 0
        while pending and pending[0] <= tick:
            pending.popleft()
            count += 1
        yield count


def held_up(frames: int, worst: Callable[[int], float], *, seed: int) -> Iterator[float]:
    """Arrival times, in ticks, of frames held up by 0 to `worst(frame)` ticks each; in order, as
    TCP gives them.
    """
    dice = random.Random(seed)
    latest = 0.0
    for frame in range(frames):
        latest = max(latest, frame + dice.uniform(0, worst(frame)))
        yield latest


def drifting(frames: int, drift: float, noise: float, seed: int) -> Iterator[float]:
    """Arrival times, in ticks, of frames of a clock that is slow by a share of `drift`; each up to
    `noise` late.
    """
    dice = random.Random(seed)
    for frame in range(frames):
        yield frame * (1 + drift) + dice.uniform(0, noise)
