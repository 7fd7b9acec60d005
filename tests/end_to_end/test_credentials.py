"""A phone's way in: an API key over REST, and a token minted with it by Twilio's own library."""

from typing import Any

import pytest
from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant

from conference_app.headless_caller import CallFailed
from tests.end_to_end.server import Server
from tests.end_to_end.sound import heard, tone, tone_dbfs
from tests.end_to_end.waiting import hear

pytestmark = pytest.mark.end_to_end

PITCH_HZ = 700
ROOM = '<Dial><Conference waitUrl="" beep="false">Credentials</Conference></Dial>'


async def make_key(server: Server) -> dict[str, str]:
    """An API key, with its secret."""
    status, key = await server.rest("POST", "Keys", FriendlyName="phone")
    assert status == 201
    return dict(key)


def minted(server: Server, key: dict[str, str], application: str) -> str:
    """What a server of the account's gives to Eve's phone."""
    grant = VoiceGrant(outgoing_application_sid=application)
    token = AccessToken(
        server.account.sid, key["sid"], key["secret"], identity="eve", ttl=60, grants=[grant]
    )
    return str(token.to_jwt())


async def refusal_of(server: Server, **options: Any) -> tuple[int | None, str]:
    """What closes the socket of somebody who is not let in."""
    caller = server.caller("simple-conference", **options)
    with pytest.raises(CallFailed):
        async with caller:
            await hear(caller, 0.5)
    return caller.close_code, caller.close_reason


async def test_a_token_opens_the_socket_as_the_one_it_names_and_is_heard(server: Server) -> None:
    application = await server.application(ROOM)
    token = minted(server, await make_key(server), application)
    async with server.caller(application) as bob:
        await hear(bob, 0.2)
        eve = server.caller("whom Eve wants", token=token, play=tone(PITCH_HZ, 5))
        async with eve:
            await hear(bob, 2)
            call = server.books.call(eve.stream_sid)
    assert tone_dbfs(heard(bob, 1), PITCH_HZ) > -30
    assert (call["caller"], call["called"]) == ("client:eve", "whom Eve wants")
    assert token not in server.log


async def test_a_revoked_key_opens_neither_the_socket_nor_rest(server: Server) -> None:
    key = await make_key(server)
    token = minted(server, key, await server.application(ROOM))
    async with server.caller("x", token=token) as eve:
        await hear(eve, 0.2)
        status, _ = await server.rest("DELETE", f"Keys/{key['sid']}")
        assert status == 204
        await hear(eve, 0.5)
    assert await refusal_of(server, token=token) == (1008, "20101: invalid access token")
    login = key["sid"], key["secret"]
    assert await refusal_of(server, auth=login) == (1008, "20003: authentication failed")
    assert key["secret"] not in server.log


async def test_a_token_runs_no_application_of_another_account(server: Server) -> None:
    token = minted(server, await make_key(server), "AP" + "0" * 32)
    close_code, reason = await refusal_of(server, token=token)
    assert (close_code, reason.partition(":")[0]) == (1008, "21218")
