"""Writing the engine's events down: one thread, in order, behind a queue.

The loop that ticks only puts events into the queue. What has gathered there is written in one
transaction. While the database is locked or away events wait here; nothing is lost until
EVENTS_WAITING are waiting, and then it is counted and said.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, TypeAlias

from django.db import InterfaceError, OperationalError, close_old_connections, connections

from media_engine.events import Event

logger = logging.getLogger(__name__)

EVENTS_WAITING: Final = 100_000
EVENTS_AT_ONCE: Final = 200
"""In one transaction, for which others who write may have to wait."""

EVERY_S: Final = 0.05
"""A transaction begins so often at the most. An event that comes after a pause is written at once;
where many come, they gather.
"""

FIRST_RETRY_S: Final = 0.1
LONGEST_RETRY_S: Final = 5.0
STOP_TRIES: Final = 5
"""At shutdown the database gets this many more tries for what is written together."""

Told: TypeAlias = tuple[Event, datetime]
"""An event and its moment."""


class EventWriter:
    """Calls `record(events)`, which writes them all or none, in its own thread, until it succeeds.

    Where it fails for another reason than the database, they are written one by one: only what is
    wrong is lost.
    """

    def __init__(self, record: Callable[[Sequence[Told]], None]) -> None:
        self._record = record
        self._queue: queue.Queue[Told | None] = queue.Queue()
        self._in_hand = 0
        self._stopping = threading.Event()
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="event-writer", daemon=True)
        self.lost = 0

    @property
    def waiting(self) -> int:
        """How many events are not written yet."""
        return self._queue.qsize() + self._in_hand

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
            while batch := self._gather():
                began = time.monotonic()
                self._write(batch)
                self._in_hand = 0
                self._stopping.wait(max(0.0, began + EVERY_S - time.monotonic()))
        finally:
            connections.close_all()

    def _gather(self) -> list[Told]:
        """Wait for events; give those that are there, none at the end."""
        batch: list[Told] = []
        while not self._ended and len(batch) < EVENTS_AT_ONCE:
            if batch and self._queue.empty():
                break
            told = self._queue.get()
            if told is None:
                self._ended = True
            else:
                batch.append(told)
                self._in_hand = len(batch)
        return batch

    def _write(self, batch: Sequence[Told]) -> None:
        delay = FIRST_RETRY_S
        tries_left = STOP_TRIES
        while True:
            close_old_connections()
            try:
                self._record(batch)
            except (OperationalError, InterfaceError) as error:
                if self._stopping.is_set():
                    tries_left -= 1
                if not tries_left:
                    self._give_up(batch, error)
                    return
                logger.warning("event log: database not available, trying again: %s", error)
                self._pause(delay)
                delay = min(2 * delay, LONGEST_RETRY_S)
            except Exception as error:
                if len(batch) == 1:
                    self._give_up(batch, error)
                else:
                    for told in batch:
                        self._write([told])
                return
            else:
                return

    def _pause(self, seconds: float) -> None:
        """Wait, but not past the moment at which stop() is called."""
        if self._stopping.is_set():
            time.sleep(seconds)
        else:
            self._stopping.wait(seconds)

    def _give_up(self, batch: Sequence[Told], error: Exception) -> None:
        self.lost += len(batch)
        names = ", ".join(type(event).__name__ for event, _ in batch)
        logger.error("not written: %s", names, exc_info=error)
