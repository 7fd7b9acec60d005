"""Waiting for what will come: in frames heard, or until a fact is true; both end at last."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from conference_app.headless_caller import CallFailed, HeadlessCaller
from media_engine.pcm import FRAMES_PER_SECOND

_POLL_S: Final = 0.02
_PATIENCE_S: Final = 30.0

Fact = TypeVar("Fact")


async def hear(caller: HeadlessCaller, seconds: float) -> None:
    """Return when the caller has heard so much more: time as the bridge tells it."""
    enough = len(caller.sound.frames) + round(seconds * FRAMES_PER_SECOND)
    async with asyncio.timeout(seconds + _PATIENCE_S):
        while len(caller.sound.frames) < enough:
            if caller.closed:
                raise CallFailed("the call was over before enough was heard")
            await asyncio.sleep(_POLL_S)


async def eventually(
    ask: Callable[[], Awaitable[Fact | None]], *, within_s: float = _PATIENCE_S
) -> Fact:
    """Ask again and again until the answer is true in Python's sense; give it."""
    async with asyncio.timeout(within_s):
        while True:
            if answer := await ask():
                return answer
            await asyncio.sleep(_POLL_S)
