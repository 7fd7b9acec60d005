"""Clients register, are rung, and answer or not."""

import asyncio
from typing import Any

import pytest
from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant

from conference_app.headless_caller import CallFailed, HeadlessCaller
from media_engine.dialects import Cancel, Dtmf, Mark
from media_engine.dtmf import key_tones
from tests.end_to_end.calling import call, end_of_call, invite, join, told_of
from tests.end_to_end.server import Server
from tests.end_to_end.sound import (
    RATE_HZ,
    heard,
    level_dbfs,
    place_of,
    share_heard,
    tone,
    tone_dbfs,
    voice,
)
from tests.end_to_end.waiting import eventually, hear

pytestmark = pytest.mark.end_to_end

KEYS = key_tones("159", RATE_HZ)
SOUND = "<Response><Play digits='159'/></Response>"
ALL = "initiated ringing answered completed"


def client(server: Server, identity: str, **options: Any) -> HeadlessCaller:
    """One who takes the calls of an identity."""
    return server.caller("", register=identity, **options)


async def test_a_registered_client_is_rung_and_hears_the_meeting(server: Server) -> None:
    spoken = voice("alice")[: RATE_HZ * 3]
    room = await join(server, "clients")
    async with client(server, "bob", play=tone(1000, 1), loop=True) as bob:
        conference, sid = await invite(server, "clients", "client:bob", From="client:alice")
        ring = await bob.next_ring()
        assert (ring.call_sid, ring.from_, ring.to) == (sid, "client:alice", "client:bob")
        await bob.answer(ring)
        assert bob.call_sid == sid
        async with server.caller(room, play=spoken) as alice:
            await hear(alice, 4)
            assert await server.conference_of(alice) == conference
            assert set(await server.people_in(conference)) == {sid, alice.call_sid}
    sound = heard(bob)
    assert share_heard(sound, spoken.astype(float)) > 0.9
    assert tone_dbfs(heard(alice)[RATE_HZ:], 1000) > -20
    assert (await end_of_call(server, sid))["status"] == "completed"


async def test_an_answered_call_runs_its_document_and_ends_with_it(server: Server) -> None:
    async with client(server, "bob2") as bob:
        to = "client:bob2?topic=rain&why="
        sid = await call(server, to, Twiml=SOUND, SendDigits="7", Parameter="more=sun")
        ring = await bob.next_ring()
        assert dict(ring.custom_parameters) == {"topic": "rain", "more": "sun"}
        await bob.answer(ring)
        await bob.wait_for(Dtmf("7"))
        await bob.wait_until_closed(30)
    assert bob.close_code == 1000
    assert place_of(heard(bob), key_tones("7", RATE_HZ)) is not None
    assert place_of(heard(bob), KEYS) is not None
    row = await end_of_call(server, sid)
    assert (row["status"], row["dialect"]) == ("completed", "native")


async def test_who_rejects_is_busy_and_stays_registered(server: Server) -> None:
    callback = server.web.put(b"", "text/plain")
    async with client(server, "carol") as carol:
        for number in (1, 2):
            sid = await call(
                server,
                "client:carol",
                Twiml=SOUND,
                StatusCallback=callback,
                StatusCallbackEvent=ALL,
            )
            await carol.reject(await carol.next_ring())
            assert (await end_of_call(server, sid))["status"] == "busy"
            told = await told_of(server, callback, 3 * number)
            assert [form["CallStatus"] for form in told[-3:]] == ["initiated", "ringing", "busy"]


async def test_who_does_not_answer_in_time_is_told_so(server: Server) -> None:
    async with client(server, "dave") as dave:
        sid = await call(server, "client:dave", Twiml=SOUND, Timeout="1")
        assert (await end_of_call(server, sid))["status"] == "no-answer"
        await dave.wait_for(Cancel(sid, "timeout"))
        with pytest.raises(CallFailed, match="rings no longer"):
            await dave.answer(await dave.next_ring())
        assert not dave.closed


async def test_nobody_answers_where_nobody_is_registered(server: Server) -> None:
    async with client(server, "erin"):
        pass
    conference, sid = await invite(server, "nobody comes", "client:erin")
    row = await end_of_call(server, sid)
    assert (row["status"], row["error_code"]) == ("no-answer", 31480)
    assert (await server.end_of(conference))["started_at"] is None
    another, _ = await invite(server, "nobody comes", "client:erin")
    assert another != conference


async def test_a_socket_that_is_lost_while_it_rings_cancels_the_call(server: Server) -> None:
    async with client(server, "frank") as frank:
        sid = await call(server, "client:frank", Twiml=SOUND)
        await frank.next_ring()
        await frank.cut()
        assert (await end_of_call(server, sid))["status"] == "canceled"


async def test_all_sockets_of_an_identity_ring_and_the_first_to_answer_has_the_call(
    server: Server,
) -> None:
    async with client(server, "grace") as desk, client(server, "grace") as mobile:
        sid = await call(server, "client:grace", Twiml=SOUND)
        rings = [await phone.next_ring() for phone in (desk, mobile)]
        assert [ring.call_sid for ring in rings] == [sid, sid]
        await mobile.answer(rings[1])
        await desk.wait_for(Cancel(sid, "answered-elsewhere"))
        with pytest.raises(CallFailed, match="rings no longer"):
            await desk.answer(rings[0])
        await mobile.wait_until_closed(30)
        assert not desk.closed
    assert desk.call_sid is None
    assert place_of(heard(mobile), KEYS) is not None


async def test_two_who_answer_at_once_do_not_both_have_the_call(server: Server) -> None:
    async with client(server, "heidi") as one, client(server, "heidi") as two:
        await call(server, "client:heidi", Twiml=SOUND)
        rings = [await phone.next_ring() for phone in (one, two)]
        answers = [phone.answer(ring) for phone, ring in zip((one, two), rings, strict=True)]
        results = await asyncio.gather(*answers, return_exceptions=True)
    assert sorted(result is None for result in results) == [False, True]


async def test_a_client_that_has_a_call_is_busy_for_the_others_that_rang(server: Server) -> None:
    async with client(server, "ivan") as ivan:
        first = await call(server, "client:ivan", Twiml=SOUND)
        second = await call(server, "client:ivan", Twiml=SOUND)
        rings = {ring.call_sid: ring for ring in [await ivan.next_ring(), await ivan.next_ring()]}
        await ivan.answer(rings[second])
        assert (await end_of_call(server, first))["status"] == "busy"
        await ivan.wait_until_closed(30)
    assert (await end_of_call(server, second))["status"] == "completed"


async def test_who_comes_to_the_room_first_finds_the_conference_that_was_promised(
    server: Server,
) -> None:
    room = await join(server, "promised")
    async with client(server, "judy") as judy:
        conference, sid = await invite(server, "promised", "client:judy")
        again, _ = await invite(server, conference, "client:judy")
        assert again == conference
        async with server.caller(room) as alice:
            assert await server.conference_of(alice) == conference
            await judy.answer(await judy.next_ring())

            async def both() -> bool:
                return set(await server.people_in(conference)) == {sid, alice.call_sid}

            await eventually(both)


async def test_an_access_token_opens_its_own_identity_only(server: Server) -> None:
    def token(identity: str | None, *, incoming: bool = True) -> str:
        made = AccessToken(
            *(server.account.sid, server.account.sid, server.account.auth_token), identity=identity
        )
        made.add_grant(VoiceGrant(incoming_allow=incoming))
        return str(made.to_jwt())

    async with client(server, "kate", token=token("kate")) as kate:
        sid = await call(server, "client:kate", Twiml=SOUND)
        assert (await kate.next_ring()).call_sid == sid
    for wrong in (token("mallory"), token(None), token("kate", incoming=False)):
        with pytest.raises(CallFailed, match="20003"):
            await client(server, "kate", token=wrong).__aenter__()
    with pytest.raises(CallFailed, match="20101"):
        await client(server, "kate", token="x").__aenter__()
    with pytest.raises(CallFailed, match="20003"):
        await client(server, "kate", auth=None).__aenter__()


async def test_one_identity_has_ten_sockets_at_the_most(server: Server) -> None:
    phones = [client(server, "laura") for _ in range(10)]
    for phone in phones:
        await phone.__aenter__()
    with pytest.raises(CallFailed, match="20429"):
        await client(server, "laura").__aenter__()
    for phone in phones:
        await phone.hang_up()
    async with client(server, "laura"):
        pass


async def test_a_registered_client_that_talks_without_end_is_sent_away(server: Server) -> None:
    async with client(server, "mike") as mike:
        for _ in range(150):
            await mike.send_raw('{"event":"nothing"}')
        await mike.wait_until_closed(10)
    assert mike.close_code == 1008


async def test_a_registered_client_learns_that_the_connection_still_is(server: Server) -> None:
    async with client(server, "nina") as nina:
        await nina.send_mark("still there")
        await nina.wait_for(Mark("still there"))
        sid = await call(server, "client:nina", Twiml=SOUND)
        assert (await nina.next_ring()).call_sid == sid


@pytest.mark.parametrize(
    "message",
    [
        '{"event":"answer","callSid":"CA1"}',
        '{"event":"answer","callSid":"CA1","mediaFormat":{"encoding":"x","sampleRate":1}}',
        '{"event":"register","identity":"again"}',
        '{"event":"start","to":"x"}',
        '{"event":"reject"}',
        "{",
    ],
)
async def test_a_wrong_message_of_a_registered_client_ends_its_connection(
    server: Server, message: str
) -> None:
    async with client(server, "nina") as nina:
        await nina.send_raw(message)
        await nina.wait_until_closed(10)
    assert nina.close_code in (1003, 1007)


async def test_the_end_of_a_conference_hangs_up_on_who_was_invited(server: Server) -> None:
    async with client(server, "olga") as olga:
        conference, _ = await invite(server, "short", "client:olga")
        await olga.answer(await olga.next_ring())
        await hear(olga, 0.5)
        await server.rest("POST", f"Conferences/{conference}", Status="completed")
        await olga.wait_until_closed(10)
    assert olga.close_code == 1000
    assert level_dbfs(heard(olga)) < -80
