"""A call's stay in a meeting: on which terms it comes, what it hears while it waits, how it gets
out again.
"""

import asyncio
from typing import Final

from channels.db import database_sync_to_async

from conference_app import engine, selectors, sids
from conference_app.http_client import Cookies, FetchError
from conference_app.models import Call
from conference_app.services import reserved_conferences, sounds
from conference_app.services.join_context import JoinContext
from conference_app.services.leg_line import LegLine
from conference_app.services.waiting import WaitProgram
from conference_app.twiml import (
    Conference,
    ConferenceLeft,
    Dial,
    Fetch,
    JoinRefused,
    TwimlError,
)
from media_engine import DEFAULT_PREFILL, EngineError
from media_engine.commands import JoinConference, JoinTerms, LeaveConference
from media_engine.events import DigitPressed, LeaveReason, LegLeft, RefusalReason, RoomKey
from media_engine.events import JoinRefused as TurnedAway
from media_engine.sources import Source

RETRIEVAL_FAILURE: Final = 11200

_TURNED_AWAY: Final = {
    RefusalReason.FULL: (16020, "the conference is full"),
    RefusalReason.ALREADY_IN_A_MEETING: (16030, "the call is in a conference already"),
}


class ConferenceStay:
    """One <Dial><Conference> of one call."""

    def __init__(self, call: Call, line: LegLine, cookies: Cookies) -> None:
        self._call = call
        self._line = line
        self._cookies = cookies
        self._waiting: WaitProgram | None = None

    async def run(self, dial: Dial, conference: Conference) -> ConferenceLeft | JoinRefused:
        """Bring the call in, and wait until it is out again.

        It does not get in when the room is full, or when what it should wait with can not be had.
        """
        try:
            terms = await self._terms(conference)
        except (FetchError, TwimlError) as error:
            return JoinRefused(error.code, error.reason)
        except EngineError as error:
            return JoinRefused(RETRIEVAL_FAILURE, str(error))
        room = RoomKey(self._call.account.sid, conference.name)
        conference_sid = reserved_conferences.take(room)
        try:
            engine.post(JoinConference(self._call.sid, room, conference_sid, terms))
            return await self._stay(dial)
        finally:
            reserved_conferences.give_back(room, conference_sid)

    async def _stay(self, dial: Dial) -> ConferenceLeft | JoinRefused:
        async with asyncio.TaskGroup() as tasks:
            filling = tasks.create_task(self._fill()) if self._waiting is not None else None
            left = await self._left(dial)
            if filling is not None:
                filling.cancel()
        return left

    async def _fill(self) -> None:
        if self._waiting is not None:
            await self._waiting.run()

    async def _left(self, dial: Dial) -> ConferenceLeft | JoinRefused:
        pressed_star = False
        try:
            async with asyncio.timeout(dial.time_limit_seconds):
                event = await self._line.left_meeting(or_pressed="*" * dial.hangup_on_star)
            if isinstance(event, DigitPressed):
                pressed_star = True
                event = await self._leave(LeaveReason.LEFT)
        except TimeoutError:
            event = await self._leave(LeaveReason.TIME_LIMIT)
        if isinstance(event, TurnedAway):
            return JoinRefused(*_TURNED_AWAY[event.reason])
        bridged = isinstance(event, LegLeft) and event.bridged
        return ConferenceLeft("answered" if pressed_star else "completed", bridged)

    async def _leave(self, reason: LeaveReason) -> LegLeft | TurnedAway | DigitPressed:
        engine.post(LeaveConference(self._call.sid, reason))
        return await self._line.left_meeting()

    async def _terms(self, conference: Conference) -> JoinTerms:
        policy = await database_sync_to_async(selectors.room_capacity)(
            self._call.account, conference.name
        )
        most = conference.max_participants
        return JoinTerms(
            muted=conference.muted,
            beep_on_enter=conference.beep.on_enter,
            beep_on_exit=conference.beep.on_exit,
            start_on_enter=conference.start_on_enter,
            end_on_exit=conference.end_on_exit,
            max_participants=most if policy is None else min(most, policy),
            wait=await self._to_wait_with(conference),
            recording_id=sids.new("RE") if conference.record else None,
            prefill=1 if conference.jitter_buffer_size == "off" else DEFAULT_PREFILL,
            context=JoinContext.of(conference).to_json(),
        )

    async def _to_wait_with(self, conference: Conference) -> Source | None:
        """Give what the caller hears until the meeting starts; None: silence."""
        url = conference.wait_url
        if url == "":
            return None
        if url is None:
            return sounds.default_music()
        self._waiting = WaitProgram(self._call, Fetch(url, conference.wait_method), self._cookies)
        await self._waiting.begin()
        return self._waiting.playlist
