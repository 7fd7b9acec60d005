"""The lines in the README that point Twilio's library here do so."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.server import Server
from tests.end_to_end.waiting import hear

pytestmark = pytest.mark.end_to_end

README = Path(__file__).resolve().parents[2] / "README.md"


async def test_the_readmes_lines_lead_here(server: Server) -> None:
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    (code,) = (block for block in blocks if "class Confab" in block)
    to = await server.application('<Dial><Conference waitUrl="">Readme</Conference></Dial>')
    async with server.caller(to) as alice:
        await hear(alice, 0.3)
        told = {"CF…": await server.conference_of(alice), "CA…": alice.call_sid or ""}
        for placeholder, sid in told.items():
            code = code.replace(placeholder, sid)
        code = code.replace("http://127.0.0.1:8000", server.http)
        sid, token = server.account.credentials
        names: dict[str, Any] = {"account_sid": sid, "auth_token": token}
        exec(compile(code, str(README), "exec"), names)
        names["client"].http_client.session.close()
        await alice.wait_until_closed(20)
    (stay,) = server.books.stays(told["CF…"])
    assert (bool(stay["muted"]), stay["reason_left"]) == (True, "redirected")
