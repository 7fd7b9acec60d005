"""Gather by a caller's own keys: what ends it, and what the next document is told."""

import asyncio

import pytest

from media_engine.dtmf import key_tones
from tests.end_to_end.books import as_moment
from tests.end_to_end.calling import end_of_call
from tests.end_to_end.server import Server
from tests.end_to_end.sound import RATE_HZ, best_lag, correlation, heard
from tests.end_to_end.waiting import eventually, hear

pytestmark = pytest.mark.end_to_end

LONG_PROMPT = '<Play digits="1W2W3W4W5W6W7W8W9W"/>'
AFTERWARDS = '<Play digits="9"/><Pause length="2"/>'


async def digits_told(server: Server, gather: str, keys: str, *, wait_s: float = 0.5) -> str | None:
    """Run a document that gathers; press keys; give what its action was told, None if it was not
    asked.
    """
    action = server.web.put_twiml(AFTERWARDS)
    to = await server.application(f"{gather.format(action=action)}<Hangup/>")
    async with server.caller(to) as alice:
        await hear(alice, wait_s)
        await alice.send_digits(keys)
        await alice.wait_until_closed(30)
    asked = server.web.asked_for(action)
    return asked[0].form["Digits"] if asked else None


@pytest.mark.parametrize(
    ("gather", "keys", "told"),
    [
        ('<Gather numDigits="3" action="{action}"/>', "123", "123"),
        ('<Gather action="{action}"/>', "42#", "42"),
        ('<Gather finishOnKey="*" action="{action}"/>', "4#2*", "4#2"),
        ('<Gather finishOnKey="" timeout="1" action="{action}"/>', "1#*", "1#*"),
        ('<Gather timeout="1" action="{action}"/>', "77", "77"),
        ('<Gather timeout="1" action="{action}"/>', "", None),
    ],
    ids=["enough digits", "finish key", "another finish key", "no finish key", "timeout", "none"],
)
async def test_gather_is_over_when_its_attributes_say_so(
    server: Server, gather: str, keys: str, told: str | None
) -> None:
    assert await digits_told(server, gather, keys) == told


async def test_a_key_ends_the_prompts(server: Server) -> None:
    gather = f'<Gather numDigits="1" action="{{action}}">{LONG_PROMPT}</Gather>'
    action = server.web.put_twiml("<Hangup/>")
    to = await server.application(gather.format(action=action))
    async with server.caller(to) as alice:
        await hear(alice, 1)
        await alice.send_digit("5")
        await alice.wait_until_closed(30)
    assert len(heard(alice)) < 5 * RATE_HZ
    assert server.web.asked_for(action)[0].form["Digits"] == "5"


async def test_prompts_are_heard_and_then_the_time_runs(server: Server) -> None:
    to = await server.application('<Gather timeout="1"><Play digits="36"/></Gather><Hangup/>')
    async with server.caller(to) as alice:
        await alice.wait_until_closed(30)
    sound, tones = heard(alice), key_tones("36", RATE_HZ).astype(float)
    place, _ = best_lag(sound, tones, range(RATE_HZ))
    assert correlation(sound[place : place + len(tones)], tones) > 0.95
    # By the server's clock: a busy machine skips ticks, and what is heard is shorter.
    call = await end_of_call(server, server.books.call(alice.stream_sid)["sid"])
    lasted = as_moment(call["ended_at"]) - as_moment(call["started_at"])
    assert lasted.total_seconds() >= len(tones) / RATE_HZ + 0.9


async def test_gather_without_an_action_asks_its_own_document_again(server: Server) -> None:
    url = server.web.put_twiml('<Gather numDigits="1"/><Hangup/>')
    to = await server.application_at(url)
    async with server.caller(to) as alice:
        await hear(alice, 0.5)
        await alice.send_digit("8")

        async def told() -> bool:
            return any(asked.form.get("Digits") == "8" for asked in server.web.asked_for(url))

        await eventually(told)
    await asyncio.sleep(0)
