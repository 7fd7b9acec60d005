"""A call's stay in a meeting: on which terms it comes, what it hears while it waits, how it gets
out again.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Final

from channels.db import database_sync_to_async
from django.conf import settings

from conference_app import engine, selectors, sids
from conference_app.http_client import Cookies, FetchError
from conference_app.models import Call
from conference_app.services import (
    own_addresses,
    recording_wish,
    reserved_conferences,
    sounds,
    webhook_params,
)
from conference_app.services.join_context import JoinContext
from conference_app.services.leg_line import LegLine
from conference_app.services.leg_music import LegMusic
from conference_app.services.waiting import WaitProgram
from conference_app.twiml import (
    Conference,
    ConferenceLeft,
    Dial,
    DialRecorded,
    Fetch,
    JoinRefused,
    TwimlError,
)
from media_engine import CEILING_FRAMES, DEFAULT_PREFILL, EngineError
from media_engine.commands import JoinConference, JoinTerms, LeaveConference
from media_engine.events import DigitPressed, LeaveReason, LegLeft, RefusalReason, RoomKey
from media_engine.events import JoinRefused as TurnedAway
from media_engine.sources import Source

CLOSING_S: Final = 1.0
"""How long a call waits for the length of its recording; a disk that is slower keeps nobody."""

_TURNED_AWAY: Final = {
    RefusalReason.FULL: (16020, "the conference is full"),
    RefusalReason.LOCKED: (16030, "the conference is locked"),
    RefusalReason.ALREADY_IN_A_MEETING: (16030, "the call is in a conference already"),
    RefusalReason.LABEL_IN_USE: (16025, "another participant has this label"),
    RefusalReason.COACHED_IS_NOT_IN: (13240, "the call to coach is not in the conference"),
}


JITTER_BUFFERS: Final[Mapping[str, tuple[int, int]]] = {
    "off": (1, 2),
    "small": (1, 5),
    "medium": (DEFAULT_PREFILL, 8),
    "large": (DEFAULT_PREFILL, CEILING_FRAMES),
}
"""Frames of 20 ms that are collected first, and that are held at most."""


class ConferenceStay:
    """One <Dial><Conference> of one call."""

    def __init__(self, call: Call, line: LegLine, cookies: Cookies) -> None:
        self._call = call
        self._line = line
        self._cookies = cookies
        self._waiting: WaitProgram | None = None
        self._recording_sid = sids.new("RE")

    async def run(self, dial: Dial, conference: Conference) -> ConferenceLeft | JoinRefused:
        """Bring the call in, and wait until it is out again.

        It does not get in when the room is full, or when what it should wait with can not be had.
        """
        try:
            terms = await self._terms(dial, conference)
        except (FetchError, TwimlError) as error:
            return JoinRefused(error.code, error.reason)
        except EngineError as error:
            return JoinRefused(sounds.CONTENT_NOT_PLAYABLE, str(error))
        room = RoomKey(self._call.account.sid, conference.name)
        conference_sid = reserved_conferences.take(room)
        try:
            engine.post(JoinConference(self._call.sid, room, conference_sid, terms))
            return await self._stay(dial)
        finally:
            reserved_conferences.give_back(room, conference_sid)

    async def _stay(self, dial: Dial) -> ConferenceLeft | JoinRefused:
        async with asyncio.TaskGroup() as tasks:
            music = LegMusic(self._call, self._cookies, tasks)
            if self._waiting is not None:
                music.go_on_waiting(self._waiting)
            left = await self._left(dial, music)
            music.stop()
        if isinstance(left, ConferenceLeft) and dial.action is not None:
            return replace(left, recorded=await self._recorded())
        return left

    async def _left(self, dial: Dial, music: LegMusic) -> ConferenceLeft | JoinRefused:
        pressed_star = False
        try:
            async with asyncio.timeout(dial.time_limit_seconds):
                event = await self._line.left_meeting(
                    or_pressed="*" * dial.hangup_on_star, meanwhile=music.heed
                )
            if isinstance(event, DigitPressed):
                pressed_star = True
                event = await self._leave(LeaveReason.LEFT)
        except TimeoutError:
            event = await self._leave(LeaveReason.TIME_LIMIT)
        if isinstance(event, TurnedAway):
            return JoinRefused(*_TURNED_AWAY[event.reason])
        bridged = isinstance(event, LegLeft) and event.bridged
        return ConferenceLeft("answered" if pressed_star else "completed", bridged)

    async def _recorded(self) -> DialRecorded | None:
        """Say what the action is told of the call's recording, if there is one."""
        sid = self._recording_sid
        if self._line.recorded_as != sid:
            return None
        seconds: int | None = None
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSING_S):
                closed = await self._line.recording_finished(sid)
                seconds = round(closed.samples / closed.rate_hz)
        url = webhook_params.recording_url_of(self._call.account.sid, sid)
        return DialRecorded(sid, url, seconds)

    async def _leave(self, reason: LeaveReason) -> LegLeft | TurnedAway | DigitPressed:
        engine.post(LeaveConference(self._call.sid, reason))
        return await self._line.left_meeting()

    async def _terms(self, dial: Dial, conference: Conference) -> JoinTerms:
        policy = await database_sync_to_async(selectors.room_policy)(
            self._call.account, conference.name
        )
        most = conference.max_participants
        prefill, ceiling = JITTER_BUFFERS[conference.jitter_buffer_size]
        return JoinTerms(
            muted=conference.muted,
            beep_on_enter=conference.beep.on_enter,
            beep_on_exit=conference.beep.on_exit,
            start_on_enter=conference.start_on_enter,
            end_on_exit=conference.end_on_exit,
            max_participants=min(most, policy.max_participants or most),
            levelled=policy.auto_gain_control,
            denoised=policy.noise_suppression,
            wait=await self._to_wait_with(conference),
            recording_id=sids.new("RE") if conference.record else None,
            prefill=prefill,
            ceiling=ceiling,
            label=conference.participant_label or "",
            coached=conference.coach or None,
            watch_speech=bool(conference.status_callback)
            and "speaker" in conference.status_callback_events,
            context=JoinContext.of(conference).to_json(),
            own_recording=recording_wish.terms_for(dial, self._recording_sid),
        )

    async def _to_wait_with(self, conference: Conference) -> Source | None:
        """Give what the caller hears until the meeting starts; None: silence."""
        url = conference.wait_url
        if url == "":
            return None
        if url is None:
            if not settings.CONFAB_WAIT_URL:
                return sounds.default_music()
            url = own_addresses.absolute(settings.CONFAB_WAIT_URL)
        self._waiting = WaitProgram(self._call, Fetch(url, conference.wait_method), self._cookies)
        await self._waiting.begin()
        return self._waiting.playlist
