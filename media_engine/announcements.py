"""What is said over the talk of a meeting: to all, or to one; to the same ears one by one."""

import logging
from collections import deque
from collections.abc import Callable
from typing import Final

from media_engine.commands import Announce
from media_engine.events import AnnouncementEnded, AnnouncementFailed
from media_engine.pcm import Wide

logger = logging.getLogger(__name__)

MOST_WAITING: Final = 20
"""Of those to the same ears: whoever asks for more is told that it failed."""


class Announcements:
    """The announcements of one meeting, those to all under None."""

    def __init__(self, emit: Callable[[AnnouncementEnded | AnnouncementFailed], None]) -> None:
        self._emit = emit
        self._queues: dict[str | None, deque[Announce]] = {}

    def __bool__(self) -> bool:
        return bool(self._queues)

    def add(self, announcement: Announce) -> None:
        """Play it after those that wait for the same ears."""
        queue = self._queues.setdefault(announcement.leg_id, deque())
        if len(queue) >= MOST_WAITING:
            self.fail(announcement, f"{MOST_WAITING} announcements are waiting already")
        else:
            queue.append(announcement)

    def read(self, leg_id: str | None, samples: int) -> Wide | None:
        """Give the next frame for these ears; None when there is nothing to hear."""
        queue = self._queues.get(leg_id)
        while queue:
            try:
                frame = queue[0].source.read(samples)
            except Exception:  # the talk must go on
                logger.exception("an announcement could not be read")
                self.fail(queue.popleft(), "its sound could not be read")
                continue
            if frame is not None:
                return frame
            ended = queue.popleft()
            self._emit(AnnouncementEnded(ended.conference_id, leg_id, ended.context))
        self._queues.pop(leg_id, None)
        return None

    def drop(self, leg_id: str | None, reason: str) -> None:
        """Give up what these ears should have heard."""
        for announcement in self._queues.pop(leg_id, ()):
            self.fail(announcement, reason)

    def fail(self, announcement: Announce, reason: str) -> None:
        """Tell that nobody heard it, or not to its end."""
        self._emit(
            AnnouncementFailed(
                announcement.conference_id, announcement.leg_id, announcement.context, reason
            )
        )
