"""Calling by REST, and what comes of it."""

from tests.end_to_end.books import Row
from tests.end_to_end.server import Server
from tests.end_to_end.waiting import eventually

SILENT = 'waitUrl="" beep="false"'


async def invite(server: Server, room: str, to: str, **form: str) -> tuple[str, str]:
    """Invite somebody by REST; give the SIDs of conference and call."""
    silent = {"WaitUrl": "", "Beep": "false", "From": "test"}
    path = f"Conferences/{room}/Participants"
    status, answer = await server.rest("POST", path, None, To=to, **(silent | form))
    assert status == 201, answer
    assert answer["status"] == "queued"
    return answer["conference_sid"], answer["call_sid"]


async def call(server: Server, to: str, **form: str) -> str:
    """Call somebody by REST; give the call's SID."""
    status, answer = await server.rest("POST", "Calls", None, To=to, From="test", **form)
    assert status == 201, answer
    assert answer["status"] == "queued"
    return str(answer["sid"])


async def end_of_call(server: Server, sid: str) -> Row:
    """Give the row of a call, once it is over."""

    async def ask() -> Row | None:
        row = server.books.call_by_sid(sid)
        return row if row["ended_at"] else None

    return await eventually(ask)


async def join(server: Server, room: str) -> str:
    """Make an application that leads to a room."""
    return await server.application(f"<Dial><Conference {SILENT}>{room}</Conference></Dial>")


async def told_of(server: Server, callback: str, count: int) -> list[dict[str, str]]:
    """Give what a status callback was told, once it is so much."""

    async def ask() -> bool:
        return len(server.web.asked_for(callback)) == count

    await eventually(ask)
    return [asked.form for asked in server.web.asked_for(callback)]
