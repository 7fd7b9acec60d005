"""The socket of the control room's live page: one meeting, for an operator who may look at it.

It tells and takes no orders: what an operator asks for goes through the admin's own requests. Every
connection begins with the whole state, so that who comes again has missed nothing.
"""

import asyncio
import itertools
import time
from contextlib import suppress
from typing import Any, Final

from channels.auth import AuthMiddlewareStack
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.contrib.auth import get_user_model
from typing_extensions import override

from conference_app.models import Conference
from conference_app.streams.channel import Receive, Scope, Send
from conference_app.streams.meeting_feed import MeetingFeed
from conference_app.streams.origins import is_foreign
from conference_app.visibility import visible_to
from conference_app.watchers import Watcher, watching
from media_engine.task_set import TaskSet

LEVELS_EVERY_S: Final = 0.125
LEVELS_FOR_ARRIVALS: Final = 8
"""How sound arrives is told with each eighth of the levels: once a second."""

STATE_AT_MOST_EVERY_S: Final = 0.25
STATE_SHARE_OF_A_CORE: Final = 0.01
"""What the states of one page may cost, however much happens in a large meeting."""

STATE_AT_LEAST_EVERY_S: Final = 15.0
"""Also how long somebody who is logged out, loses the right to look, or is no operator of the
account any more, goes on seeing.
"""

NOT_ALLOWED: Final = 4001
"""Close code: who is connected may not look, or not any more."""


class MeetingConsumer(AsyncWebsocketConsumer):  # type: ignore[misc] # Channels has no types
    """Serves /control-room/<conference SID>."""

    @override
    async def connect(self) -> None:
        self.sid: str = self.scope["url_route"]["kwargs"]["sid"]
        self.feed = MeetingFeed(self.sid)
        self.tasks = TaskSet()
        if not await database_sync_to_async(self._is_to_be_seen)():
            await self.close()
            return
        await self.accept()
        self.tasks.spawn(self._tell(), name=f"live page of {self.sid}")

    @override
    async def disconnect(self, code: int) -> None:
        await self.tasks.cancel_and_wait()

    @override
    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Nothing is to be said here."""

    async def _tell(self) -> None:
        # An OSError is ASGI's word for a client that is gone; disconnect() follows.
        with suppress(OSError), watching(self.sid) as watcher:
            await self._tell_of(watcher)

    async def _tell_of(self, watcher: Watcher) -> None:
        clock = asyncio.get_running_loop().time
        watcher.news.set()
        told_at, pause = -STATE_AT_LEAST_EVERY_S, 0.0
        for count in itertools.count():
            age = clock() - told_at
            if age > STATE_AT_LEAST_EVERY_S or (watcher.news.is_set() and age > pause):
                watcher.news.clear()
                state, spent_s = await database_sync_to_async(self._state)()
                if state is None:
                    await self.close(NOT_ALLOWED)
                    return
                await self.send(text_data=state)
                told_at = clock()
                pause = max(STATE_AT_MOST_EVERY_S, spent_s / STATE_SHARE_OF_A_CORE)
            await self._send_levels()
            if count % LEVELS_FOR_ARRIVALS == 0:
                await self._send_arrivals()
            await asyncio.sleep(LEVELS_EVERY_S)

    async def _send_levels(self) -> None:
        for message in self.feed.levels():
            if isinstance(message, bytes):
                await self.send(bytes_data=message)
            else:
                await self.send(text_data=message)

    async def _send_arrivals(self) -> None:
        arrivals = self.feed.arrivals()
        if arrivals is not None:
            await self.send(text_data=arrivals)

    def _state(self) -> tuple[str | None, float]:
        """Read the state, and give the CPU time that this took, in seconds; None: there is none, or
        it is not for this user (any more).
        """
        began = time.thread_time()
        state = self.feed.state() if self._is_to_be_seen() else None
        return state, time.thread_time() - began

    def _is_to_be_seen(self) -> bool:
        """Whether there is such a meeting, for this user."""
        session, user = self.scope["session"], self.scope["user"]
        if not user.is_authenticated or not session.exists(session.session_key):
            return False
        # Read again: rights may have been taken away since.
        fresh = get_user_model().objects.filter(pk=user.pk, is_active=True, is_staff=True).first()
        rights = ("view_conference", "change_conference")
        if fresh is None or not any(fresh.has_perm(f"conference_app.{right}") for right in rights):
            return False
        return visible_to(fresh, Conference).filter(sid=self.sid).exists()


class _OwnPagesOnly:
    """Refuses what was not opened by a page of ours: a browser sends its cookies from any page."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in scope["headers"]
        }
        if "origin" not in headers or is_foreign(headers):
            await send({"type": "websocket.close"})
            return
        await self._inner(scope, receive, send)


meeting_socket: Any = _OwnPagesOnly(AuthMiddlewareStack(MeetingConsumer.as_asgi()))
