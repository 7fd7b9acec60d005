"""What a call in a meeting hears of its own: while it waits for the start, and on hold."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Final

from conference_app import engine
from conference_app.http_client import Cookies, FetchError
from conference_app.models import Call
from conference_app.services import sounds
from conference_app.services.fault_log import FaultLog
from conference_app.services.sound_wish import SoundWish
from conference_app.services.waiting import WaitProgram
from conference_app.twiml import TwimlError
from media_engine import EngineError
from media_engine.commands import SetHoldSound, SetWaitSound
from media_engine.events import Event, LegHeld, WaitChanged
from media_engine.sources import Silence, Source

logger = logging.getLogger(__name__)

_WAITING: Final = "waiting"
_ON_HOLD: Final = "on hold"


class LegMusic:
    """The programs of one stay; each wish of the API takes the place of the one before.

    What can not be had is an entry in the debugger log, and the default music instead: who hears
    nothing at all hangs up.
    """

    def __init__(self, call: Call, cookies: Cookies, tasks: asyncio.TaskGroup) -> None:
        self._call = call
        self._cookies = cookies
        self._tasks = tasks
        self._running: dict[str, asyncio.Task[None]] = {}
        self._faults = FaultLog(call)

    def go_on_waiting(self, program: WaitProgram) -> None:
        """Fill the playlist of a document that the call waits with already."""
        self._start(_WAITING, program.run())

    def heed(self, event: Event) -> None:
        """Do what an event of the leg asks for."""
        match event:
            case LegHeld(conference_id, _, True, context):
                self._start(_ON_HOLD, self._hold(conference_id, SoundWish.from_json(context)))
            case LegHeld():
                self._stop(_ON_HOLD)
            case WaitChanged(conference_id, _, context):
                self._start(_WAITING, self._wait(conference_id, SoundWish.from_json(context)))

    def stop(self) -> None:
        """End all programs, at the end of the stay."""
        for kind in list(self._running):
            self._stop(kind)

    def _start(self, kind: str, program: Coroutine[None, None, None]) -> None:
        self._stop(kind)
        self._running[kind] = self._tasks.create_task(program)

    def _stop(self, kind: str) -> None:
        running = self._running.pop(kind, None)
        if running is not None:
            running.cancel()

    async def _hold(self, conference_id: str, wish: SoundWish) -> None:
        source, program = await self._begin(wish)
        self._post(SetHoldSound(conference_id, self._call.sid, source))
        if program is not None:
            await program.run()

    async def _wait(self, conference_id: str, wish: SoundWish) -> None:
        source, program = await self._begin(wish)
        self._post(SetWaitSound(conference_id, self._call.sid, source))
        if program is not None:
            await program.run()

    def _post(self, command: SetHoldSound | SetWaitSound) -> None:
        try:
            engine.post(command)
        except EngineError as error:  # the call goes on, with what it heard before
            logger.warning("%s: %s", self._call.sid, error)

    async def _begin(self, wish: SoundWish) -> tuple[Source, WaitProgram | None]:
        if wish.url is None:
            return sounds.default_music(), None
        if wish.url == "":
            return Silence(), None
        program = WaitProgram(self._call, wish.fetch, self._cookies)
        try:
            await program.begin()
        except (FetchError, TwimlError) as error:
            await self._faults.fault(int(error.code), str(error.reason), wish.fetch)
        except EngineError as error:
            await self._faults.fault(sounds.CONTENT_NOT_PLAYABLE, str(error), wish.fetch)
        else:
            return program.playlist, program
        return sounds.default_music(), None
