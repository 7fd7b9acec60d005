"""What a caller hears until the meeting starts: the default music, a file, or a document of its
own.

A waitUrl document may only Play, Say, Pause and Redirect (error 13238). It is carried out into a
playlist that the engine reads; a Redirect to itself makes it loop, and without one silence follows,
as at Twilio (or it begins again, where CONFAB_WAIT_REPEATS says so). A file is repeated for ever.
Each waiter has its own program and hears it from the beginning.
"""

import asyncio
from collections import deque
from typing import Final

from django.conf import settings

from conference_app.http_client import Cookies, FetchError
from conference_app.models import Call
from conference_app.services import documents, sounds
from conference_app.services.fault_log import FaultLog
from conference_app.twiml import (
    Fetch,
    PlayDigits,
    PlayUrl,
    Speak,
    TwimlError,
    TwimlWarning,
    Verb,
    Wait,
    shown,
    step_for,
)
from media_engine import EngineError
from media_engine.sources import Clip, Playlist

NOT_ALLOWED_WHILE_WAITING: Final = 13238

LEAST_ROUND_S: Final = 1.0
"""A document that leads to itself without a sound is asked for once a second, no faster."""


class WaitProgram:
    """Carries out a wait document for one caller: begin() before it joins, run() while it waits."""

    def __init__(self, call: Call, fetch: Fetch, cookies: Cookies) -> None:
        self.playlist = Playlist(on_last=self._running_low)
        self._call = call
        self._first = fetch
        self._cookies = cookies
        self._faults = FaultLog(call)
        self._warned_of: tuple[TwimlWarning, ...] = ()
        self._low = asyncio.Event()
        self._again = fetch if settings.CONFAB_WAIT_REPEATS else None
        self._steps: deque[sounds.SoundStep | Fetch] = deque()

    async def begin(self) -> None:
        """Get the document and its first sound.

        Raises FetchError, TwimlError, EngineError: then the caller does not get in.
        """
        await self._load(self._first)
        first = self._steps[0] if self._steps else None
        if first is not None and not isinstance(first, Fetch):
            await self._append(first)
            self._steps.popleft()

    async def run(self) -> None:
        """Fill the playlist for as long as the document goes on; what fails on the way is silence,
        and an entry in the account's debugger log.
        """
        while self._steps:
            step = self._steps.popleft()
            try:
                if isinstance(step, Fetch):
                    await self._go_on_with(step)
                else:
                    await self._append(step)
            except (FetchError, TwimlError) as error:
                return await self._faults.fault(int(error.code), str(error.reason), step)
            except EngineError as error:
                return await self._faults.fault(sounds.CONTENT_NOT_PLAYABLE, str(error), step)

    def _running_low(self) -> None:
        self._low.set()

    async def _append(self, step: sounds.SoundStep) -> None:
        self.playlist.append(await sounds.of_step(self._call, step, self._cookies, self._faults))

    async def _go_on_with(self, step: Fetch) -> None:
        """Ask for another document once the last sound of this one has begun."""
        now = asyncio.get_running_loop().time
        at_the_earliest = now() + LEAST_ROUND_S
        self._low.clear()
        if self.playlist.waiting:
            await self._low.wait()
        await asyncio.sleep(at_the_earliest - now())
        await self._load(step)

    async def _load(self, fetch: Fetch) -> None:
        """Get a document, or a file: that is heard for ever."""
        answer = await documents.ask(self._call, fetch, self._cookies)
        if answer.sound is not None:
            self.playlist.append(Clip(await sounds.decoded(answer.sound), times=sounds.FOREVER))
            return
        document = await documents.read(answer.twiml)
        if document.skipped:
            raise _not_allowed(document.skipped[0].name, document.skipped[0].line)
        if document.warnings != self._warned_of:  # a document that loops is no news each time
            self._warned_of = document.warnings
            await self._faults.warnings(document, fetch)
        self._steps = deque(_wait_step(verb, answer.url) for verb in document.verbs)
        if self._again is not None and not any(isinstance(step, Fetch) for step in self._steps):
            self._steps.append(self._again)


def _wait_step(verb: Verb, document_url: str) -> sounds.SoundStep | Fetch:
    step = step_for(verb, document_url)
    if isinstance(step, PlayUrl | PlayDigits | Speak | Wait | Fetch):
        return step
    raise _not_allowed(type(verb).__name__)


def _not_allowed(verb: str, line: int | None = None) -> TwimlError:
    return TwimlError(
        NOT_ALLOWED_WHILE_WAITING,
        f"<{shown(verb)}> is not allowed while waiting: only Play, Say, Pause, Redirect",
        line,
    )
