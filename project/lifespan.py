"""What happens between the start of the server process and its first connection, and after its
last.
"""

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

from channels.db import database_sync_to_async
from django.utils import timezone

from conference_app import engine
from conference_app.services import http_door
from conference_app.services.recovery import close_what_a_crash_left

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
            await engine.start()
        except Exception as error:
            logger.exception("the server could not be started")
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.startup.complete"})
    await engine.stop()
    await http_door.close()
    await send({"type": "lifespan.shutdown.complete"})
