"""The jitter buffer: encoded 20 ms frames of one leg, between its socket and the tick.

Frames arrive in order (TCP) but not in time: a lost packet holds everything up for a round trip,
then a burst comes. The delay therefore grows by itself and at once, by one frame for each tick at
which there was nothing to give while the sender went on. What the buffer must do deliberately is to
shrink again, to what 99 % of the ticks of the last seconds needed (`margins`), and to begin with
that much after a pause.

Pure: time is counted in calls of take(), one a tick.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from media_engine.errors import EngineFull
from media_engine.margins import BLOCK_TICKS, Margins

DEFAULT_PREFILL: Final = 2
"""Frames collected before the first is given: 20 to 40 ms of delay, whatever the phase of the
sender.
"""

CEILING_FRAMES: Final = 13
"""The newest of 13 frames waits for 240 to 260 ms; of a longer burst the newest are kept."""

PAUSE_TICKS: Final = 10
"""After 200 ms with nothing to give the sender has paused; when it speaks again, prefill comes
first; but less than that is played after this time too, for no more of it will come.
"""

LENT_FRAMES: Final = 4
"""So many may wait where frames are lent; with more, or none when one is due, a stream does not run
evenly.
"""

MAX_MARKS: Final = 1_000
"""Marks that may be pending; one more is refused."""

_OFFER_EVERY_TICKS: Final = 10
_WAIT_FOR_QUIET_TICKS: Final = 20


@dataclass(frozen=True, slots=True)
class JitterCounters:
    """What became of the frames so far."""

    received: int
    played: int
    starved: int
    """Ticks of a running stream at which there was nothing to play (each was concealed or silent).
    """
    overflowed: int
    """Oldest frames dropped because a burst exceeded the ceiling."""
    shed: int
    """Frames left out to bring a grown delay back."""
    cleared: int


class JitterBuffer:
    """Holds at most `ceiling` frames (the oldest go first); `quiet` tells of a frame that nobody
    would miss.

    put() each frame that arrives; take() once a tick. When `may_shed` is set after a take(), the
    delay is longer than it need be and this is a good moment: the caller may join the frame that it
    has to the one after it (`following`), and leave out up to a frame in between; if it has used
    that one up it says so by shed(). Who does not is asked again.
    """

    __slots__ = (
        "_ceiling",
        "_cleared",
        "_filling",
        "_frames",
        "_lateness",
        "_limit",
        "_margins",
        "_marks",
        "_overflowed",
        "_patience",
        "_played",
        "_quiet",
        "_review_at",
        "_shed",
        "_spare",
        "_starved",
        "_starving",
        "_waited",
        "has_marks",
        "may_shed",
        "prefill",
    )

    def __init__(
        self,
        *,
        prefill: int = DEFAULT_PREFILL,
        ceiling: int = CEILING_FRAMES,
        held: int = 0,
        quiet: Callable[[bytes], bool],
    ) -> None:
        """`ceiling`: up to CEILING_FRAMES. `held`: how many frames may wait for the first take(),
        if more than that. Of such a backlog the quiet frames may be shed at once, down below
        the ceiling.
        """
        self.prefill = prefill
        """May be changed at any time; a running stream follows by shrinking or by its next gap.
        0 counts as 1.
        """
        self.may_shed = False
        self.has_marks = False
        """Whether marks_reached() may have something to say."""
        self._frames: deque[bytes] = deque()
        self._ceiling = ceiling
        self._limit = max(ceiling, held)
        self._quiet = quiet
        self._marks: deque[tuple[int, str]] = deque()
        self._played = self._starved = self._overflowed = self._shed = self._cleared = 0
        self._filling = True
        self._starving = 0
        self._waited = 0
        self._margins = Margins(CEILING_FRAMES)
        self._lateness = 0
        self._review_at = BLOCK_TICKS
        self._spare = 0
        self._patience = 0

    def __len__(self) -> int:
        return len(self._frames)

    @property
    def counters(self) -> JitterCounters:
        """What became of the frames so far; made when asked for."""
        return JitterCounters(
            received=self._position + len(self._frames),
            played=self._played,
            starved=self._starved,
            overflowed=self._overflowed,
            shed=self._shed,
            cleared=self._cleared,
        )

    @property
    def ceiling(self) -> int:
        """May be lowered at any time; what is there already goes as a backlog does."""
        return self._ceiling

    @ceiling.setter
    def ceiling(self, frames: int) -> None:
        self._ceiling = frames
        self._limit = max(self._limit, frames)

    @property
    def is_filling(self) -> bool:
        """Whether there is no running stream: it has not begun, or it has paused."""
        return self._filling

    @property
    def room(self) -> int:
        """How many frames are lacking until a stream may begin, or before it is at its shortest
        delay.
        """
        wanted = self._wanted_first() if self._filling else max(self.prefill, 1)
        return max(0, wanted - len(self._frames))

    @property
    def following(self) -> bytes:
        """The frame after the one that was taken; IndexError when there is none."""
        return self._frames[0]

    def put(self, frame: bytes) -> None:
        """Add the newest frame; over the ceiling, the oldest is dropped and counted."""
        frames = self._frames
        frames.append(frame)
        if len(frames) > self._limit:
            self._overflow()

    def take(self) -> bytes | None:
        """Give the frame that is due at this tick, or None: nothing to play (starved), or still
        filling.
        """
        frames = self._frames
        self.may_shed = False
        if self._filling and not self._begins():
            return None
        if not frames:
            self._starve()
            return None
        if self._starving:
            self._grow()
        frame = frames.popleft()
        self._played += 1
        if self._limit > self._ceiling:
            self._work_off(frame)
            return frame
        self._margins.counts[len(frames)] += 1
        if self._played >= self._review_at:
            self._review()
        if self._spare:
            self._offer(frame)
        return frame

    def shed(self) -> None:
        """Leave out the frame that follows; only when `may_shed` is set."""
        self._frames.popleft()
        self._shed += 1
        self._margins.delay_shrank()
        self._spare = max(0, self._spare - 1)
        self.may_shed = False

    @property
    def runs_evenly(self) -> bool:
        """Whether nothing is to be done but to take a frame for each that comes, as long as one is
        there: then the frames may be lent.
        """
        return not (
            self._filling
            or self._starving
            or self._spare
            or self._marks
            or self._limit > self._ceiling
            or self._ceiling <= LENT_FRAMES
            or len(self._frames) >= LENT_FRAMES
            or self.ticks_until_review <= 1
        )

    @property
    def ticks_until_review(self) -> int:
        """At the take() that brings it to 0 the delay is reviewed: not while frames are lent."""
        return self._review_at - self._played

    def lend(self) -> tuple[list[bytes], list[int]]:
        """Let somebody else keep the frames while the stream runs evenly; give them, and how often
        so many were left over at a tick, which is to be counted on. Until take_back() nothing else
        may be asked of the buffer.
        """
        frames = list(self._frames)
        self._frames.clear()
        return frames, self._margins.counts

    def take_back(self, frames: Iterable[bytes], counts: list[int], played: int) -> None:
        """Have the frames again, and what came of others: `played` were taken meanwhile."""
        self._frames.extend(frames)
        self._margins.counts = counts
        self._played += played

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
        position = self._position
        while self._marks and self._marks[0][0] <= position:
            reached.append(self._marks.popleft()[1])
        self.has_marks = bool(self._marks)
        return reached

    def clear(self) -> None:
        """Drop everything not yet played; all pending marks count as reached."""
        self._cleared += len(self._frames)
        self._frames.clear()
        self._pause()

    @property
    def _position(self) -> int:
        """How many frames have been here and are gone."""
        return self._played + self._overflowed + self._shed + self._cleared

    def _overflow(self) -> None:
        if self._starving:
            self._grow()
        self._frames.popleft()
        self._overflowed += 1
        self._margins.delay_shrank()

    # --- to begin and to pause -------------------------------------------------------------------

    def _wanted_first(self) -> int:
        return max(self.prefill, min(self._lateness + 1, self._ceiling))

    def _begins(self) -> bool:
        """Begin if enough has come, or so little for so long that waiting for more is in vain."""
        if not self._frames:
            return False
        self._waited += 1
        if len(self._frames) < self._wanted_first() and self._waited < PAUSE_TICKS:
            return False
        self._filling = False
        self._begin_measuring()
        return True

    def _starve(self) -> None:
        self._starved += 1
        self._starving += 1
        if self._starving >= PAUSE_TICKS:
            self._margins.drained()
            self._review()
            self._pause()

    def _pause(self) -> None:
        self._filling = True
        self._waited = 0
        self._starving = 0
        self.may_shed = False

    # --- how long the delay need be --------------------------------------------------------------

    def _begin_measuring(self) -> None:
        self._margins.forget()
        self._review_at = self._played + BLOCK_TICKS
        self._spare = 0
        self._patience = 0

    def _grow(self) -> None:
        """The sender went on while there was nothing: what it held up comes later from now on."""
        self._margins.delay_grew(self._starving)
        self._starving = 0

    def _review(self) -> None:
        """Say what could be spared, and how late frames come: up at once, down by one."""
        margins = self._margins
        margins.close_block()
        self._review_at = self._played + BLOCK_TICKS
        self._lateness = max(margins.lateness(), self._lateness - 1)
        self._spare = max(0, margins.worst() - self._least) if margins.is_known else 0

    @property
    def _least(self) -> int:
        """How many frames are to be left over at any tick but the latest per cent."""
        return max(self.prefill, 1) - 1

    def _offer(self, frame: bytes) -> None:
        """Let a frame be shed now and then, in quiet moments if they come."""
        self._patience += 1
        if len(self._frames) <= self._least or self._patience < _OFFER_EVERY_TICKS:
            return
        if self._patience >= _WAIT_FOR_QUIET_TICKS or self._quiet(frame):
            self.may_shed = True
            self._patience = 0

    def _work_off(self, frame: bytes) -> None:
        """Bring a backlog down below the ceiling; with room for a burst beside it, so that it stays
        whole.
        """
        fill = len(self._frames)
        if fill < self._ceiling:
            self._limit = self._ceiling
            return
        self._limit = min(self._limit, self._ceiling + fill)
        self._patience += 1
        if self._patience >= _WAIT_FOR_QUIET_TICKS or self._quiet(frame):
            self.may_shed = True
            self._patience = 0
