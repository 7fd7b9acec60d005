"""The jitter buffer: encoded 20 ms frames of one leg, between its socket and the tick.

Frames arrive in order (TCP) but not in time: a lost packet holds everything up for a round trip,
then a burst comes. The buffer therefore grows by itself, by one frame for each tick at which it had
nothing to give while the sender went on; what it must do deliberately is to shrink again. It
watches its lowest fill over the last seconds: what was never needed in that time is superfluous
delay, and is shed, in quiet moments first.

Pure: time is counted in calls of take(), one a tick.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from media_engine.errors import EngineFull

DEFAULT_PREFILL: Final = 2
"""Frames collected before the first is given: 20 to 40 ms of delay, whatever the phase of the
sender.
"""

CEILING_FRAMES: Final = 13
"""260 ms; of a longer burst the newest are kept."""

PAUSE_TICKS: Final = 10
"""After 200 ms with nothing to give the sender has paused; when it speaks again, prefill comes
first; but less than that is played after this time too, for no more of it will come.
"""

MAX_MARKS: Final = 1_000
"""Marks that may be pending; one more is refused."""

_WINDOW_TICKS: Final = 50
_WINDOWS: Final = 4
_SHED_EVERY_TICKS: Final = 10
_WAIT_FOR_QUIET_TICKS: Final = 25


@dataclass(slots=True)
class JitterCounters:
    """What became of the frames; only ever counts up."""

    received: int = 0
    played: int = 0
    starved: int = 0
    """Ticks of a running stream at which there was nothing to play (each was concealed or silent).
    """
    overflowed: int = 0
    """Oldest frames dropped because a burst exceeded the ceiling."""
    shed: int = 0
    """Frames merged away to bring a grown delay back."""
    cleared: int = 0


class JitterBuffer:
    """Holds at most `ceiling` frames (the oldest go first); `quiet` tells of a frame that nobody
    would miss.

    put() each frame that arrives; take() once a tick. After a take(), `shed` is the frame that was
    taken out along with the one returned, or None: the caller must fade from the one into the
    other, so that the cut is not heard.
    """

    __slots__ = (
        "_filling",
        "_frames",
        "_limit",
        "_lowest",
        "_marks",
        "_patience",
        "_position",
        "_quiet",
        "_starving",
        "_tick",
        "_waited",
        "_windows",
        "ceiling",
        "counters",
        "has_marks",
        "prefill",
        "shed",
    )

    def __init__(
        self,
        *,
        prefill: int = DEFAULT_PREFILL,
        ceiling: int = CEILING_FRAMES,
        held: int = 0,
        quiet: Callable[[bytes], bool],
    ) -> None:
        """`held`: how many frames may wait for the first take(), if more than `ceiling`. Of such a
        backlog the quiet frames are shed at once, down to the ceiling.
        """
        self.counters = JitterCounters()
        self.shed: bytes | None = None
        self._frames: deque[bytes] = deque()
        self.prefill = prefill
        """May be changed at any time; a running stream follows by shrinking or by its next gap.
        0 counts as 1.
        """
        self.ceiling = ceiling
        """May be lowered at any time; what is there already goes as a backlog does."""
        self._limit = max(ceiling, held)
        self._quiet = quiet
        self._filling = True
        self._starving = 0
        self._waited = 0
        self._position = 0
        self._marks: deque[tuple[int, str]] = deque()
        self.has_marks = False
        """Whether marks_reached() may have something to say."""
        self._forget_window()

    def __len__(self) -> int:
        return len(self._frames)

    @property
    def is_filling(self) -> bool:
        """Whether there is no running stream: it has not begun, or it has paused."""
        return self._filling

    def put(self, frame: bytes) -> None:
        """Add the newest frame; over the ceiling, the oldest is dropped and counted."""
        self.counters.received += 1
        self._frames.append(frame)
        if len(self._frames) > self._limit:
            self._frames.popleft()
            self._position += 1
            self.counters.overflowed += 1

    def take(self) -> bytes | None:
        """Give the frame that is due at this tick, or None: nothing to play (starved), or still
        filling.
        """
        frames = self._frames
        self.shed = None
        if self._filling:
            if not self._may_begin():
                return None
            self._filling = False
            self._forget_window()
        if not frames:
            self._starve()
            return None
        self._starving = 0
        frame = frames.popleft()
        self._position += 1
        self.counters.played += 1
        self._shrink(frame)
        return frame

    def put_mark(self, name: str) -> None:
        """Remember that `name` is reached when all frames put so far are played, dropped or
        cleared.

        EngineFull when MAX_MARKS are pending already.
        """
        if len(self._marks) >= MAX_MARKS:
            raise EngineFull(f"{MAX_MARKS} marks are pending already")
        self._marks.append((self._position + len(self._frames), name))
        self.has_marks = True

    def marks_reached(self) -> list[str]:
        """Give the names whose place has been passed since the last call, in order."""
        reached = []
        while self._marks and self._marks[0][0] <= self._position:
            reached.append(self._marks.popleft()[1])
        self.has_marks = bool(self._marks)
        return reached

    def clear(self) -> None:
        """Drop everything not yet played; all pending marks count as reached."""
        self.counters.cleared += len(self._frames)
        self._position += len(self._frames)
        self._frames.clear()
        self._filling = True
        self._waited = 0

    def _may_begin(self) -> bool:
        """Whether enough has come, or so little for so long that waiting for more is in vain."""
        if not self._frames:
            return False
        self._waited += 1
        if len(self._frames) < self.prefill and self._waited < PAUSE_TICKS:
            return False
        self._waited = 0
        return True

    def _starve(self) -> None:
        self.counters.starved += 1
        self._starving += 1
        if self._starving >= PAUSE_TICKS:
            self._filling = True
            self._starving = 0

    def _forget_window(self) -> None:
        self._lowest = self.ceiling
        self._windows: deque[int] = deque([0] * _WINDOWS, maxlen=_WINDOWS)
        self._tick = 0
        self._patience = 0

    def _shrink(self, frame: bytes) -> None:
        """Take out the next frame too, when the fill has stayed above what prefill asks for long
        enough.
        """
        fill = len(self._frames)
        if self._limit > self.ceiling:
            # With room for as large a burst as any, so that the backlog stays whole.
            backlog = fill if fill > self.ceiling else 0
            self._limit = min(self._limit, self.ceiling + backlog)
        if fill < self._lowest:
            self._lowest = fill
        self._tick += 1
        if self._tick == _WINDOW_TICKS:
            self._windows.append(self._lowest)
            self._lowest = fill
            self._tick = 0
        if fill > self.ceiling and self._quiet(frame):
            self._shed_one()
            return
        needed = max(self.prefill, 1) - 1
        if fill <= needed or min(self._windows) <= needed or self._lowest <= needed:
            self._patience = 0
            return
        self._patience += 1
        if self._patience >= _WAIT_FOR_QUIET_TICKS or (
            self._patience >= _SHED_EVERY_TICKS and self._quiet(frame)
        ):
            self._shed_one()

    def _shed_one(self) -> None:
        self.shed = self._frames.popleft()
        self._position += 1
        self.counters.shed += 1
        self._patience = 0
        self._lowest -= 1
        self._windows = deque([low - 1 for low in self._windows], maxlen=_WINDOWS)
