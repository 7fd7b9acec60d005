"""The test speaker: who is alone in a meeting calls it in, hears it, and is rid of it again."""

import asyncio
from collections.abc import Iterator

import pytest

from conference_app.headless_caller import HeadlessCaller
from tests.end_to_end.books import Row
from tests.end_to_end.operator import Operator
from tests.end_to_end.server import RunServer, Server
from tests.end_to_end.sound import RATE_HZ, best_lag, heard, level_dbfs, voice
from tests.end_to_end.waiting import eventually, hear

pytestmark = pytest.mark.end_to_end

SILENT_ROOM = '<Dial><Conference waitUrl="" beep="false">{}</Conference></Dial>'
QUIET_DBFS = -80
LOUD_DBFS = -40


@pytest.fixture(scope="module")
def server(a_server: RunServer) -> Iterator[Server]:
    """A server with one account: who sits at the machine presses for the newest one there is."""
    with a_server() as server:
        yield server


async def press(visitor: Operator, call_sid: str | None) -> tuple[int, str]:
    """Press the phone's button; give the status and the words of the answer."""
    headers = {"X-CSRFToken": await visitor.form_token("/")}
    form = {"callSid": call_sid or ""}
    async with visitor.session.post("/phone/test-speaker", data=form, headers=headers) as answer:
        return answer.status, (await answer.json())["message"]


async def called_in(server: Server, visitor: Operator, caller: HeadlessCaller) -> str:
    """Wait until the caller is in a meeting, press the button, and wait for the speaker there."""
    conference = await meeting_of(server, caller)
    assert await press(visitor, caller.call_sid) == (200, "A test speaker comes in.")

    async def ask() -> list[str]:
        people = await server.people_in(conference)
        return [sid for sid in people if sid != caller.call_sid]

    (speaker,) = await eventually(ask)
    return speaker


async def meeting_of(server: Server, caller: HeadlessCaller) -> str:
    """Give the meeting that a caller is in, by the books."""
    conference = await server.conference_of(caller)

    async def is_in() -> bool:
        return caller.call_sid in await server.people_in(conference)

    await eventually(is_in)
    return conference


async def is_heard(caller: HeadlessCaller) -> bool:
    await hear(caller, 1)
    return level_dbfs(heard(caller)[-RATE_HZ:]) > LOUD_DBFS


async def is_over(server: Server, sid: str) -> Row | None:
    row = server.books.call_by_sid(sid)
    return row if row["ended_at"] else None


async def test_who_is_alone_hears_somebody_and_is_alone_again(server: Server) -> None:
    to = await server.application(SILENT_ROOM.format("Try me"))
    async with Operator(server) as visitor:
        async with server.caller(to) as caller:
            await hear(caller, 1)
            assert level_dbfs(heard(caller)) < QUIET_DBFS
            speaker = await called_in(server, visitor, caller)
            await hear(caller, 5)
            sound, said = heard(caller), voice("alice")[: 2 * RATE_HZ].astype(float)
            assert best_lag(sound, said, range(len(sound) - len(said)))[1] > 0.9
            assert (await press(visitor, caller.call_sid))[0] == 409
            conference = await server.conference_of(caller)
            assert sorted(await server.people_in(conference)) == sorted(
                [str(caller.call_sid), speaker]
            )
            _, told = await server.rest("GET", f"Conferences/{conference}/Participants/{speaker}")
            assert told["label"] == "Test speaker"
        row = await eventually(lambda: is_over(server, speaker))
        assert row["status"] == "completed"
        assert row["error_code"] is None
        assert (await server.end_of(conference))["status"] == "completed"


async def test_it_is_muted_put_out_and_called_again(server: Server) -> None:
    to = await server.application(SILENT_ROOM.format("Steered"))
    async with Operator(server) as visitor, server.caller(to) as caller:
        speaker = await called_in(server, visitor, caller)
        await eventually(lambda: is_heard(caller))
        conference = await server.conference_of(caller)
        path = f"Conferences/{conference}/Participants/{speaker}"

        await server.rest("POST", path, Muted="true")
        await hear(caller, 0.5)
        silent_from = len(heard(caller))
        await hear(caller, 2)
        assert level_dbfs(heard(caller)[silent_from:]) < QUIET_DBFS

        await server.rest("DELETE", path)
        await eventually(lambda: is_over(server, speaker))

        async def is_alone() -> bool:
            return await server.people_in(conference) == [caller.call_sid]

        await eventually(is_alone)  # a call's end may be in the books before its leaving
        again = await called_in(server, visitor, caller)
        assert again != speaker
        await eventually(lambda: is_heard(caller))


async def test_of_many_who_ask_at_once_one_gets_it(server: Server) -> None:
    to = await server.application(SILENT_ROOM.format("Crowded"))
    async with Operator(server) as visitor, server.caller(to) as caller:
        await meeting_of(server, caller)
        answers = await asyncio.gather(*(press(visitor, caller.call_sid) for _ in range(5)))
        assert sorted(status for status, _ in answers) == [200, 409, 409, 409, 409]


async def test_who_is_in_no_meeting_is_told_so(server: Server) -> None:
    to = await server.application('<Pause length="30"/>')
    async with Operator(server) as visitor, server.caller(to) as caller:
        assert await press(visitor, caller.call_sid) == (404, "You are in no meeting yet.")
        assert (await press(visitor, "CA1\0"))[0] == 404
