"""Pages of other sites, at the media socket of a real server."""

import json
from typing import Any

import aiohttp
import pytest

from tests.builders import basic
from tests.end_to_end.server import Server

pytestmark = pytest.mark.end_to_end

START = {
    "event": "start",
    "to": "simple-conference",
    "mediaFormat": {"encoding": "audio/x-l16", "sampleRate": 16000},
}


async def answer_to(server: Server, origin: str) -> Any:
    """Call with the account's credentials, as a page of this origin; give the first answer."""
    url = f"{server.http}/media"
    headers = {"Origin": origin, "Authorization": basic(*server.account.credentials)}
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(url, headers=headers, protocols=["audio.confab"]) as socket,
    ):
        await socket.send_str(json.dumps(START))
        return json.loads(await socket.receive_str(timeout=30))


async def test_a_page_of_ours_may_call(server: Server) -> None:
    assert (await answer_to(server, server.http))["event"] == "started"


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:1", "null"])
async def test_a_page_of_another_site_may_not(server: Server, origin: str) -> None:
    answer = await answer_to(server, origin)
    assert (answer["event"], answer["code"]) == ("error", 20003)
