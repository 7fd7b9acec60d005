"""A live meeting is steered over REST: hold, coaching, announcements, volume, recordings."""

import asyncio
import io
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
import soundfile

from conference_app.headless_caller import HeadlessCaller
from media_engine.pcm import Pcm
from tests.end_to_end.server import Server
from tests.end_to_end.sound import (
    FRAME,
    RATE_HZ,
    Signal,
    heard,
    level_dbfs,
    noise,
    place_of,
    tone,
    tone_dbfs,
    voice,
)
from tests.end_to_end.waiting import eventually, hear

pytestmark = pytest.mark.end_to_end

TONES = {"alice": 500.0, "bob": 1000.0, "carol": 1500.0}
LOUD_DBFS = -16.0
"""A caller's tone is at -15 dBFS where it is heard at all."""
SILENT_DBFS = -60.0
NOTICE = tone(2500, 1, level=0.2)


def wav(sound: Pcm) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, sound, RATE_HZ, format="WAV", subtype="PCM_16")
    return file.getvalue()


@dataclass
class Talk:
    """Three people in a room, each humming a tone of their own."""

    server: Server
    callers: dict[str, HeadlessCaller] = field(default_factory=dict)
    conference: str = ""

    async def steer(self, name: str, **form: str) -> dict[str, Any]:
        path = f"Conferences/{self.conference}/Participants/{self.callers[name].call_sid}"
        status, answer = await self.server.rest("POST", path, None, **form)
        assert status == 200, answer
        return dict(answer)

    async def now(self, name: str, seconds: float = 0.4) -> Signal:
        """What somebody hears from now on, once what was asked for has been done."""
        caller = self.callers[name]
        await hear(caller, 0.3)
        begin = len(caller.heard())
        await hear(caller, seconds)
        sound = heard(caller)
        return sound[begin * RATE_HZ // caller.wire.rate_hz :]

    async def whom_hears(self, name: str) -> set[str]:
        sound = await self.now(name)
        return {one for one, hz in TONES.items() if tone_dbfs(sound, hz) > LOUD_DBFS - 12}

    def sid(self, name: str) -> str:
        return str(self.callers[name].call_sid)

    async def audible(self, at: datetime | None = None) -> dict[str, dict[str, float]]:
        """Who hears whom at what gain, by name, as REST tells it."""
        names = {self.sid(name): name for name in self.callers}
        query = {"At": at.isoformat()} if at is not None else {}
        path = f"Conferences/{self.conference}/Audibility"
        status, told = await self.server.rest("GET", path, None, **query)
        assert status == 200, told
        return {
            names[one["call_sid"]]: {names[sid]: gain for sid, gain in one["hears"].items()}
            for one in told["participants"]
        }


@pytest.fixture
async def talk(server: Server) -> AsyncIterator[Talk]:
    talk = Talk(server)
    room = (
        f'<Conference beep="false" waitUrl="" record="record-from-start">{uuid4().hex}</Conference>'
    )
    application = await server.application(f"<Dial>{room}</Dial>")
    async with AsyncExitStack() as calls:
        for name, hz in TONES.items():
            caller = server.caller(application, play=tone(hz, 1), loop=True)
            talk.callers[name] = await calls.enter_async_context(caller)
            await hear(caller, 0.1)
        await hear(talk.callers["carol"], 0.5)
        talk.conference = await server.conference_of(talk.callers["carol"])

        async def all_in() -> bool:
            return len(await server.people_in(talk.conference)) == 3

        await eventually(all_in)
        yield talk


async def test_who_is_on_hold_is_neither_heard_nor_hears_but_hold_music(
    talk: Talk, hold_music: Signal
) -> None:
    answer = await talk.steer("alice", Hold="true")
    assert answer["hold"] is True
    assert await talk.whom_hears("bob") == {"carol"}
    sound = await talk.now("alice", 1.5)
    assert {one for one, hz in TONES.items() if tone_dbfs(sound, hz) > -30} == set()
    assert place_of(hold_music[: 10 * RATE_HZ], sound[FRAME:RATE_HZ].astype("int16")) is not None
    await talk.steer("alice", Hold="false")
    assert await talk.whom_hears("alice") == {"bob", "carol"}
    assert await talk.whom_hears("bob") == {"alice", "carol"}


async def test_a_hold_url_is_a_file_or_a_document(talk: Talk) -> None:
    file = talk.server.web.put(wav(tone(3000, 1)), "audio/wav")
    await talk.steer("alice", Hold="true", HoldUrl=file)
    assert tone_dbfs(await talk.now("alice"), 3000) > LOUD_DBFS
    document = talk.server.web.put_twiml(
        f"<Play>{talk.server.web.put(wav(tone(2200, 5)), 'audio/wav')}</Play>"
    )
    await talk.steer("alice", HoldUrl=document, HoldMethod="POST")
    assert tone_dbfs(await talk.now("alice"), 2200) > LOUD_DBFS
    assert [asked.method for asked in talk.server.web.asked_for(file)] == ["GET"]
    assert [asked.form["CallSid"] for asked in talk.server.web.asked_for(document)] == [
        talk.sid("alice")
    ]


async def test_for_a_hold_url_that_is_not_there_the_default_music_plays(talk: Talk) -> None:
    await talk.steer("alice", Hold="true", HoldUrl=f"{talk.server.web.address}/nothing")

    async def on_record() -> Any:
        alerts = talk.server.books.alerts(talk.server.account.sid)
        return [row for row in alerts if row["call_sid"] == talk.sid("alice")]

    (alert,) = await eventually(on_record)
    assert alert["code"] == 11217
    sound = await talk.now("alice", 1.0)
    assert level_dbfs(sound) > SILENT_DBFS
    assert {one for one, hz in TONES.items() if tone_dbfs(sound, hz) > -30} == set()


async def test_a_coach_is_heard_by_one_alone(talk: Talk) -> None:
    answer = await talk.steer("carol", Coaching="true", CallSidToCoach=talk.sid("alice"))
    assert (answer["coaching"], answer["call_sid_to_coach"]) == (True, talk.sid("alice"))
    assert await talk.whom_hears("alice") == {"bob", "carol"}
    assert await talk.whom_hears("bob") == {"alice"}
    assert await talk.whom_hears("carol") == {"alice", "bob"}
    await talk.steer("carol", Coaching="false")
    assert await talk.whom_hears("bob") == {"alice", "carol"}


async def test_volume_and_deafness(talk: Talk) -> None:
    await talk.steer("carol", Volume="0.5")
    await talk.steer("carol", Volume="0", ForCallSid=talk.sid("bob"))
    await talk.steer("bob", Deaf="true")
    full, halved = [tone_dbfs(await talk.now("alice"), TONES[one]) for one in ("bob", "carol")]
    assert full - halved == pytest.approx(6, abs=1)
    assert await talk.whom_hears("bob") == set()
    await talk.steer("bob", Deaf="false")
    assert await talk.whom_hears("bob") == {"alice"}


async def test_an_announcement_is_heard_by_all_or_by_one(talk: Talk) -> None:
    url = talk.server.web.put(wav(NOTICE), "audio/wav")
    status, _ = await talk.server.rest("POST", f"Conferences/{talk.conference}", AnnounceUrl=url)
    assert status == 200
    levels = await asyncio.gather(*(talk.now(name, 0.3) for name in TONES))
    assert all(tone_dbfs(sound, 2500) > -25 for sound in levels)
    (asked,) = talk.server.web.asked_for(url)
    assert (asked.method, asked.form["ConferenceSid"]) == ("POST", talk.conference)
    assert "CallSid" not in asked.form
    await talk.now("alice", 1.0)

    document = talk.server.web.put_twiml(f"<Play>{url}</Play>")
    await talk.steer("bob", AnnounceUrl=document)
    to_alice, to_bob = await asyncio.gather(talk.now("alice", 0.3), talk.now("bob", 0.3))
    assert tone_dbfs(to_bob, 2500) > -25
    assert tone_dbfs(to_alice, 2500) < SILENT_DBFS


async def test_what_is_not_there_is_announced_to_nobody_and_on_record(talk: Talk) -> None:
    await talk.steer("bob", AnnounceUrl=f"{talk.server.web.address}/nothing")

    async def told() -> Any:
        events = talk.server.books.events(talk.conference)
        return [row for row in events if row["kind"] == "announcement-fail"]

    await eventually(told)
    assert await talk.whom_hears("bob") == {"alice", "carol"}


async def test_neither_a_coach_nor_who_is_on_hold_is_in_the_recording(talk: Talk) -> None:
    current = f"Conferences/{talk.conference}/Recordings/Twilio.CURRENT"
    status, stopped = await talk.server.rest("POST", current, Status="stopped")
    assert (status, stopped["status"]) == (200, "stopped")
    await talk.steer("alice", Hold="true")
    await talk.steer("carol", CallSidToCoach=talk.sid("bob"))
    await talk.now("bob", 0.2)

    async def start() -> Any:
        path = f"Conferences/{talk.conference}/Recordings"
        status, answer = await talk.server.rest("POST", path)
        return answer if status == 201 else None

    recording = await eventually(start)
    assert recording["source"] == "StartConferenceRecordingAPI"
    await talk.now("bob", 0.6)
    await talk.server.rest(
        "POST", f"Conferences/{talk.conference}/Recordings/{recording['sid']}", Status="stopped"
    )

    async def finished() -> Any:
        (_, row) = talk.server.books.recordings(talk.conference)
        return row if row["status"] == "completed" else None

    row = await eventually(finished)
    assert row["sid"] == recording["sid"]
    sound = talk.server.sound_of(row).astype(float)
    assert tone_dbfs(sound, TONES["bob"]) > LOUD_DBFS
    assert max(tone_dbfs(sound, TONES[one]) for one in ("alice", "carol")) < SILENT_DBFS + 10


@pytest.mark.parametrize("behaviour", ["skip", "silence"])
async def test_a_recording_is_paused(talk: Talk, behaviour: str) -> None:
    current = f"Conferences/{talk.conference}/Recordings/Twilio.CURRENT"
    status, paused = await talk.server.rest(
        "POST", current, Status="paused", PauseBehavior=behaviour
    )
    assert (status, paused["status"]) == (200, "paused")
    await talk.now("bob", 1.2)
    _, going_on = await talk.server.rest("POST", current, Status="in-progress")
    assert going_on["status"] == "in-progress"
    await talk.now("bob", 0.2)
    await talk.server.rest("POST", current, Status="stopped")
    recorded = await talk.server.recording_of(talk.conference)
    frames = recorded.sound[: len(recorded.sound) // FRAME * FRAME].reshape(-1, FRAME)
    silent = sum(level_dbfs(frame.astype(float)) < SILENT_DBFS for frame in frames)
    if behaviour == "skip":
        assert silent < 20
    else:
        assert silent > 60
    status, refused = await talk.server.rest("POST", current, Status="stopped")
    assert (status, refused["code"]) == (404, 20404)


async def test_who_could_hear_whom_is_told_of_any_moment(talk: Talk) -> None:
    all_hear = {one: {other: 1.0 for other in TONES if other != one} for one in TONES}
    assert await talk.audible() == all_hear
    await asyncio.sleep(0.1)
    before = datetime.now(UTC)
    await talk.steer("alice", Hold="true")
    await talk.steer("carol", CallSidToCoach=talk.sid("bob"), Volume="0.5")

    async def coaching() -> Any:
        told = await talk.audible()
        return told if told["bob"]["carol"] == 0.5 else None

    assert await eventually(coaching) == {
        "alice": {"bob": 0.0, "carol": 0.0},
        "bob": {"alice": 0.0, "carol": 0.5},
        "carol": {"alice": 0.0, "bob": 1.0},
    }
    await talk.server.rest("POST", f"Conferences/{talk.conference}", Status="completed")
    await talk.server.end_of(talk.conference)
    assert await talk.audible() == {}
    assert await talk.audible(before) == all_hear


async def test_the_status_callback_is_told_of_steering_and_of_who_speaks(server: Server) -> None:
    told = server.web.put(b"", "text/plain")
    room = (
        f'<Conference beep="false" waitUrl="" statusCallback="{told}"'
        f' statusCallbackEvent="hold modify speaker announcement">{uuid4().hex}</Conference>'
    )
    application = await server.application(f"<Dial>{room}</Dial>")
    notice = server.web.put(wav(NOTICE[: RATE_HZ // 5]), "audio/wav")

    def forms(word: str = "") -> list[Mapping[str, str]]:
        asked = [one.form for one in server.web.asked_for(told)]
        return [form for form in asked if word in form["StatusCallbackEvent"]]

    async with (
        server.caller(application, play=voice("alice"), loop=True) as alice,
        server.caller(application, play=noise(1, 1), loop=True) as bob,
    ):
        await hear(bob, 1.0)
        conference = await server.conference_of(bob)
        path = f"Conferences/{conference}/Participants/{bob.call_sid}"
        for form in ({"Hold": "true"}, {"Hold": "false"}, {"EndConferenceOnExit": "true"}):
            await server.rest("POST", path, None, **form)
        await server.rest("POST", path, AnnounceUrl=notice)

        async def everything() -> bool:
            return len(forms()) - len(forms("speech")) >= 4

        await eventually(everything)
    assert [form["StatusCallbackEvent"] for form in forms() if form not in forms("speech")] == [
        "participant-hold",
        "participant-unhold",
        "participant-modify",
        "announcement-end",
    ]
    hold, _, modify, announcement = [form for form in forms() if form not in forms("speech")]
    assert (hold["Hold"], modify["EndConferenceOnExit"]) == ("true", "true")
    assert announcement["AnnounceUrl"] == notice
    # Bob makes noise all the time, and it is as loud as she is.
    assert forms("speech")[0]["StatusCallbackEvent"] == "participant-speech-start"
    assert {form["CallSid"] for form in forms("speech")} == {alice.call_sid}


async def test_what_one_waits_with_is_changed_while_he_waits(server: Server) -> None:
    room = f'<Conference waitUrl="">{uuid4().hex}</Conference>'
    application = await server.application(f"<Dial>{room}</Dial>")
    async with server.caller(application) as alice:
        await hear(alice, 0.3)
        conference = await server.conference_of(alice)
        url = server.web.put(wav(tone(2200, 1)), "audio/wav")
        path = f"Conferences/{conference}/Participants/{alice.call_sid}"
        await server.rest("POST", path, WaitUrl=url, WaitMethod="GET")
        await hear(alice, 0.5)
        begin = len(alice.heard())
        await hear(alice, 0.4)
        assert tone_dbfs(heard(alice)[begin:], 2200) > LOUD_DBFS


async def test_twiml_lets_one_come_as_a_coach_and_refuses_what_can_not_be(server: Server) -> None:
    name = uuid4().hex

    def dial(terms: str) -> str:
        conference = f'<Conference beep="false" waitUrl="" {terms}>{name}</Conference>'
        return f'<Dial>{conference}</Dial><Play digits="1"/>'

    member = await server.application(dial('participantLabel="guest"'))
    second = await server.application(dial(""))
    async with (
        server.caller(member) as alice,
        server.caller(second, play=tone(1000, 1), loop=True) as bob,
    ):
        await hear(bob, 0.3)
        coach = await server.application(dial(f'coach="{alice.call_sid}"'))
        async with server.caller(coach, play=tone(1500, 1), loop=True) as carol:
            await hear(carol, 0.6)
            conference = await server.conference_of(carol)
            path = f"Conferences/{conference}/Participants/{carol.call_sid}"
            _, participant = await server.rest("GET", path)
            assert (participant["coaching"], participant["call_sid_to_coach"]) == (
                True,
                alice.call_sid,
            )
            assert tone_dbfs(heard(alice)[-FRAME * 10 :], 1500) > LOUD_DBFS
            assert tone_dbfs(heard(bob)[-FRAME * 10 :], 1500) < SILENT_DBFS
        for terms, code in (
            ('participantLabel="guest"', 16025),
            (f'coach="CA{"0" * 32}"', 13240),
        ):
            async with server.caller(await server.application(dial(terms))) as late:
                await late.wait_until_closed(30)
            assert late.close_code == 1000
            assert server.books.call(late.stream_sid)["error_code"] == code


async def test_what_can_not_be_done_is_refused_in_twilios_numbers(talk: Talk) -> None:
    stranger = "CA" + "0" * 32
    path = f"Conferences/{talk.conference}/Participants/{talk.sid('alice')}"
    for form, code in (
        ({"CallSidToCoach": stranger}, 16028),
        ({"CallSidToCoach": talk.sid("alice")}, 16028),
        ({"Coaching": "true"}, 20001),
        ({"Volume": "0.5", "ForCallSid": stranger}, 20001),
        ({"Volume": "3"}, 20001),
        ({"Volume": "nan"}, 20001),
        ({"HoldUrl": "ftp://x"}, 21402),
        ({"AnnounceUrl": ""}, 21402),
        ({"HoldMethod": "PUT"}, 21403),
    ):
        status, answer = await talk.server.rest("POST", path, None, **form)
        assert (status, answer["code"]) == (400, code), form
    await talk.steer("bob", Hold="true")
    status, answer = await talk.server.rest("POST", path, CallSidToCoach=talk.sid("bob"))
    assert (status, answer["code"]) == (400, 16027)
