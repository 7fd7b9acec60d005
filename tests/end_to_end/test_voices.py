"""Voices of one loudness and without noise: by a room's setting, and for one participant."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from uuid import uuid4

import numpy as np
import pytest
import pytest_asyncio

from conference_app.headless_caller import HeadlessCaller
from media_engine.pcm import FULL_SCALE, Pcm
from tests.end_to_end.operator import Operator
from tests.end_to_end.server import Server
from tests.end_to_end.sound import (
    FRAME,
    RATE_HZ,
    SILENCE,
    frame_levels_dbfs,
    heard,
    level_dbfs,
    noise,
    voice,
)
from tests.end_to_end.waiting import eventually, hear

pytestmark = pytest.mark.end_to_end

SPOKEN_S = 8


@pytest_asyncio.fixture
async def operator(server: Server) -> AsyncIterator[Operator]:
    async with Operator(server) as operator:
        await operator.login()
        yield operator


async def make_room(server: Server, operator: Operator, name: str, **settings: str) -> None:
    """Fill in the control room's form."""
    path = "/admin/conference_app/room/add/"
    account = server.books.account(server.account.sid)["id"]
    form = {"account": str(account), "name": name, "max_participants": "", **settings}
    form["csrfmiddlewaretoken"] = await operator.form_token(path)
    async with operator.session.post(path, data=form) as answer:
        assert answer.url.path == "/admin/conference_app/room/", await answer.text()


def spoken(dbfs: float) -> Pcm:
    """Words of alice, at a level."""
    words = voice("alice")[: SPOKEN_S * RATE_HZ].astype(np.float64)
    words *= FULL_SCALE * 10 ** (dbfs / 20) / np.sqrt(np.mean(np.square(words)))
    return np.clip(words, -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)


async def level_of(talker: HeadlessCaller, listener: HeadlessCaller, dbfs: float) -> float:
    """How loud somebody is heard who has spoken for 5 s."""
    talker.play(spoken(dbfs))
    await hear(listener, 5.3)
    begin = len(listener.heard()) * RATE_HZ // listener.wire.rate_hz
    await hear(listener, 2.0)
    sound = heard(listener)[begin : begin + 2 * RATE_HZ]
    frames = frame_levels_dbfs(sound[: len(sound) // FRAME * FRAME].reshape(-1, FRAME))
    talker.play(SILENCE)
    await hear(listener, 0.6)
    # Of the loud frames, of which a stall of the machine makes fewer, but no others.
    return float(np.percentile(frames, 85))


async def difference(server: Server, room: str) -> float:
    """By how much a talker at -12 dBFS is louder in a room than one at -35."""
    conference = f'<Conference beep="false" waitUrl="">{room}</Conference>'
    application = await server.application(f"<Dial>{conference}</Dial>")
    async with AsyncExitStack() as calls:
        quiet, loud, listener = [
            await calls.enter_async_context(server.caller(application, play=SILENCE))
            for _ in range(3)
        ]
        await hear(listener, 0.5)
        return await level_of(loud, listener, -12) - await level_of(quiet, listener, -35)


async def test_talkers_of_a_room_are_brought_to_one_loudness(
    server: Server, operator: Operator
) -> None:
    even, plain = uuid4().hex, uuid4().hex
    await make_room(server, operator, even, auto_gain_control="on")
    await make_room(server, operator, plain)
    levelled, as_they_are = await asyncio.gather(
        difference(server, even), difference(server, plain)
    )
    assert abs(levelled) <= 3
    assert as_they_are == pytest.approx(23, abs=3)


async def test_noise_is_taken_out_of_one_participant(server: Server) -> None:
    conference = f'<Conference beep="false" waitUrl="">{uuid4().hex}</Conference>'
    application = await server.application(f"<Dial>{conference}</Dial>")
    hiss = noise(1, 5)
    async with (
        server.caller(application, play=hiss, loop=True) as noisy,
        server.caller(application, play=SILENCE) as listener,
    ):
        await hear(listener, 1.0)
        before = level_dbfs(heard(listener)[-RATE_HZ // 2 :])
        sid = await server.conference_of(listener)
        path = f"Conferences/{sid}/Participants/{noisy.call_sid}"
        status, _ = await server.rest("POST", path, None, NoiseSuppression="true")
        assert status == 200

        async def is_quieter() -> bool:
            return level_dbfs(heard(listener)[-RATE_HZ // 2 :]) < before - 6

        await eventually(is_quieter)

        async def told() -> bool:
            _, page = await server.rest("GET", f"Conferences/{sid}/Audibility")
            states = {one["call_sid"]: one["noise_suppression"] for one in page["participants"]}
            return states == {noisy.call_sid: True, listener.call_sid: False}

        await eventually(told)
        await server.rest("POST", path, None, NoiseSuppression="false")

        async def is_back() -> bool:
            return level_dbfs(heard(listener)[-RATE_HZ // 4 :]) > before - 1

        await eventually(is_back)
