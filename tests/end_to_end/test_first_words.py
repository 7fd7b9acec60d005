"""Who speaks before the bridge is ready for it is heard from the first word on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import numpy as np
import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from media_engine.dialects import L16, Start, WireFormat
from media_engine.dialects.native import SUBPROTOCOL, NativeClient
from media_engine.pcm import Pcm
from tests.end_to_end.server import Recorded, Server
from tests.end_to_end.sound import FRAME, noise
from tests.end_to_end.waiting import hear

pytestmark = pytest.mark.end_to_end

SPEECH = noise(9, 20)
FADED_IN = 80
"""The first 5 ms of a voice come in with a ramp."""

FIRST_WORDS = 10

WHOLE = 0.8
"""The share of frames that come as they were sent: while the delay shrinks two of 20 are joined."""


def room(name: str) -> str:
    terms = 'beep="false" waitUrl="" record="record-from-start" trim="do-not-trim"'
    return f"<Dial><Conference {terms}>{name}</Conference></Dial>"


@asynccontextmanager
async def recorded_by_bob(server: Server, name: str, into: list[Recorded]) -> AsyncIterator[None]:
    """Have Bob wait in the room; afterwards, what was recorded is in `into`."""
    async with server.caller(await server.application(room(name))) as bob:
        await hear(bob, 0.3)
        yield
        await hear(bob, 0.5)
    into.append(await server.recording_of(await server.conference_of(bob)))


def frames_of(spoken: Pcm, count: int) -> list[bytes]:
    """The first frames as they are sent, and as they must be in the recording."""
    return [spoken[n * FRAME :][:FRAME].astype("<i2").tobytes() for n in range(count)]


def has_from_the_first_word_on(recorded: Recorded) -> bool:
    """Whether the first words are all there, from the first sample after the ramp."""
    first = SPEECH[FADED_IN : FIRST_WORDS * FRAME]
    return first.tobytes() in recorded.sound.astype(np.int16).tobytes()


async def test_what_is_said_while_the_call_is_set_up_is_heard_from_its_first_sample(
    server: Server,
) -> None:
    slowly = server.web.put_twiml(room("Set Up"), after_s=0.7)
    to = await server.application_at(slowly)
    recorded: list[Recorded] = []
    alice = server.caller(to, play=SPEECH, eager=True)
    async with recorded_by_bob(server, "Set Up", recorded), alice:
        await hear(alice, 3)
    assert has_from_the_first_word_on(recorded[0])
    sound = recorded[0].sound.tobytes()
    there = [frame in sound for frame in frames_of(SPEECH, 100)]
    assert sum(there) > WHOLE * len(there)


async def test_what_is_said_before_the_start_message_is_heard(server: Server) -> None:
    to = await server.application(room("Before Start"))
    login = aiohttp.encode_basic_auth(*server.account.credentials)
    (start,) = NativeClient().opening(Start(to, None, WireFormat(L16, 16_000)))
    recorded: list[Recorded] = []
    alice = connect(
        f"ws://127.0.0.1:{server.port}/media",
        subprotocols=[Subprotocol(SUBPROTOCOL)],
        additional_headers={"Authorization": login},
        proxy=None,
    )
    async with recorded_by_bob(server, "Before Start", recorded), alice as socket:
        for message in (*frames_of(SPEECH, FIRST_WORDS), start):
            await socket.send(message)
        for _ in range(2 * FIRST_WORDS):
            await socket.recv()
    assert has_from_the_first_word_on(recorded[0])
