"""The server's part of ASGI, for tests of applications."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

Message: TypeAlias = Any
Application: TypeAlias = Callable[
    [Any, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]
]


async def serve(
    application: Application,
    scope: dict[str, Any],
    *received: Message,
    sent: list[Any] | None = None,
) -> list[Any]:
    """Run an application to its end: it receives these messages and then waits; give what it sent.

    `sent`: the list to append to, for tests that watch the order of other things as well.
    """
    waiting = deque(received)
    answers: list[Any] = [] if sent is None else sent

    async def receive() -> Message:
        if waiting:
            return waiting.popleft()
        return await asyncio.get_running_loop().create_future()

    async def send(message: Message) -> None:
        answers.append(message)

    await asyncio.wait_for(application(scope, receive, send), timeout=10)
    return answers
