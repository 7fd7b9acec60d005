"""Sending what the outbox holds: in a thread and an event loop of its own, so that neither the tick
nor the thread that writes events waits for anybody's server.
"""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from typing import Final, TypeVar

from django.db import InterfaceError, OperationalError, close_old_connections, connections
from django.utils import timezone

from conference_app.http_client import FetchCode, FetchError, HttpClient, Limits
from conference_app.services import http_door, outbox
from conference_app.services.outbox import Claim, Result
from conference_app.services.sending_slots import SendingSlots
from media_engine.task_set import TaskSet

logger = logging.getLogger(__name__)

T = TypeVar("T")

POLL_S: Final = 0.5
"""How often to look for what became due, and for what other processes have written."""

POLLS_SKIPPED_IN_SERVER: Final = 4
"""The server's own sender is woken for what its process writes: it looks every 2 s only, which
spares an idle server most of its work.
"""

DATABASE_RETRY_S: Final = 2.0
GRACE_S: Final = 3.0
"""At a stop, requests under way may take this much longer."""

LIMITS: Final = Limits(total_seconds=15.0, cut=True)

NAME_IN_SERVER: Final = "server"
"""The claimant inside the server; one process serves a database, so there is one of it."""

_HOPELESS: Final = (FetchCode.INVALID_URL, FetchCode.INVALID_RETRY_POLICY)


class WebhookSender:
    """Claims, sends, settles, until stop(). At its start it takes back what an earlier one of its
    `name` had in hand, so two of one name must not run at once.

    A database that does not answer is asked again and again; what came of requests is kept until
    then.
    """

    def __init__(
        self, http: HttpClient, *, name: str, clock: Callable[[], datetime] = timezone.now
    ) -> None:
        self._http = http
        self._name = name
        self._clock = clock
        self._slots = SendingSlots()  # the books' thread alone touches it
        self._done: deque[Result] = deque()
        self._under_way: dict[asyncio.Task[None], Claim] = {}
        self._books = ThreadPoolExecutor(1, thread_name_prefix="webhook-books")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wanted = asyncio.Event()
        self._is_stopping = False
        self._rest_polls = POLLS_SKIPPED_IN_SERVER if name == NAME_IN_SERVER else 1

    async def run(self) -> None:
        """Send, until stop() is called."""
        self._loop = asyncio.get_running_loop()
        tasks = TaskSet()
        try:
            await self._ask(lambda: outbox.take_back(self._name))
            while not self._is_stopping:
                self._wanted.clear()
                claims = await self._ask(self._turn) or []
                for claim in claims:
                    task = tasks.start(self._send(claim), name=f"webhook {claim.pk}")
                    self._under_way[task] = claim
                    task.add_done_callback(self._is_sent)
                if not claims:
                    await self._rest(POLL_S * self._rest_polls)
        finally:
            await self._finish(tasks)

    def wake(self) -> None:
        """Say that there is something to send; from any thread."""
        if self._loop is not None:
            # A loop that has just ended needs no waking: what waits is sent after the next start.
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._wanted.set)

    def stop(self) -> None:
        """End run() soon; from any thread."""
        self._is_stopping = True
        self.wake()

    def _turn(self) -> list[Claim]:
        self._settle()
        return outbox.claim(name=self._name, now=self._clock(), slots=self._slots)

    def _settle(self) -> None:
        done = list(self._done)
        try:
            if done:
                outbox.settle(done, now=self._clock())
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            # Not to be written, for whatever reason: sent once more when the claims have run out.
            logger.exception("%d answers of receivers could not be written down", len(done))
        for result in done:
            self._done.popleft()
            claim = result.claim
            self._slots.give_back(claim.receiver, claim.account_id)
            self._slots.note(claim.receiver, answered=not result.error)

    async def _send(self, claim: Claim) -> None:
        try:
            response = await self._http.request(
                claim.url,
                method=claim.method,
                params=claim.params,
                sign_with=claim.auth_token,
                limits=LIMITS,
                idempotency_token=claim.idempotency_token,
            )
            result = Result(claim, status_code=response.status)
        except FetchError as error:
            result = Result(
                claim,
                status_code=error.status,
                error_code=error.code,
                error=error.reason,
                retry_after_s=error.retry_after or 0.0,
                is_final=error.code in _HOPELESS,
            )
        except Exception:
            logger.exception("webhook %d could not be sent", claim.pk)
            result = Result(claim, error_code=FetchCode.RETRIEVAL_FAILURE, error="Internal error.")
        self._done.append(result)

    def _is_sent(self, task: asyncio.Task[None]) -> None:
        del self._under_way[task]
        self._wanted.set()

    async def _finish(self, tasks: TaskSet) -> None:
        """Wait a little for what is under way, and let go of the rest."""
        if self._under_way:
            await asyncio.wait(list(self._under_way), timeout=GRACE_S)
        left = list(self._under_way.values())
        await tasks.cancel_and_wait()
        await self._ask(self._settle)
        await self._ask(lambda: outbox.give_back(left))
        await asyncio.get_running_loop().run_in_executor(self._books, connections.close_all)
        self._books.shutdown()

    async def _ask(self, question: Callable[[], T]) -> T | None:
        """Have something done in the books' thread; None after a failure, and a rest."""
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._books, _with_fresh_connection, question
            )
        except (OperationalError, InterfaceError) as error:
            logger.warning("webhooks: database not available, trying again: %s", error)
        except Exception:
            logger.exception("webhooks: the outbox could not be read")
        await self._rest(DATABASE_RETRY_S, wake_early=False)
        return None

    async def _rest(self, seconds: float, *, wake_early: bool = True) -> None:
        if self._is_stopping:
            return
        if not wake_early:
            await asyncio.sleep(seconds)
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wanted.wait(), seconds)


def _with_fresh_connection(question: Callable[[], T]) -> T:
    close_old_connections()
    return question()


class _SenderThread:
    """A sender in its own thread, woken by what this process puts into the outbox."""

    def __init__(self) -> None:
        self._sender: WebhookSender | None = None
        self._is_stopping = False
        self._thread = threading.Thread(target=self._run, name="webhook-sender", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop, and wait until it has."""
        self._is_stopping = True
        if self._sender is not None:
            self._sender.stop()
        self._thread.join()

    def _run(self) -> None:
        with asyncio.Runner() as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        async with http_door.new_client() as http:
            self._sender = WebhookSender(http, name=NAME_IN_SERVER)
            if self._is_stopping:
                self._sender.stop()
            outbox.on_put(self._sender.wake)
            try:
                await self._sender.run()
            finally:
                outbox.on_put(None)


_running: _SenderThread | None = None


def start() -> None:
    """Start the sender of this process; no effect when it runs."""
    global _running
    if _running is None:
        _running = _SenderThread()


def stop() -> None:
    """Stop the sender of this process and wait for it, a few seconds at most."""
    global _running
    if _running is not None:
        stopping, _running = _running, None
        stopping.stop()
