"""When the next frame of a caller is due. Time is an argument: seconds of any monotonic clock."""

from typing import Final

from media_engine.pcm import FRAME_MS

MAX_CATCH_UP_FRAMES: Final = 5
"""After a stall at most this many overdue frames leave at once; buffers may hold no more."""

_FRAME_S: Final = FRAME_MS / 1000


class Schedule:
    """Absolute deadlines, `began_s + n * 20 ms`, so that lateness never adds up.

    `skipped_frames` counts the places in time that a long stall left empty. The sound is not cut:
    it goes on where it was, later.
    """

    def __init__(self, began_s: float) -> None:
        self.skipped_frames = 0
        self._began_s = began_s
        self._frame = 0

    def next_delay_s(self, now_s: float) -> float:
        """Pass on to the next frame, and give how long to wait for it: 0.0 when it is overdue."""
        self._frame += 1
        overdue = int((now_s - self._began_s) / _FRAME_S) - self._frame + 1
        too_many = max(0, overdue - MAX_CATCH_UP_FRAMES)
        self.skipped_frames += too_many
        self._frame += too_many
        return max(0.0, self._began_s + self._frame * _FRAME_S - now_s)
