"""A meeting run from Twilio's library: who is heard, who is put out, its end, its recording."""

import asyncio
import io
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final

import aiohttp
import numpy as np
import pytest
import soundfile
from twilio.base.exceptions import TwilioRestException

from conference_app.headless_caller import HeadlessCaller
from media_engine.dtmf import key_tones
from tests.end_to_end.server import Server
from tests.end_to_end.sound import RATE_HZ, best_lag, correlation, heard, level_dbfs, voice
from tests.end_to_end.waiting import eventually, hear
from tests.sdk.library import library

pytestmark = pytest.mark.end_to_end

ROOM: Final = (
    '<Dial><Conference beep="false" waitUrl="" record="record-from-start" trim="do-not-trim"'
    ' participantLabel="{}">Standup</Conference></Dial>{}'
)
KEYS: Final = "159"


@dataclass
class Meeting:
    """What the three heard, what the library told, and when it was asked (monotonic seconds)."""

    alice: HeadlessCaller
    bob: HeadlessCaller
    carol: HeadlessCaller
    sid: str = ""
    told: dict[str, Any] = field(default_factory=dict)
    times: dict[str, float] = field(default_factory=dict)

    def note(self, moment: str) -> None:
        self.times[moment] = monotonic()


@pytest.fixture(scope="module")
def meeting(server: Server) -> Meeting:
    """Lived through once for all tests of this module."""
    with library(server) as client:
        return asyncio.run(hold(server, client))


async def hold(server: Server, client: Any) -> Meeting:
    """Alice speaks, Bob and Carol listen; Alice is muted and heard again, Bob kicked, all ended."""
    tos = [
        await server.application(ROOM.format(label, f'<Play digits="{KEYS}"/>'))
        for label in ("speaker", "listener", "chair")
    ]
    meeting = Meeting(
        server.caller(tos[0], play=voice("alice"), loop=True),
        server.caller(tos[1]),
        server.caller(tos[2]),
    )
    async with meeting.alice, meeting.bob, meeting.carol:
        await hear(meeting.carol, 1)
        meeting.sid = await server.conference_of(meeting.carol)
        await asyncio.to_thread(lead, client, meeting, asyncio.get_running_loop())
        for caller in (meeting.alice, meeting.bob, meeting.carol):
            await caller.wait_until_closed(20)
    await server.end_of(meeting.sid)
    await server.recording_of(meeting.sid)
    return meeting


def lead(client: Any, meeting: Meeting, loop: asyncio.AbstractEventLoop) -> None:
    """Do what a program with the library does, which knows nothing of loops."""

    def pause(seconds: float) -> None:
        asyncio.run_coroutine_threadsafe(hear(meeting.carol, seconds), loop).result()

    conference = client.conferences(meeting.sid)
    told = meeting.told
    told["people"] = conference.participants.list()
    told["by label"] = conference.participants("listener").fetch()
    pause(1)
    told["muted"] = conference.participants(meeting.alice.call_sid).update(muted=True)
    meeting.note("muted")
    told["those muted"] = conference.participants.list(muted=True)
    pause(1)
    meeting.note("to be unmuted")
    told["unmuted"] = conference.participants(meeting.alice.call_sid).update(muted=False)
    pause(1)
    told["running"] = conference.recordings("Twilio.CURRENT").fetch()
    told["kicked"] = conference.participants("listener").delete()
    meeting.note("kicked")
    pause(1)
    told["left"] = conference.participants.list()
    told["ended"] = conference.update(status="completed")


def test_those_who_are_in_are_listed(meeting: Meeting) -> None:
    people = {one.label: one.call_sid for one in meeting.told["people"]}
    assert people == {
        "speaker": meeting.alice.call_sid,
        "listener": meeting.bob.call_sid,
        "chair": meeting.carol.call_sid,
    }
    assert meeting.told["by label"].call_sid == meeting.bob.call_sid


def test_who_is_muted_is_not_heard(meeting: Meeting) -> None:
    assert (meeting.told["muted"].muted, meeting.told["unmuted"].muted) == (True, False)
    assert [one.call_sid for one in meeting.told["those muted"]] == [meeting.alice.call_sid]
    times = meeting.times
    before = heard(meeting.carol, until_s=times["muted"] - 0.1)
    muted = heard(meeting.carol, since_s=times["muted"] + 0.1, until_s=times["to be unmuted"])
    after = heard(meeting.carol, since_s=times["to be unmuted"] + 0.1, until_s=times["kicked"])
    assert level_dbfs(before[-RATE_HZ:]) > -40
    assert level_dbfs(muted) < -80
    assert level_dbfs(after) > -40


def test_who_is_kicked_is_out_and_goes_on_with_his_twiml(meeting: Meeting) -> None:
    assert meeting.told["kicked"] is True
    left = {one.call_sid for one in meeting.told["left"]}
    assert left == {meeting.alice.call_sid, meeting.carol.call_sid}
    sound, keys = heard(meeting.bob), key_tones(KEYS, RATE_HZ).astype(float)
    place, _ = best_lag(sound, keys, range(len(sound) - len(keys)))
    assert correlation(sound[place : place + len(keys)], keys) > 0.95


def test_the_end_lets_all_go_on(server: Server, meeting: Meeting, twilio: Any) -> None:
    conference = twilio.conferences(meeting.sid).fetch()
    assert conference.status == "completed"
    assert conference.reason_conference_ended == "conference-ended-via-api"
    assert conference.participants.list() == []
    with pytest.raises(TwilioRestException) as caught:
        conference.update(status="completed")
    assert (caught.value.status, caught.value.code) == (400, 16022)
    with pytest.raises(TwilioRestException) as caught:
        twilio.conferences(meeting.sid).participants(meeting.alice.call_sid).update(muted=True)
    assert caught.value.status == 404


async def test_the_recording_is_fetched_listed_and_deleted(
    server: Server, meeting: Meeting, twilio: Any
) -> None:
    assert meeting.told["running"].status == "in-progress"
    conference = twilio.conferences(meeting.sid)
    (listed,) = await asyncio.to_thread(conference.recordings.list)
    (recording,) = await asyncio.to_thread(twilio.recordings.list, conference_sid=meeting.sid)
    assert listed.sid == recording.sid == meeting.told["running"].sid
    assert (recording.status, recording.source, recording.channels) == (
        "completed",
        "Conference",
        1,
    )
    wav = await fetch(server, f"{recording.media_url}.wav", 200)
    assert wav == await fetch(server, recording.media_url, 200)
    part = await fetch(server, f"{recording.media_url}.wav", 206, {"Range": "bytes=1000-1999"})
    assert part == wav[1000:2000]
    sound, rate_hz = soundfile.read(io.BytesIO(wav), dtype="int16")
    assert len(sound) / rate_hz == pytest.approx(int(recording.duration), abs=0.51)
    spoken = np.tile(voice("alice"), 2).astype(float)
    _, alike = best_lag(spoken, sound[:RATE_HZ].astype(float), range(len(spoken) // 2))
    assert alike > 0.9

    async def mp3() -> bytes:
        return await fetch(server, f"{recording.media_url}.mp3", 200)

    encoded, _ = soundfile.read(io.BytesIO(await eventually(mp3)), dtype="int16")
    assert len(encoded) == pytest.approx(len(sound), abs=RATE_HZ // 2)

    assert await asyncio.to_thread(conference.recordings(recording.sid).delete)
    assert await asyncio.to_thread(conference.recordings.list) == []
    await fetch(server, f"{recording.media_url}.wav", 404)


async def fetch(
    server: Server, url: str, status: int, headers: dict[str, str] | None = None
) -> bytes:
    """Get a file as its account; it must be answered with this status."""
    login = aiohttp.encode_basic_auth(*server.account.credentials)
    asked = {"Authorization": login, **(headers or {})}
    async with aiohttp.request("GET", url, headers=asked) as response:
        assert response.status == status
        return await response.read()
