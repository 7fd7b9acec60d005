"""What happens between the start of the server process and its first connection, and after its
last.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

from channels.db import database_sync_to_async
from django.urls import get_resolver
from django.utils import timezone

from conference_app import engine
from conference_app.services import finishing_worker, http_door, sweeper, webhook_sender
from conference_app.services.recovery import close_what_a_crash_left
from conference_app.streams import calling_out
from project import garbage

logger = logging.getLogger(__name__)

Message: TypeAlias = MutableMapping[str, Any]


async def lifespan(
    scope: Message,
    receive: Callable[[], Awaitable[Message]],
    send: Callable[[Message], Awaitable[None]],
) -> None:
    """Speak ASGI's lifespan protocol; the server gives up when the start fails.

    The crash of an earlier process is cleared up first: afterwards the open rows are the engine's.
    """
    while (await receive())["type"] == "lifespan.startup":
        try:
            await database_sync_to_async(close_what_a_crash_left)(timezone.now())
            await database_sync_to_async(finishing_worker.start)()
            await asyncio.to_thread(_import_what_requests_need)
            await engine.start()
            webhook_sender.start()
            calling_out.start()
            sweeper.start()
            garbage.collect_by_hand()
        except Exception as error:
            logger.exception("the server could not be started")
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.startup.complete"})
    await asyncio.to_thread(sweeper.stop)
    await calling_out.stop()
    await engine.stop()
    garbage.collect_by_itself()
    await asyncio.to_thread(finishing_worker.stop)
    # After the engine: its last words are in the outbox now, and stay there if they can not leave.
    await asyncio.to_thread(webhook_sender.stop)
    await http_door.close()
    await send({"type": "lifespan.shutdown.complete"})


def _import_what_requests_need() -> None:
    """Django imports its views at the first request: measured, that made six ticks late."""
    _ = get_resolver().url_patterns
