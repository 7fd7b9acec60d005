"""Asyncio tasks that somebody owns: nothing runs unreferenced, and shutdown waits for all of it."""

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

logger = logging.getLogger(__name__)


class TaskSet:
    """Tasks that belong together. An exception in one is logged with its trace and ends that task
    alone.
    """

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    def start(self, coroutine: Coroutine[Any, Any, Any], *, name: str) -> asyncio.Task[Any]:
        """Run a coroutine; the set holds the reference until it is done."""
        task = asyncio.get_running_loop().create_task(coroutine, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._forget)
        return task

    def spawn(self, coroutine: Coroutine[Any, Any, Any], *, name: str) -> None:
        """Like start(), for whoever does not wait for the result."""
        self.start(coroutine, name=name)  # type: ignore[unused-awaitable]

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            # A task keeps its error, that keeps the frames, and frames know tasks: all of it would
            # be there until somebody looks for cycles. Whoever asks for the error takes it off.
            with suppress(asyncio.CancelledError):
                task.result()
        elif (error := task.exception()) is not None:
            logger.error("task %s failed", task.get_name(), exc_info=error)

    async def cancel_and_wait(self) -> None:
        """Cancel what still runs and return when all of it has ended, and also what it started
        while it ended.
        """
        while tasks := list(self._tasks):
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
