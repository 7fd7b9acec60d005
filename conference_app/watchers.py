"""Who wants to know when something of a meeting has been written down. For one process.

Told from the thread that writes, heard in the loop of each watcher. A watcher that is slow misses
nothing: it is told that there is news, and reads the rows itself.
"""

import asyncio
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Watcher:
    """Somebody in a loop who waits for news of one meeting."""

    def __init__(self) -> None:
        self.news = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def tell(self) -> None:
        """Say that there is news; from any thread."""
        with suppress(RuntimeError):  # its loop has been closed
            self._loop.call_soon_threadsafe(self.news.set)


_watchers: defaultdict[str, set[Watcher]] = defaultdict(set)
_lock = threading.Lock()


@contextmanager
def watching(conference_sid: str) -> Iterator[Watcher]:
    """Watch a meeting, in the running loop."""
    watcher = Watcher()
    with _lock:
        _watchers[conference_sid].add(watcher)
    try:
        yield watcher
    finally:
        with _lock:
            _watchers[conference_sid].discard(watcher)
            if not _watchers[conference_sid]:
                del _watchers[conference_sid]


def tell(conference_sid: str) -> None:
    """Say that rows of a meeting have changed, once they are safe."""
    if conference_sid not in _watchers:
        return
    with _lock:
        watchers = list(_watchers.get(conference_sid, ()))
    for watcher in watchers:
        watcher.tell()
