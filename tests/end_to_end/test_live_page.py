"""The live page of a meeting: what an operator is told over its socket, and what he can do."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio

from conference_app import sids
from tests.end_to_end.operator import Operator, make_operator, take_off_all_accounts
from tests.end_to_end.server import PATIENCE_S, Server
from tests.end_to_end.sound import voice
from tests.end_to_end.waiting import eventually, hear

pytestmark = pytest.mark.end_to_end

ROOM = "<Dial><Conference>watched</Conference></Dial>"
MARKUP = "<img src=x onerror=alert(1)>"
LOUD_DBFS = -45


@pytest_asyncio.fixture
async def operator(server: Server) -> AsyncIterator[Operator]:
    async with Operator(server) as operator:
        await operator.login()
        yield operator


async def test_an_operator_watches_and_steers_a_meeting(server: Server, operator: Operator) -> None:
    to = await server.application(ROOM)
    alice = server.caller(to, from_="alice", play=voice("alice"), loop=True)
    mallory = server.caller(to, from_=MARKUP)
    async with alice:
        sid = await server.conference_of(alice)
        async with operator.watch(sid) as page:
            alone = await page.state(lambda state: len(state["people"]) == 1)
            assert alone["status"] == "init"
            async with mallory:
                state = await page.state(lambda state: state["status"] == "in-progress")
                speaker, silent = state["people"]
                assert [speaker["name"], silent["name"]] == ["alice", MARKUP]
                levels = await page.levels(
                    lambda levels: levels.get(speaker["call_sid"], -96) > LOUD_DBFS
                )
                assert levels[silent["call_sid"]] == -96
                arrivals = await page.arrivals(lambda legs: silent["call_sid"] in legs)
                buffered_ms, late, concealed, _, poor = arrivals[silent["call_sid"]]
                assert 0 <= buffered_ms <= 260
                assert 0 <= concealed <= late
                assert poor in (0, 1)

                key = server.books.conference(sid)["id"]
                assert (await operator.steer(key, order="mute", person=str(speaker["id"])))[
                    0
                ] == 200
                muted = await page.state(
                    lambda state: state["timeline"][0]["kind"] == "participant-mute"
                )
                assert [person["muted"] for person in muted["people"]] == [True, False]

                assert (await operator.steer(key, order="kick", person=str(silent["id"])))[0] == 200
                left = await page.state(lambda state: len(state["people"]) == 1)
                assert left["timeline"][0]["who"] == MARKUP

                assert (await operator.steer(key, order="end"))[0] == 200
                ended = await page.state(lambda state: state["status"] == "completed")
                assert ended["people"] == []
                assert await page.levels(lambda levels: not levels) == {}


async def test_who_comes_back_gets_the_state_that_is_true_now(
    server: Server, operator: Operator
) -> None:
    to = await server.application(ROOM.replace("watched", "left alone"))
    async with server.caller(to, from_="alice") as alice:
        sid = await server.conference_of(alice)
        async with operator.watch(sid) as page:
            await page.state(lambda state: len(state["people"]) == 1)
        async with server.caller(to, from_="bob") as bob:
            await hear(bob, 0.1)
            await eventually(lambda: _people(server, sid, 2))
            async with operator.watch(sid) as page:
                assert len((await page.state())["people"]) == 2


async def _people(server: Server, sid: str, number: int) -> bool:
    return len(await server.people_in(sid)) == number


async def test_the_socket_is_for_our_own_pages_and_operators_who_may_look(
    server: Server, operator: Operator
) -> None:
    to = await server.application(ROOM.replace("watched", "guarded"))
    async with server.caller(to) as caller, Operator(server) as stranger:
        sid = await server.conference_of(caller)
        for watcher, headers in (
            (stranger, {}),
            (operator, {"Origin": "https://elsewhere.example"}),
            (operator, {"Origin": "null"}),
            (operator, {"Origin": "https://elsewhere.example", "Host": "elsewhere.example"}),
        ):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                async with watcher.watch(sid, **headers):
                    pass
            assert refused.value.status == 403
        with pytest.raises(aiohttp.WSServerHandshakeError):
            async with operator.watch("CF" + "0" * 32):
                pass


async def test_who_logs_out_is_told_nothing_more(server: Server, operator: Operator) -> None:
    to = await server.application(ROOM.replace("watched", "logged out of"))
    async with server.caller(to) as caller:
        sid = await server.conference_of(caller)
        async with operator.watch(sid) as page:
            await page.state()
            token = await operator.form_token("/admin/")
            form = {"csrfmiddlewaretoken": token}
            async with operator.session.post("/admin/logout/", data=form) as answer:
                assert answer.status == 200
            async with server.caller(to) as news:
                await hear(news, 0.1)
                with pytest.raises(AssertionError, match="4001"):
                    while True:
                        await page.state()


async def test_who_is_no_operator_of_the_account_is_told_nothing(server: Server) -> None:
    to = await server.application(ROOM.replace("watched", "of one account"))
    rights = ["view_conference", "change_conference"]
    for name, account in (("olga", server.account.sid), ("oscar", sids.new("AC"))):
        make_operator(server, name, accounts=[account], rights=rights)
    async with server.caller(to) as caller, Operator(server) as olga, Operator(server) as oscar:
        await olga.login("olga")
        await oscar.login("oscar")
        sid = await server.conference_of(caller)
        key = server.books.conference(sid)["id"]
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            async with oscar.watch(sid):
                pass
        assert refused.value.status == 403
        async with olga.watch(sid) as page:
            assert len((await page.state())["people"]) == 1
            assert (await olga.steer(key, order="lock"))[0] == 200
            await page.state(lambda state: bool(state["locked"]))
            await asyncio.to_thread(take_off_all_accounts, server, "olga")
            # After 15 s, though nothing happens.
            with pytest.raises(AssertionError, match="4001"):
                async with asyncio.timeout(PATIENCE_S):
                    while True:
                        await page.levels()
        assert len(await server.people_in(sid)) == 1
