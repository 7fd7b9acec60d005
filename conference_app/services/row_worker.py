"""A thread that works off rows, one after another: the queue is in the database and outlives it."""

import logging
import threading
from collections.abc import Callable
from time import monotonic
from typing import Final

from django.db import InterfaceError, OperationalError, close_old_connections, connections

logger = logging.getLogger(__name__)

POLL_S: Final = 30.0
"""How often to look for rows of which nobody has told."""

DATABASE_RETRY_S: Final = 2.0
RETRY_S: Final = (1.0, 5.0, 25.0)
"""How long after the first, second and third failure a row is tried again; the next is the last."""


class RowWorker:
    """Calls `work(pk)` for each of `waiting()` until it succeeds, or `give_up(pk, error)` at last.

    A database that does not answer is no failure of a row: it is asked again and again. What has
    failed is in nobody's way; the others go on.
    """

    def __init__(
        self,
        name: str,
        *,
        waiting: Callable[[], list[int]],
        work: Callable[[int], None],
        give_up: Callable[[int, Exception], None],
        retry_s: tuple[float, ...] = RETRY_S,
    ) -> None:
        self._waiting = waiting
        self._work = work
        self._give_up = give_up
        self._retry_s = retry_s
        self._wanted = threading.Event()
        self._give_up_at: float | None = None
        self._failures: dict[int, int] = {}
        self._not_before: dict[int, float] = {}
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def wake(self) -> None:
        """Say that there may be something to do; from any thread."""
        self._wanted.set()

    def stop(self, within_s: float) -> None:
        """Work off what can be begun within this time, and wait for the thread as long.

        What it leaves behind is there at the next start, however far it was.
        """
        self._give_up_at = monotonic() + within_s
        self._wanted.set()
        self._thread.join(within_s)
        if self._thread.is_alive():
            logger.warning("%s leaves something to be done after the next start", self._thread.name)

    def turn(self) -> float:
        """Go through the rows that wait now; give how many seconds later to do so again."""
        waiting = self._waiting()
        for pk in waiting:
            if self._give_up_at is not None and monotonic() > self._give_up_at:
                break
            if self._not_before.get(pk, 0.0) <= monotonic():
                self._attempt(pk)
        again_at = min(self._not_before.values(), default=monotonic() + POLL_S)
        return min(POLL_S, max(0.0, again_at - monotonic()))

    def _run(self) -> None:
        try:
            while True:
                self._wanted.clear()
                is_last = self._give_up_at is not None
                pause = self._turn_or_pause()
                if is_last:
                    return
                self._wanted.wait(pause)
        finally:
            connections.close_all()

    def _turn_or_pause(self) -> float:
        close_old_connections()
        try:
            return self.turn()
        except Exception as error:
            logger.warning("%s: trying again: %s", self._thread.name, error)
            return DATABASE_RETRY_S

    def _attempt(self, pk: int) -> None:
        try:
            self._work(pk)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            self._note_failure(pk, error)
        else:
            self._forget(pk)

    def _note_failure(self, pk: int, error: Exception) -> None:
        failures = self._failures[pk] = self._failures.get(pk, 0) + 1
        logger.error("%s: row %d, failure %d", self._thread.name, pk, failures, exc_info=error)
        if failures <= len(self._retry_s):
            self._not_before[pk] = monotonic() + self._retry_s[failures - 1]
            return
        # Until that is written down, the row is not to be in the way of the others.
        self._not_before[pk] = monotonic() + POLL_S
        self._give_up(pk, error)
        self._forget(pk)

    def _forget(self, pk: int) -> None:
        self._failures.pop(pk, None)
        self._not_before.pop(pk, None)
