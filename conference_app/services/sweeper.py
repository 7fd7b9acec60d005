"""The thread that removes once an hour what is kept no longer."""

import logging
import threading
from typing import Final

from django.db import close_old_connections, connections

from conference_app.services import retention

logger = logging.getLogger(__name__)

PERIOD_S: Final = 3600.0
FIRST_S: Final = 10.0
"""After the start, which has more urgent things to do."""

STOP_S: Final = 2.0


class Sweeper:
    """Sweeps until it is stopped; a sweep that fails is tried again with the next."""

    def __init__(self, *, first_s: float = FIRST_S, period_s: float = PERIOD_S) -> None:
        self._first_s = first_s
        self._period_s = period_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sweeper", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Let what is being removed be removed, and nothing else; wait for the thread."""
        self._stopping.set()
        self._thread.join(STOP_S)

    def _run(self) -> None:
        pause_s = self._first_s
        while not self._stopping.wait(pause_s):
            pause_s = self._period_s
            try:
                close_old_connections()
                swept = retention.sweep(go_on=lambda: not self._stopping.is_set())
                if swept.has_done_something:
                    logger.info("removed what is kept no longer: %s", swept)
            except Exception:
                logger.exception("the sweep is broken off")
            finally:
                connections.close_all()


_sweeper: Sweeper | None = None


def start() -> None:
    """Start the thread of this process."""
    global _sweeper
    if _sweeper is None:
        _sweeper = Sweeper()
        _sweeper.start()


def stop() -> None:
    """Stop the thread."""
    global _sweeper
    stopping, _sweeper = _sweeper, None
    if stopping is not None:
        stopping.stop()
