"""Writing the engine's events down: one thread, in order, behind a queue.

The loop that ticks only puts events into the queue. While the database is locked or away they wait
here; nothing is lost until EVENTS_WAITING are waiting, and then it is counted and said.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Final

from django.db import InterfaceError, OperationalError, close_old_connections, connections

from media_engine.events import Event

logger = logging.getLogger(__name__)

EVENTS_WAITING: Final = 100_000
FIRST_RETRY_S: Final = 0.1
LONGEST_RETRY_S: Final = 5.0
STOP_TRIES: Final = 5
"""At shutdown the database gets this many more tries for each event."""


class EventWriter:
    """Calls `record(event, occurred_at)` for each event, in its own thread, until it succeeds."""

    def __init__(self, record: Callable[[Event, datetime], None]) -> None:
        self._record = record
        self._queue: queue.Queue[tuple[Event, datetime] | None] = queue.Queue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="event-writer", daemon=True)
        self.lost = 0

    @property
    def waiting(self) -> int:
        """How many events are not written yet."""
        return self._queue.qsize()

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Write what is waiting, and wait for the thread."""
        self._stopping.set()
        self._queue.put(None)
        self._thread.join()

    def put(self, event: Event, occurred_at: datetime) -> None:
        """Queue an event; never blocks."""
        if self._queue.qsize() >= EVENTS_WAITING:
            self.lost += 1
            logger.error("event log is full: %s lost (%d so far)", type(event).__name__, self.lost)
            return
        self._queue.put((event, occurred_at))

    def _run(self) -> None:
        try:
            while (item := self._queue.get()) is not None:
                self._write(*item)
        finally:
            connections.close_all()

    def _write(self, event: Event, occurred_at: datetime) -> None:
        delay = FIRST_RETRY_S
        tries_left = STOP_TRIES
        while True:
            close_old_connections()
            try:
                self._record(event, occurred_at)
            except (OperationalError, InterfaceError) as error:
                if self._stopping.is_set():
                    tries_left -= 1
                if not tries_left:
                    self._give_up(event, error)
                    return
                logger.warning("event log: database not available, trying again: %s", error)
                self._pause(delay)
                delay = min(2 * delay, LONGEST_RETRY_S)
            except Exception as error:
                self._give_up(event, error)
                return
            else:
                return

    def _pause(self, seconds: float) -> None:
        """Wait, but not past the moment at which stop() is called."""
        if self._stopping.is_set():
            time.sleep(seconds)
        else:
            self._stopping.wait(seconds)

    def _give_up(self, event: Event, error: Exception) -> None:
        self.lost += 1
        logger.error("event %s could not be written", type(event).__name__, exc_info=error)
