"""A live call recorded from Twilio's library: what is in the file, and what is not."""

import asyncio
import io
from http import HTTPStatus
from typing import Any, Final

import aiohttp
import numpy as np
import pytest
import soundfile
from twilio.base.exceptions import TwilioRestException

from conference_app.headless_caller import HeadlessCaller
from media_engine.dtmf import key_tones
from media_engine.pcm import Pcm
from tests.end_to_end.server import Server
from tests.end_to_end.sound import RATE_HZ, Signal, place_of, tone, tone_dbfs
from tests.end_to_end.waiting import eventually, hear

pytestmark = pytest.mark.end_to_end

ROOM: Final = '<Dial><Conference beep="false" waitUrl="">Recorded by request</Conference></Dial>'
ALICES_HZ, BOBS_HZ, SECRET_HZ = 700, 1100, 1900
LOUD_DBFS, UNHEARD_DBFS = -20.0, -40.0
KEYS: Final = "159"


async def finished(recording: Any) -> Any:
    """Give a recording of the library, once it is completed."""

    async def ask() -> Any:
        told = await asyncio.to_thread(recording.fetch)
        return told if told.status == "completed" else None

    return await eventually(ask)


async def sound_of(server: Server, twilio: Any, sid: str) -> Pcm:
    """Fetch the WAV file."""
    url = (await asyncio.to_thread(twilio.recordings(sid).fetch)).media_url
    login = {"Authorization": aiohttp.encode_basic_auth(*server.account.credentials)}
    async with aiohttp.request("GET", f"{url}.wav", headers=login) as answer:
        assert answer.status == HTTPStatus.OK
        content = await answer.read()
    sound: Pcm
    sound, _ = soundfile.read(io.BytesIO(content), dtype="int16")
    return sound


def say(caller: HeadlessCaller, hz: float) -> None:
    caller.play(tone(hz, 1), loop=True)


async def talk_aside(recordings: Any, sid: str, alice: HeadlessCaller, bob: HeadlessCaller) -> None:
    """Pause the current recording, let both say a secret, and go on as before."""
    current = recordings("Twilio.CURRENT")
    paused = await asyncio.to_thread(current.update, status="paused", pause_behavior="skip")
    assert (paused.sid, paused.status) == (sid, "paused")
    await hear(bob, 0.3)
    say(alice, SECRET_HZ)
    say(bob, SECRET_HZ)
    await hear(bob, 2)
    say(alice, ALICES_HZ)
    say(bob, BOBS_HZ)
    await hear(bob, 0.5)
    resumed = await asyncio.to_thread(recordings(sid).update, status="in-progress")
    assert resumed.status == "in-progress"


async def test_two_channels_of_a_call_without_what_was_said_in_a_pause(
    server: Server, twilio: Any
) -> None:
    to = await server.application(ROOM)
    async with server.caller(to) as alice, server.caller(to) as bob:
        await hear(bob, 0.3)
        say(alice, ALICES_HZ)
        say(bob, BOBS_HZ)
        await hear(bob, 0.5)
        recordings = twilio.calls(alice.call_sid).recordings
        begun = await asyncio.to_thread(recordings.create, recording_channels="dual")
        assert (begun.status, begun.channels) == ("in-progress", 2)
        await hear(bob, 1)
        await talk_aside(recordings, begun.sid, alice, bob)
        await hear(bob, 1)
        stopped = await asyncio.to_thread(recordings(begun.sid).update, status="stopped")
        assert stopped.status == "stopped"
        told = await finished(recordings(begun.sid))
    sound = await sound_of(server, twilio, begun.sid)
    assert abs(int(told.duration) - len(sound) / RATE_HZ) < 1
    says, hears = sound.T.astype(np.float64)
    for part in (slice(0, RATE_HZ // 2), slice(-RATE_HZ // 2, None)):
        assert tones_in(says[part]) == [ALICES_HZ]
        assert tones_in(hears[part]) == [BOBS_HZ]
    for channel in (says, hears):
        assert seconds_of(SECRET_HZ, channel) == 0


async def test_another_may_be_started_when_one_is_over_and_each_is_told_of(
    server: Server, twilio: Any
) -> None:
    callback = server.web.put_twiml("")
    to = await server.application('<Pause length="30"/>')
    async with server.caller(to) as alice:
        recordings = twilio.calls(alice.call_sid).recordings
        for _ in range(2):
            begun = await asyncio.to_thread(
                recordings.create,
                recording_status_callback=callback,
                recording_status_callback_event=["in-progress", "completed"],
            )
            with pytest.raises(TwilioRestException) as refused:
                await asyncio.to_thread(recordings.create)
            assert (refused.value.status, refused.value.code) == (400, 21220)
            await hear(alice, 0.2)
            await asyncio.to_thread(recordings(begun.sid).update, status="stopped")
            await finished(recordings(begun.sid))

    async def told() -> list[str] | None:
        forms = [asked.form for asked in server.web.asked_for(callback)]
        assert {form["CallSid"] for form in forms} <= {alice.call_sid}
        assert {form["RecordingSource"] for form in forms} <= {"StartCallRecordingAPI"}
        return [form["RecordingStatus"] for form in forms] if len(forms) == 4 else None

    assert await eventually(told) == ["in-progress", "completed"] * 2


def tones_in(sound: Signal) -> list[int]:
    """Say which of the tones are in a sound; each is there or not at all."""
    levels = {hz: tone_dbfs(sound, hz) for hz in (ALICES_HZ, BOBS_HZ, SECRET_HZ)}
    assert all(level > LOUD_DBFS or level < UNHEARD_DBFS for level in levels.values()), levels
    return [hz for hz, level in levels.items() if level > LOUD_DBFS]


def seconds_of(hz: float, sound: Signal) -> float:
    """Say how long a tone is heard, to a tenth of a second."""
    block = RATE_HZ // 10
    blocks = sound[: len(sound) // block * block].reshape(-1, block)
    return sum(tone_dbfs(one, hz) > LOUD_DBFS for one in blocks) / 10


async def test_a_call_is_recorded_without_a_meeting_and_on_into_another_document(
    server: Server, twilio: Any
) -> None:
    to = await server.application('<Pause length="30"/>')
    async with server.caller(to) as alice:
        await hear(alice, 0.3)
        call = twilio.calls(alice.call_sid)
        begun = await asyncio.to_thread(call.recordings.create)
        alice.play(tone(ALICES_HZ, 1))
        await hear(alice, 1.5)
        twiml = f'<Response><Play digits="{KEYS}"/></Response>'
        await asyncio.to_thread(call.update, twiml=twiml)
        await alice.wait_until_closed(20)
    told = await finished(call.recordings(begun.sid))
    assert (told.channels, told.track) == (1, "both")
    sound = (await sound_of(server, twilio, begun.sid)).astype(np.float64)
    assert seconds_of(ALICES_HZ, sound) > 0.7
    assert place_of(sound, key_tones(KEYS, RATE_HZ)) is not None
    (listed,) = await asyncio.to_thread(call.recordings.list)
    assert listed.sid == begun.sid
