"""Agents for Media Streams are called, and brought into meetings."""

import asyncio
import socket

import numpy as np
import pytest
from twilio.request_validator import RequestValidator

from conference_app.headless_caller import HeadlessCaller
from conference_app.streams import agent_call
from media_engine.codecs import get_codec
from media_engine.dialects import MULAW
from media_engine.dtmf import key_tones
from tests.end_to_end import agent as agents
from tests.end_to_end.agent import Visit
from tests.end_to_end.calling import call, end_of_call, invite, join
from tests.end_to_end.server import Server
from tests.end_to_end.sound import (
    as_signal,
    by_telephone,
    heard,
    level_dbfs,
    noise,
    place_of,
    share_heard,
    tone,
    voice,
)
from tests.end_to_end.waiting import eventually, hear

pytestmark = pytest.mark.end_to_end


def mulaw(sound: np.ndarray) -> bytes:
    return get_codec(MULAW).encode(sound)


def unpacked(payload: bytes) -> np.ndarray:
    return get_codec(MULAW).decode(payload)


def share_heard_by_telephone(caller: HeadlessCaller, spoken: np.ndarray) -> float:
    """How much of what was spoken a caller has heard, as its agent's line lets it through."""
    return share_heard(heard(caller), by_telephone(spoken, agent_call.FORMAT))


async def test_an_echo_agent_is_invited_and_echoes_into_the_meeting(server: Server) -> None:
    async with agents.serving(agents.echo) as agent:
        conference, sid = await invite(server, "echoes", agent.url, Label="echo")
        spoken = voice("alice")[: 16_000 * 3]
        async with server.caller(
            await join(server, "echoes"), play=spoken, rate_hz=16_000
        ) as alice:
            await hear(alice, 5)
            assert await server.conference_of(alice) == conference
            assert set(await server.people_in(conference)) == {sid, alice.call_sid}
            _, participant = await server.rest("GET", f"Conferences/{conference}/Participants/echo")
            assert participant["call_sid"] == sid
    assert share_heard_by_telephone(alice, spoken) > 0.8
    assert (await end_of_call(server, sid))["status"] == "completed"


async def test_the_agent_is_told_what_twilio_tells(server: Server) -> None:
    async with agents.serving(agents.listen) as agent:
        to = f"{agent.url}?x=1"
        sid = await call(server, to, Twiml="<Response><Pause length='1'/></Response>")
        visit = await agent.visit()
        await visit.over.wait()
    assert visit.said[0] == {"event": "connected", "protocol": "Call", "version": "1.0.0"}
    row = server.books.call_by_sid(sid)
    assert visit.start == {
        "accountSid": server.account.sid,
        "streamSid": row["stream_sid"],
        "callSid": sid,
        "tracks": ["inbound"],
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        "customParameters": {},
    }
    numbers = [int(message["sequenceNumber"]) for message in visit.media]
    assert numbers == list(range(2, len(numbers) + 2))
    assert [message["media"]["chunk"] for message in visit.media[:2]] == ["1", "2"]
    assert [message["media"]["timestamp"] for message in visit.media[:2]] == ["0", "20"]
    (goodbye,) = visit.named("stop")
    assert goodbye["stop"] == {"accountSid": server.account.sid, "callSid": sid}
    request = visit.connection.request
    assert request is not None
    validator = RequestValidator(server.account.auth_token)
    assert validator.validate(to, {}, request.headers["X-Twilio-Signature"])


async def test_parameters_and_keys_reach_the_agent(server: Server) -> None:
    async with agents.serving(agents.listen) as agent:
        await call(
            server,
            agent.url,
            Twiml="<Response><Pause/></Response>",
            SendDigits="1w5",
            Parameter="topic=weather in = out",
        )
        visit = await agent.visit()
        await visit.over.wait()
    assert visit.start["customParameters"] == {"topic": "weather in = out"}
    assert [message["dtmf"]["digit"] for message in visit.named("dtmf")] == ["1", "5"]
    sound = as_signal(unpacked(visit.sound), 8000)
    places = [place_of(sound, key_tones(key, 16_000)) for key in "15"]
    assert None not in places
    assert places == sorted(places, key=lambda place: place or 0)


async def test_what_an_agent_says_at_once_is_played_in_time_and_marked(server: Server) -> None:
    spoken = voice("bob", 8000)[: 8000 * 4]

    async def speak(visit: Visit) -> None:
        while (await visit.read())["event"] != "start":
            pass
        for start in range(0, len(spoken), 777):
            await visit.speak(mulaw(spoken[start : start + 777]))
        await visit.say("mark", mark={"name": "said"})
        await agents.listen(visit)

    async with server.caller(await join(server, "orators")) as alice:
        await hear(alice, 0.2)
        async with agents.serving(speak) as agent:
            await invite(server, "orators", agent.url)
            visit = await agent.visit()

            async def marked() -> bool:
                return bool(visit.named("mark"))

            assert not await marked()
            await eventually(marked)
            heard_at_mark = len(visit.media)
            await hear(alice, 0.5)
    assert visit.named("mark")[0]["mark"] == {"name": "said"}
    assert heard_at_mark > 3.5 * 50
    assert share_heard_by_telephone(alice, voice("bob")[: 16_000 * 4]) > 0.8


async def test_an_agent_takes_back_what_was_not_yet_played(server: Server) -> None:
    async def chatter(visit: Visit) -> None:
        while (await visit.read())["event"] != "start":
            pass
        await visit.speak(mulaw(tone(1000, 6, 8000)))
        await visit.say("mark", mark={"name": "never said"})
        while len(visit.media) < 100:
            await visit.read()
        await visit.say("clear")
        await agents.listen(visit)

    async with server.caller(await join(server, "chatters")) as alice:
        await hear(alice, 0.2)
        async with agents.serving(chatter) as agent:
            await invite(server, "chatters", agent.url)
            visit = await agent.visit()

            async def marked() -> bool:
                return bool(visit.named("mark"))

            await eventually(marked)
            before = len(alice.heard())
            await hear(alice, 1)
    sound = as_signal(alice.heard()[before:], alice.wire.rate_hz)
    assert level_dbfs(sound[8000:]) < -60


async def test_an_agent_that_hangs_up_leaves_the_meeting(server: Server) -> None:
    async def drop_in(visit: Visit) -> None:
        while len(visit.media) < 25:
            await visit.read()

    async with server.caller(await join(server, "visitors")) as alice:
        await hear(alice, 0.2)
        async with agents.serving(drop_in) as agent:
            conference, sid = await invite(server, "visitors", agent.url)
            assert (await end_of_call(server, sid))["status"] == "completed"

            async def alone() -> bool:
                return await server.people_in(conference) == [alice.call_sid]

            await eventually(alone)


async def test_an_agent_that_is_lost_is_on_record(server: Server) -> None:
    async def die(visit: Visit) -> None:
        while len(visit.media) < 5:
            await visit.read()
        visit.connection.transport.abort()

    async with agents.serving(die) as agent:
        sid = await call(server, agent.url, Twiml="<Response><Pause length='60'/></Response>")
        row = await end_of_call(server, sid)
    assert (row["status"], row["error_code"]) == ("completed", 31921)

    async def on_record() -> bool:
        alerts = server.books.alerts(server.account.sid)
        return 31921 in [alert["code"] for alert in alerts if alert["call_sid"] == sid]

    await eventually(on_record)


async def test_an_agent_that_speaks_no_media_streams_is_closed(server: Server) -> None:
    async def babble(visit: Visit) -> None:
        await visit.connection.send("hello")
        await agents.listen(visit)

    async with agents.serving(babble) as agent:
        sid = await call(server, agent.url, Twiml="<Response><Pause length='60'/></Response>")
        row = await end_of_call(server, sid)
        assert (row["status"], row["error_code"]) == ("completed", 31951)
        await agent.visits[0].over.wait()
        assert agent.visits[0].connection.close_code == 1007


async def test_a_call_fails_where_nobody_listens(server: Server) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        nowhere = f"ws://127.0.0.1:{probe.getsockname()[1]}/"
    callback = server.web.put(b"", "text/plain")
    sid = await call(server, nowhere, Url="http://127.0.0.1/", StatusCallback=callback)
    row = await end_of_call(server, sid)
    assert (row["status"], row["error_code"], row["started_at"]) == ("failed", 11202, None)

    async def told() -> bool:
        return bool(server.web.asked_for(callback))

    await eventually(told)
    (asked,) = server.web.asked_for(callback)
    assert (asked.form["CallStatus"], asked.form["CallDuration"]) == ("failed", "0")


async def test_a_call_fails_to_an_address_that_is_not_allowed(server: Server) -> None:
    sid = await call(server, "ws://10.1.2.3:8080/", Url="http://127.0.0.1/")
    row = await end_of_call(server, sid)
    assert (row["status"], row["error_code"]) == ("failed", 11205)


async def test_a_call_fails_where_no_socket_is_served_and_no_redirect_is_followed(
    server: Server,
) -> None:
    page = server.web.put(b"hello", "text/plain").replace("http", "ws", 1)
    sid = await call(server, page, Url="http://127.0.0.1/")
    row = await end_of_call(server, sid)
    assert (row["status"], row["error_code"]) == ("failed", 31920)


async def test_an_agent_that_does_not_finish_the_handshake_has_not_answered(
    server: Server,
) -> None:
    hung_up = asyncio.Event()

    async def accept_and_wait(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1000):
            pass
        writer.close()
        await writer.wait_closed()
        hung_up.set()

    slow = await asyncio.start_server(accept_and_wait, "127.0.0.1", 0)
    url = f"ws://127.0.0.1:{slow.sockets[0].getsockname()[1]}/"
    async with slow:
        sid = await call(server, url, Url="http://127.0.0.1/", Timeout="1")
        row = await end_of_call(server, sid)
        async with asyncio.timeout(30):
            await hung_up.wait()
    assert (row["status"], row["error_code"]) == ("no-answer", None)


async def test_status_callbacks_come_in_order(server: Server) -> None:
    callback = server.web.put(b"", "text/plain")
    events = "initiated ringing answered completed"
    async with agents.serving(agents.listen) as agent:
        sid = await call(
            server,
            agent.url,
            Twiml="<Response><Pause length='1'/></Response>",
            StatusCallback=callback,
            StatusCallbackEvent=events,
        )
        await end_of_call(server, sid)

    async def all_told() -> bool:
        return len(server.web.asked_for(callback)) == 4

    await eventually(all_told)
    told = [asked.form for asked in server.web.asked_for(callback)]
    assert [form["CallStatus"] for form in told] == [
        *("initiated", "ringing", "in-progress", "completed")
    ]
    assert [form["SequenceNumber"] for form in told] == ["0", "1", "2", "3"]
    assert {form["CallSid"] for form in told} == {sid}
    assert {form["Direction"] for form in told} == {"outbound-api"}
    assert told[-1]["CallDuration"] in ("1", "2", "3")


async def test_the_time_limit_ends_a_call(server: Server) -> None:
    async with agents.serving(agents.listen) as agent:
        sid = await call(
            server, agent.url, Twiml="<Response><Pause length='60'/></Response>", TimeLimit="1"
        )
        row = await end_of_call(server, sid)
    assert row["status"] == "completed"


async def test_a_document_and_an_application_say_what_an_answered_call_does(
    server: Server,
) -> None:
    url = server.web.put_twiml('<Play digits="159"/>')
    application = await server.application('<Play digits="159"/>')
    for program in ({"Url": url}, {"ApplicationSid": application}):
        async with agents.serving(agents.listen) as agent:
            await call(server, agent.url, **program)
            visit = await agent.visit()
            await visit.over.wait()
        sound = as_signal(unpacked(visit.sound), 8000)
        assert place_of(sound, key_tones("159", 16_000)) is not None
    (asked,) = server.web.asked_for(url)
    assert asked.form["CallStatus"] == "in-progress"


async def test_an_agent_that_says_more_than_can_be_played_has_to_wait(server: Server) -> None:
    said = 0

    async def flood(visit: Visit) -> None:
        nonlocal said
        while (await visit.read())["event"] != "start":
            pass
        second = mulaw(noise(1, 1, 8000))
        while True:
            await visit.speak(second)
            said += 1

    room = await join(server, "floods")
    async with server.caller(room) as alice, agents.serving(flood) as agent:
        conference, sid = await invite(server, "floods", agent.url)
        visit = await agent.visit()

        async def has_to_wait() -> bool:
            before = said
            await hear(alice, 0.5)
            return before == said

        await eventually(has_to_wait)
        assert sid in await server.people_in(conference)
        visit.connection.transport.abort()
    assert said > 300
