"""Many programs that ask the API at once, in a process of their own: their work is to hold up
nobody's callers.

Reads a Storm from stdin, writes how often each status was the answer to stdout, both JSON.
"""

import asyncio
import json
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from itertools import cycle
from typing import Final

import aiohttp

PATHS: Final = (
    "Conferences.json?PageSize=50",
    "Conferences?Status=in-progress",
    "Calls.json?StartTime>=2026-01-01",
    "Recordings.json",
    "Nothing.json",
)


@dataclass(frozen=True, slots=True)
class Storm:
    """So many programs, who ask for all paths over and over for so long, and on until so many
    requests were granted.

    `accounts`: SID and token of each; a program has one of them.
    """

    http: str
    accounts: list[tuple[str, str]]
    programs: int
    seconds: float
    granted: int


async def ask_again_and_again(
    session: aiohttp.ClientSession, http: str, account: tuple[str, str], answers: Counter[int]
) -> None:
    login = aiohttp.encode_basic_auth(*account)
    for path in cycle(PATHS):
        url = f"{http}/2010-04-01/Accounts/{account[0]}/{path}"
        async with session.get(url, headers={"Authorization": login}) as response:
            answers[response.status] += 1
            await response.read()


async def ask(storm: Storm) -> Counter[int]:
    """Let all programs ask; give how often each status was the answer."""
    answers: Counter[int] = Counter()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        asking = asyncio.gather(
            *(
                ask_again_and_again(session, storm.http, account, answers)
                for account, _ in zip(cycle(storm.accounts), range(storm.programs), strict=False)
            )
        )
        await asyncio.wait([asking], timeout=storm.seconds)
        while not asking.done() and answers[HTTPStatus.OK] < storm.granted:
            await asyncio.wait([asking], timeout=0.1)
        asking.cancel()
        with suppress(asyncio.CancelledError):
            await asking
    return answers


if __name__ == "__main__":
    json.dump(asyncio.run(ask(Storm(**json.load(sys.stdin)))), sys.stdout)
