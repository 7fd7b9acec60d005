"""`record` on <Dial>: the call's own recording, by its sound, its callbacks and its action."""

import io
from collections.abc import Callable
from http import HTTPStatus
from uuid import uuid4

import aiohttp
import numpy as np
import pytest
import soundfile

from conference_app.headless_caller import HeadlessCaller
from media_engine.pcm import Pcm
from tests.end_to_end.server import Server
from tests.end_to_end.sound import (
    RATE_HZ,
    Signal,
    aligned,
    as_signal,
    correlation,
    place_of,
    segments,
    tone,
    tone_dbfs,
    voice,
)
from tests.end_to_end.waiting import eventually, hear
from tests.end_to_end.web_server import Asked

pytestmark = pytest.mark.end_to_end

ALICES_HZ, BOBS_HZ = 700, 1100
ALICES, BOBS = (tone(hz, 1) for hz in (ALICES_HZ, BOBS_HZ))
LOUD_DBFS, UNHEARD_DBFS = -20.0, -40.0
"""Not lower: a gap that a stall of the machine tears spreads a tone over its neighbours."""

TALK_S = 5
OWN, ANOTHERS = 0.75, 0.5
"""How alike a channel is to a voice; on a machine that never stalls 1.0 and 0.1."""

Dial = Callable[..., str]


@pytest.fixture
def dial() -> Dial:
    """Write a document that dials a room of the test's own, without beeps."""
    room = uuid4().hex

    def write(by: str = "", terms: str = 'waitUrl=""') -> str:
        return f'<Dial {by}><Conference beep="false" {terms}>{room}</Conference></Dial>'

    return write


async def asked_of(server: Server, url: str, count: int = 1) -> list[Asked]:
    """Give the requests for a URL, once there are so many."""

    async def ask() -> list[Asked] | None:
        asked = server.web.asked_for(url)
        return asked if len(asked) >= count else None

    return await eventually(ask)


async def talk(server: Server, alices: str, bobs: str, seconds: float = 1.0) -> HeadlessCaller:
    """Let Alice come and say her tone, then Bob his; give Alice, who hung up first."""
    alice, bob = [server.caller(await server.application(document)) for document in (alices, bobs)]
    async with alice, bob:
        await hear(bob, 0.3)
        alice.play(ALICES, loop=True)
        bob.play(BOBS, loop=True)
        await hear(bob, seconds)
        await alice.hang_up()
    return alice


def loud_tones(sound: Pcm) -> list[str]:
    """Say whose tones are in a recording, channel by channel; each is there or not at all."""
    channels = sound.reshape(len(sound), -1).T.astype(np.float64)
    found = []
    for channel in channels:
        last = channel[-RATE_HZ // 2 :]
        levels = {"alice": tone_dbfs(last, ALICES_HZ), "bob": tone_dbfs(last, BOBS_HZ)}
        assert all(level > LOUD_DBFS or level < UNHEARD_DBFS for level in levels.values()), levels
        found.append(" ".join(name for name, level in levels.items() if level > LOUD_DBFS))
    return found


def alike(sound: Signal, spoken: Pcm) -> float:
    """How alike the segments of a sound are to what was said, at their best; their median."""
    moved = aligned(as_signal(spoken, RATE_HZ), sound)
    return float(np.median([correlation(sound[s], moved[s]) for s in segments(len(sound))]))


async def test_dual_has_what_the_caller_says_and_what_it_hears_and_all_are_told(
    server: Server, dial: Dial
) -> None:
    action = server.web.put_twiml("<Hangup/>")
    callback = server.web.put_twiml("")
    alices = await server.application(
        dial(
            f'record="record-from-answer-dual" hangupOnStar="true" action="{action}"'
            f' recordingStatusCallback="{callback}"'
            ' recordingStatusCallbackEvent="in-progress completed"'
        )
    )
    alice, bob = server.caller(alices), server.caller(await server.application(dial()))
    async with alice, bob:
        await hear(bob, 0.3)
        for name, caller in (("alice", alice), ("bob", bob)):
            caller.play(voice(name))
        await hear(alice, TALK_S)
        await alice.send_digit("*")
        await alice.wait_until_closed(30)
    (left,) = await asked_of(server, action)
    assert (left.form["DialCallStatus"], left.form["DialBridged"]) == ("answered", "true")
    begun, done = [asked.form for asked in await asked_of(server, callback, 2)]
    assert begun["RecordingStatus"] == "in-progress"
    assert done["RecordingDuration"] == left.form["RecordingDuration"]
    for form in (begun, done):
        assert form["RecordingUrl"] == left.form["RecordingUrl"]
        assert form["RecordingSid"] == left.form["RecordingSid"]
        expected = {
            "CallSid": alice.call_sid,
            "RecordingChannels": "2",
            "RecordingSource": "DialVerb",
            "RecordingTrack": "both",
        }
        assert {name: form[name] for name in expected} == expected
        assert "ConferenceSid" not in form
    assert done["RecordingStatus"] == "completed"
    told, sound = await server.recording_of_call(alice)
    assert told == pytest.approx(len(sound) / RATE_HZ, abs=0.001)
    assert TALK_S - 1 < told < TALK_S + 2
    says, hears = sound[RATE_HZ:].T.astype(np.float64)
    assert min(alike(says, voice("alice")), alike(hears, voice("bob"))) > OWN
    assert max(alike(says, voice("bob")), alike(hears, voice("alice"))) < ANOTHERS
    fetched = await fetch(server, done["RecordingUrl"])
    assert np.array_equal(fetched, sound)


async def fetch(server: Server, url: str) -> Pcm:
    """Get the WAV file as the account's own program does."""
    login = {"Authorization": aiohttp.encode_basic_auth(*server.account.credentials)}
    async with aiohttp.request("GET", f"{url}.wav", headers=login) as answer:
        assert answer.status == HTTPStatus.OK
        content = await answer.read()
    sound: Pcm
    sound, _ = soundfile.read(io.BytesIO(content), dtype="int16")
    return sound


@pytest.mark.parametrize(
    ("by", "channels"),
    [
        ('record="true"', ["alice bob"]),
        ('record="record-from-answer" recordingTrack="both"', ["alice bob"]),
        ('record="record-from-ringing-dual"', ["alice", "bob"]),
        ('record="record-from-answer" recordingTrack="inbound"', ["alice"]),
        ('record="record-from-answer-dual" recordingTrack="outbound"', ["bob"]),
    ],
)
async def test_record_and_recording_track_say_what_is_in_which_channel(
    server: Server, dial: Dial, by: str, channels: list[str]
) -> None:
    alice = await talk(server, dial(by), dial())
    _, sound = await server.recording_of_call(alice)
    assert loud_tones(sound) == channels


@pytest.mark.parametrize(
    ("record", "from_ringing"),
    [("record-from-answer-dual", False), ("record-from-ringing-dual", True)],
)
async def test_the_music_before_the_meeting_is_recorded_from_ringing_only(
    server: Server, dial: Dial, hold_music: Signal, record: str, from_ringing: bool
) -> None:
    application = await server.application(dial(f'record="{record}"', terms=""))
    async with server.caller(application) as alice:
        await hear(alice, 2)
        async with server.caller(await server.application(dial()), play=BOBS, loop=True) as bob:
            await hear(bob, 1)
            await alice.hang_up()
    _, sound = await server.recording_of_call(alice)
    hears = sound[:, 1].astype(np.float64)
    assert tone_dbfs(hears[-RATE_HZ // 2 :], BOBS_HZ) > LOUD_DBFS
    assert (place_of(hears, hold_music[:RATE_HZ].astype(np.int16)) is not None) is from_ringing


@pytest.mark.parametrize("record", ["", 'record="false"', 'record="do-not-record"'])
async def test_without_a_wish_nothing_is_recorded_and_the_action_has_no_url(
    server: Server, dial: Dial, record: str
) -> None:
    action = server.web.put_twiml("<Hangup/>")
    document = dial(f'{record} hangupOnStar="true" action="{action}"')
    await leave_by_star(server, document, dial())
    (left,) = await asked_of(server, action)
    assert not {name for name in left.form if name.startswith("Recording")}


async def leave_by_star(server: Server, alices: str, bobs: str | None) -> HeadlessCaller:
    """Let Alice come, and Bob if he has a document, and Alice leave again; give Alice."""
    async with server.caller(await server.application(alices)) as alice:
        await hear(alice, 0.3)
        if bobs is not None:
            async with server.caller(await server.application(bobs)) as bob:
                await hear(bob, 0.5)
                await alice.send_digit("*")
                await alice.wait_until_closed(30)
        else:
            await alice.send_digit("*")
            await alice.wait_until_closed(30)
    return alice


async def test_who_met_nobody_has_no_recording_from_answer_and_the_action_no_url(
    server: Server, dial: Dial
) -> None:
    action = server.web.put_twiml("<Hangup/>")
    document = dial(f'record="record-from-answer" hangupOnStar="true" action="{action}"')
    alice = await leave_by_star(server, document, None)
    (left,) = await asked_of(server, action)
    assert left.form["DialBridged"] == "false"
    assert "RecordingUrl" not in left.form
    assert server.books.recordings_of_call(alice.stream_sid) == []


@pytest.mark.parametrize(("trim", "is_cut"), [("", False), ('trim="trim-silence"', True)])
async def test_silence_stays_unless_the_dial_says_trim_silence(
    server: Server, dial: Dial, trim: str, is_cut: bool
) -> None:
    alice, bob = [
        server.caller(await server.application(document))
        for document in (dial(f'record="true" {trim}'), dial())
    ]
    async with alice, bob:
        await hear(bob, 1.5)
        alice.play(ALICES[: RATE_HZ // 2])
        await hear(bob, 1.5)
        await alice.hang_up()
    told, sound = await server.recording_of_call(alice)
    (row,) = server.books.recordings_of_call(alice.stream_sid)
    assert told == pytest.approx(len(sound) / RATE_HZ, abs=0.001)
    assert (row["raw_duration_ms"] - row["duration_ms"] > 1000) is is_cut
    if not is_cut:
        assert row["raw_duration_ms"] == row["duration_ms"] > 2000


async def test_a_recorded_call_and_a_recorded_meeting_are_two_recordings(
    server: Server, dial: Dial
) -> None:
    terms = 'waitUrl="" record="record-from-start"'
    alice = await talk(server, dial('record="true"', terms), dial())
    meeting = await server.recording_of(await server.conference_of(alice))
    _, own = await server.recording_of_call(alice)
    # Bob is left alone in the meeting, and Alice's own recording has ended with her leaving.
    assert loud_tones(own) == ["alice bob"]
    assert loud_tones(meeting.sound[: len(own)]) == ["alice bob"]
    assert len(server.books.recordings(await server.conference_of(alice))) == 1
