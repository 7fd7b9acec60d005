"""What is wrong is told to the one who did it and to the operator, and costs nobody else a frame.

All mistakes are made while Alice and Bob talk in a room for two.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import numpy as np
import pytest
from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import ChatGrant, VoiceGrant
from websockets.asyncio.client import connect

from conference_app.headless_caller import CallFailed, HeadlessCaller
from media_engine.dialects import MULAW, Message
from media_engine.dtmf import key_tones
from media_engine.pcm import FRAMES_PER_SECOND
from tests.end_to_end.server import Account, Server
from tests.end_to_end.sound import (
    MOST,
    RATE_HZ,
    arrival_times,
    best_lag,
    frame_numbers,
    heard,
    noise,
    share_of_frames_heard,
)
from tests.end_to_end.waiting import hear

pytestmark = pytest.mark.end_to_end

TALK_S = 30
FULL_ROOM = '<Dial><Conference beep="false" maxParticipants="2">Full House</Conference></Dial>'
WAITING = '<Dial><Conference waitUrl="">{}</Conference></Dial>'
CUT_OFF = "<Response><Dial><Conference>Room 1234</Dial></Response>"

START = (
    '{"event":"start","to":"nobody","mediaFormat":{"encoding":"audio/x-l16","sampleRate":16000}}'
)
TWILIO_START = (
    '{"event":"start","streamSid":"MZ1","start":{"streamSid":"MZ1","tracks":["inbound"],'
    '"customParameters":{"to":"nobody"},'
    '"mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1}}}'
)


@dataclass(frozen=True)
class Mistake:
    """What a caller does wrong once it is in a meeting (`says`) or by its `options`, and what it
    is to be told: the close code of the socket, and the code in its reason.
    """

    close_code: int
    code: int
    says: Sequence[Message] = ()
    options: Callable[[Server], dict[str, Any]] = lambda _: {}


def access_token(server: Server, *, secret: str = "", ttl_s: int = 60, grant: Any = None) -> str:
    """A token as Twilio's own library mints it; right, unless something is given."""
    sid, auth_token = server.account.credentials
    token = AccessToken(sid, sid, secret or auth_token, identity="eve", ttl=ttl_s)
    token.add_grant(grant or VoiceGrant())
    return str(token.to_jwt())


MISTAKES = {
    "not JSON": Mistake(1007, 31951, ["{dtmf 5"]),
    "not JSON, twilio": Mistake(1007, 31951, ["{dtmf 5"], lambda _: {"dialect": "twilio"}),
    "JSON without an event": Mistake(1007, 31951, ["[1, 2]"]),
    "an odd number of bytes": Mistake(1007, 31951, [b"\0" * 639]),
    "binary in the twilio dialect": Mistake(
        1007, 31951, [b"\0" * 160], lambda _: {"dialect": "twilio"}
    ),
    "a second start": Mistake(1007, 31951, [START]),
    "a second start, twilio": Mistake(1007, 31951, [TWILIO_START], lambda _: {"dialect": "twilio"}),
    "nobody of this name": Mistake(1008, 21218, (), lambda _: {"to": "nobody"}),
    "no credentials": Mistake(1008, 20003, (), lambda _: {"auth": None}),
    "a wrong auth token": Mistake(
        1008, 20003, (), lambda server: {"auth": (server.account.sid, "x" * 32)}
    ),
    "an unknown account": Mistake(1008, 20003, (), lambda _: {"auth": Account().credentials}),
    "no access token at all": Mistake(1008, 20101, (), lambda _: {"token": "let me in"}),
    "an access token of another secret": Mistake(
        1008, 20101, (), lambda server: {"token": access_token(server, secret="x" * 32)}
    ),
    "an access token that is over": Mistake(
        1008, 20104, (), lambda server: {"token": access_token(server, ttl_s=-3600)}
    ),
    "an access token for something else": Mistake(
        1008, 20106, (), lambda server: {"token": access_token(server, grant=ChatGrant())}
    ),
}


@dataclass
class Evening:
    """What came of each mistake, and of the two who talked meanwhile."""

    made: dict[str, HeadlessCaller] = field(default_factory=dict)
    talkers: tuple[HeadlessCaller, ...] = ()
    turned_away: HeadlessCaller | None = None
    misled: HeadlessCaller | None = None
    welcome: HeadlessCaller | None = None
    first_word: tuple[int | None, str] = (None, "")
    since_s: float = 0.0
    until_s: float = 0.0


@pytest.fixture(scope="module")
def evening(server: Server) -> Evening:
    """Lived through once for all tests of this module."""
    return asyncio.run(spend(server))


async def spend(server: Server) -> Evening:
    evening = Evening()
    house = await server.application(f'{FULL_ROOM}<Play digits="159"/>')
    room = await server.application(WAITING.format("Anteroom"))
    alice, bob = (server.caller(house, play=noise(seed, TALK_S)) for seed in (1, 2))
    async with alice, bob:
        await hear(bob, 1)
        evening.talkers, evening.since_s = (alice, bob), monotonic()
        await asyncio.gather(
            *(make(server, room, name, evening) for name in MISTAKES),
            knock_at_the_full_room(server, house, evening),
            follow_bad_twiml(server, evening),
            come_with_a_good_token(server, room, evening),
            begin_with_nonsense(server, evening),
        )
        await hear(bob, 0.5)
        evening.until_s = monotonic()
    return evening


async def make(server: Server, room: str, name: str, evening: Evening) -> None:
    mistake = MISTAKES[name]
    caller = server.caller(**{"to": room} | mistake.options(server))
    evening.made[name] = caller
    await call(caller, mistake.says)


async def call(caller: HeadlessCaller, says: Sequence[Message] = ()) -> None:
    """Call, say this and wait to be sent away; who is not is found out by his own test."""
    with suppress(CallFailed, TimeoutError):
        async with caller:
            for message in says:
                await caller.send_raw(message)
            await caller.wait_until_closed(10)


async def knock_at_the_full_room(server: Server, house: str, evening: Evening) -> None:
    evening.turned_away = server.caller(house)
    await call(evening.turned_away)


async def follow_bad_twiml(server: Server, evening: Evening) -> None:
    url = server.web.put(CUT_OFF.encode(), "text/xml")
    evening.misled = server.caller(await server.application_at(url))
    await call(evening.misled)


async def come_with_a_good_token(server: Server, room: str, evening: Evening) -> None:
    evening.welcome = server.caller(room, token=access_token(server))
    async with evening.welcome:
        await hear(evening.welcome, 0.5)


async def begin_with_nonsense(server: Server, evening: Evening) -> None:
    async with connect(f"ws://127.0.0.1:{server.port}/media", proxy=None) as socket:
        await socket.send("hello")
        await socket.wait_closed()
        evening.first_word = socket.close_code, socket.close_reason or ""


@pytest.mark.parametrize("name", MISTAKES)
def test_who_makes_a_mistake_is_told_with_close_code_and_reason(
    evening: Evening, name: str
) -> None:
    mistake, caller = MISTAKES[name], evening.made[name]
    assert caller.close_code == mistake.close_code
    assert caller.close_reason.startswith(f"{mistake.code}: ")
    # Twilio's dialect has no message for it.
    told = [] if caller.wire.encoding == MULAW else [mistake.code]
    assert [error.code for error in caller.errors] == told


def test_a_first_message_that_is_no_dialects_is_told_what_would_be(evening: Evening) -> None:
    close_code, reason = evening.first_word
    assert close_code == 1007
    assert reason.startswith("31951: ")


@pytest.mark.parametrize("name", MISTAKES)
def test_each_mistake_is_in_the_log(server: Server, evening: Evening, name: str) -> None:
    code, _, text = evening.made[name].close_reason.partition(": ")
    assert f"{code} {text}" in server.log


def test_secrets_of_those_who_were_refused_are_not_in_the_log(
    server: Server, evening: Evening
) -> None:
    assert evening.made
    assert server.account.auth_token not in server.log
    assert "x" * 32 not in server.log


def test_a_good_access_token_lets_a_caller_in(evening: Evening) -> None:
    assert evening.welcome is not None
    assert evening.welcome.call_sid is not None
    assert not evening.welcome.errors


def test_who_is_turned_away_at_a_full_room_goes_on_with_the_next_verb(
    server: Server, evening: Evening
) -> None:
    caller = evening.turned_away
    assert caller is not None
    sound, keys = heard(caller), key_tones("159", RATE_HZ).astype(float)
    lag, _ = best_lag(sound, keys, range(len(sound)))
    assert np.array_equal(sound[lag : lag + len(keys)], keys)
    assert server.books.call(caller.stream_sid)["error_code"] == 16020


def test_twiml_that_does_not_parse_ends_its_call_and_is_in_the_books(
    server: Server, evening: Evening
) -> None:
    assert evening.misled is not None
    row = server.books.call(evening.misled.stream_sid)
    assert row["error_code"] == 12100
    assert "line 1" in row["error_message"]
    assert evening.misled.close_code == 1011
    assert (evening.misled.close_reason or "").startswith("12100: line 1")
    assert f"{row['sid']}: 12100" in server.log


@pytest.mark.parametrize("talker", [0, 1])
def test_nobody_else_loses_a_frame(evening: Evening, talker: int) -> None:
    caller = evening.talkers[talker]
    frames = [f for f in caller.sound.frames if evening.since_s <= f.at_s < evening.until_s]
    spoken_by_the_other = noise(2 - talker, TALK_S)
    numbers = frame_numbers(frames, spoken_by_the_other)
    assert share_of_frames_heard(numbers) > MOST
    passed_s = arrival_times(frames)[-1] - arrival_times(frames)[0]
    assert len(frames) - 1 == pytest.approx(passed_s * FRAMES_PER_SECOND, rel=0.02)
