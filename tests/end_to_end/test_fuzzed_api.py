"""The API under strange requests, made from its own description by schemathesis.

Whatever is sent, the answer is one that the description has: no 500, no other status, no other
body. There are meetings with people in them, and half of the paths lead to what is there.
"""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.end_to_end.server import Account, Server
from tests.end_to_end.waiting import hear

pytestmark = pytest.mark.end_to_end

CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
MEETINGS: Final = 4
THINGS: Final = 10
KINDS: Final = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)


@dataclass
class Tried:
    """How often each call was made, and what its answers were."""

    cases: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)


@dataclass
class Fuzzer:
    """Makes requests for one account. `there`: what it has, by the first name in a path: for each
    thing the values that lead to it.
    """

    server: Server
    account: Account
    there: dict[str, list[dict[str, str]]]
    tried: Tried = field(default_factory=Tried)

    def fuzz(self, each: int, *, always_the_same: bool) -> None:
        """Make `each` requests of each kind for each call. AssertionError for a wrong answer."""
        schema = schemathesis.openapi.from_url(f"{self.server.http}/api/schema/")
        operations = []
        for found in schema.get_all_operations():
            assert isinstance(found, Ok), found
            operations.append(found.ok())
        for operation in sorted(operations, key=_what_it_destroys):
            for kind in KINDS:
                self._fuzz_operation(operation, kind, each, always_the_same)

    def _fuzz_operation(self, operation: Any, kind: Any, each: int, always_the_same: bool) -> None:
        there = self.there.get(_first_name(operation), [])
        anything: st.SearchStrategy[dict[str, str]] = st.just({})

        @settings(
            max_examples=each,
            deadline=None,
            database=None,
            derandomize=always_the_same,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(
            case=operation.as_strategy(generation_mode=kind),
            real=anything | st.sampled_from(there) if there else anything,
        )
        def make(case: Any, real: dict[str, str]) -> None:
            # Another account's paths lead nowhere, whatever follows.
            own = {"account_sid": self.account.sid} | real
            own = {name: value for name, value in own.items() if f"{{{name}}}" in operation.path}
            case.path_parameters = {**(case.path_parameters or {}), **own}
            self._make(operation.label, case)

        make()

    def _make(self, label: str, case: Any) -> None:
        with requests.Session() as session:
            session.auth = self.account.credentials
            session.trust_env = False
            response = case.call(base_url=self.server.http, session=session, timeout=30)
        self.tried.cases[label] += 1
        self.tried.statuses[response.status_code] += 1
        case.validate_response(response, checks=CHECKS)


def _first_name(operation: Any) -> str:
    """What follows the account in a path; "" for nothing."""
    found = re.search(r"\{account_sid\}/(\w+)", operation.path)
    return found[1] if found else ""


def _what_it_destroys(operation: Any) -> int:
    """Those that leave others nothing to do come last: the end of a meeting, then removals."""
    if operation.method.upper() == "DELETE":
        return 2
    return int(operation.method.upper() == "POST" and operation.path.endswith("/{sid}.json"))


@asynccontextmanager
async def fuzzer_among_people(server: Server) -> AsyncIterator[Fuzzer]:
    """An account with applications, keys, and meetings in which somebody waits."""
    account = Account()
    await asyncio.to_thread(server.bootstrap, account)
    there: dict[str, list[dict[str, str]]] = {"Conferences": [], "Calls": []}
    for name in ("Applications", "Keys"):
        made = [await server.rest("POST", name, account) for _ in range(THINGS)]
        there[name] = [{"sid": row["sid"]} for _, row in made]
    async with AsyncExitStack() as calls:
        for number in range(MEETINGS):
            to = await server.application(
                f'<Dial><Conference waitUrl="" participantLabel="p{number}">Fuzz {number}'
                "</Conference></Dial>",
                account,
            )
            caller = server.caller(to, auth=account.credentials)
            await calls.enter_async_context(caller)
            await hear(caller, 0.2)
            sid = await server.conference_of(caller)
            there["Calls"].append({"sid": caller.call_sid or ""})
            there["Conferences"] += [
                {"sid": sid, "conference_sid": sid, "who": who}
                for who in (caller.call_sid or "", f"p{number}")
            ]
        yield Fuzzer(server, account, there)


async def run(server: Server, each: int, *, always_the_same: bool) -> Tried:
    async with fuzzer_among_people(server) as fuzzer:
        await asyncio.to_thread(fuzzer.fuzz, each, always_the_same=always_the_same)
    assert "Traceback" not in server.log
    return fuzzer.tried


async def test_a_hundred_strange_requests_get_proper_answers(server: Server) -> None:
    tried = await run(server, 4, always_the_same=True)
    assert tried.cases.total() > 100
    assert {200, 400, 404} <= set(tried.statuses)


@pytest.mark.slow
async def test_two_thousand_strange_requests_get_proper_answers(server: Server) -> None:
    tried = await run(server, 75, always_the_same=False)
    assert tried.cases.total() >= 2000
    assert {200, 201, 204, 400, 404} <= set(tried.statuses)
