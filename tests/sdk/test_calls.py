"""Calls sent elsewhere or ended by Twilio's library, wherever they are, and what they hear."""

import asyncio
from typing import Any, Final

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.twiml.voice_response import VoiceResponse

from conference_app.headless_caller import HeadlessCaller
from media_engine.dtmf import key_tones
from tests.end_to_end.books import as_moment
from tests.end_to_end.server import Server
from tests.end_to_end.sound import RATE_HZ, Signal, best_lag, correlation, heard, noise
from tests.end_to_end.waiting import eventually, hear

pytestmark = pytest.mark.end_to_end

KEYS: Final = "159"
ROOM: Final = '<Dial><Conference beep="false" waitUrl="" {}>{}</Conference></Dial>{}'
NEVER: Final = '<Play digits="0000"/>'

WHEREABOUTS: Final = {
    "in a meeting": ROOM.format("", "Alone", NEVER),
    "before hold music": "<Dial><Conference>Early</Conference></Dial>" + NEVER,
    "hearing a sound": '<Play digits="wwwwwwwwwwwwwwwwwwwwwwwwwwwwww"/>' + NEVER,
    "in a pause": '<Pause length="30"/>' + NEVER,
    "at a question": '<Gather timeout="30"/>' + NEVER,
}


def place_of_keys(caller: HeadlessCaller) -> int | None:
    """The sample at which the key tones of a new document begin in what was heard."""
    sound: Signal = heard(caller)
    expected = key_tones(KEYS, RATE_HZ).astype(float)
    if len(sound) < len(expected):
        return None
    place, _ = best_lag(sound, expected, range(max(1, len(sound) - len(expected))))
    alike = correlation(sound[place : place + len(expected)], expected)
    return place if alike > 0.95 else None


def new_document() -> VoiceResponse:
    """Keys to be heard, and that is all."""
    response = VoiceResponse()
    response.play(digits=KEYS)
    return response


@pytest.mark.parametrize("whereabouts", WHEREABOUTS)
async def test_a_call_goes_on_with_new_twiml_wherever_it_is(
    server: Server, twilio: Any, whereabouts: str
) -> None:
    to = await server.application(WHEREABOUTS[whereabouts])
    async with server.caller(to) as alice:
        await hear(alice, 0.4)
        call = await asyncio.to_thread(twilio.calls(alice.call_sid).update, twiml=new_document())
        assert call.status == "in-progress"
        await alice.wait_until_closed(20)
    assert place_of_keys(alice) is not None
    assert alice.close_code == 1000
    row = server.books.call(alice.stream_sid)
    assert (row["status"], row["error_code"]) == ("completed", None)


async def test_a_call_is_sent_to_another_url_while_its_own_server_does_not_answer(
    server: Server, twilio: Any
) -> None:
    slow = server.web.put(b"<Response/>", "text/xml", after_s=10)
    url = server.web.put_twiml(f'<Play digits="{KEYS}"/>')
    async with server.caller(await server.application_at(slow)) as alice:
        await asyncio.to_thread(twilio.calls(alice.call_sid).update, url=url, method="GET")
        await alice.wait_until_closed(8)
    assert place_of_keys(alice) is not None
    (asked,) = server.web.asked_for(url)
    assert asked.method == "GET"
    assert f"CallSid={alice.call_sid}" in asked.url


async def test_when_the_url_fails_its_fallback_counts(server: Server, twilio: Any) -> None:
    to = await server.application(WHEREABOUTS["in a pause"])
    fallback = server.web.put_twiml(f'<Play digits="{KEYS}"/>')
    async with server.caller(to) as alice:
        await asyncio.to_thread(
            twilio.calls(alice.call_sid).update,
            url=f"{server.web.address}/nowhere",
            fallback_url=fallback,
        )
        await alice.wait_until_closed(20)
    assert place_of_keys(alice) is not None
    assert server.web.asked_for(fallback)[0].form["ErrorCode"] == "11217"


async def test_who_is_sent_elsewhere_leaves_the_meeting_and_ends_it_as_its_rules_say(
    server: Server, twilio: Any
) -> None:
    guest = await server.application(ROOM.format("", "Board", '<Play digits="7"/>'))
    chair = await server.application(ROOM.format('endConferenceOnExit="true"', "Board", NEVER))
    async with server.caller(guest) as alice, server.caller(chair) as bob:
        await hear(bob, 0.5)
        conference = await server.conference_of(bob)
        other = await server.application(ROOM.format("", "Annex", NEVER))
        url = await asyncio.to_thread(lambda: twilio.applications(other).fetch().voice_url)
        await asyncio.to_thread(twilio.calls(bob.call_sid).update, url=url)
        await alice.wait_until_closed(20)

        async def moved() -> bool:
            return len(server.books.conferences_of(bob.stream_sid)) == 2

        assert await eventually(moved)
        await hear(bob, 0.2)
        annex = server.books.conferences_of(bob.stream_sid)[1]
        assert await server.people_in(annex) == [bob.call_sid]
    row = await server.end_of(conference)
    assert row["reason_ended"] == "participant-with-end-conference-on-exit-left"
    assert row["call_sid_ending"] == bob.call_sid
    reasons = {stay["stream_sid"]: stay["reason_left"] for stay in server.books.stays(conference)}
    assert reasons == {bob.stream_sid: "redirected", alice.stream_sid: "conference-ended"}


async def test_a_call_can_be_sent_on_again_and_again(server: Server, twilio: Any) -> None:
    to = await server.application(WHEREABOUTS["in a meeting"])
    room = f"<Response>{ROOM.format('', 'Again', NEVER)}</Response>"
    async with server.caller(to) as alice:
        for _ in range(10):
            await asyncio.to_thread(twilio.calls(alice.call_sid).update, twiml=room)
        await asyncio.to_thread(twilio.calls(alice.call_sid).update, twiml=new_document())
        await alice.wait_until_closed(20)
    assert place_of_keys(alice) is not None


async def test_a_time_limit_counts_from_the_beginning_and_breaks_nothing_off(
    server: Server, twilio: Any
) -> None:
    to = await server.application(f'<Pause length="2"/><Play digits="{KEYS}"/>')
    async with server.caller(to) as alice:
        await hear(alice, 1)
        for seconds in (60, 30):
            await asyncio.to_thread(twilio.calls(alice.call_sid).update, time_limit=seconds)
        await alice.wait_until_closed(20)
    place = place_of_keys(alice)
    assert place is not None
    # Broken off, the pause would have been shorter.
    assert place / RATE_HZ > 1.9


async def test_a_call_ends_at_the_limit_that_it_is_given(server: Server, twilio: Any) -> None:
    to = await server.application('<Pause length="60"/>')
    async with server.caller(to) as alice:
        await hear(alice, 1.5)
        call = twilio.calls(alice.call_sid)
        await asyncio.to_thread(call.update, time_limit=3)
        await alice.wait_until_closed(20)
    row = server.books.call(alice.stream_sid)
    assert (row["status"], row["error_code"]) == ("completed", None)
    lasted = as_moment(row["ended_at"]) - as_moment(row["started_at"])
    assert lasted.total_seconds() >= 2.9
    async with server.caller(to) as bob:
        await hear(bob, 1.5)
        await asyncio.to_thread(twilio.calls(bob.call_sid).update, time_limit=1)
        await bob.wait_until_closed(20)


async def test_a_call_is_ended_and_told_of(server: Server, twilio: Any) -> None:
    told = server.web.put(b"", "text/plain")
    guest = await server.application(ROOM.format("", "Short", NEVER))
    async with (
        server.caller(guest, play=noise(1, 5)) as alice,
        server.caller(guest) as bob,
    ):
        await hear(bob, 0.5)
        conference = await server.conference_of(alice)
        call = twilio.calls(alice.call_sid)
        await asyncio.to_thread(call.update, status="canceled")  # not of one that is answered
        await hear(bob, 0.3)
        assert not alice.closed
        await asyncio.to_thread(call.update, status="completed", status_callback=told)
        await alice.wait_until_closed(10)
        assert alice.close_code == 1000

        async def is_over() -> Any:
            fetched = await asyncio.to_thread(call.fetch)
            return fetched if fetched.status == "completed" else None

        ended = await eventually(is_over)
        assert int(ended.duration) >= 1

        async def only_bob_is_in() -> bool:
            return await server.people_in(conference) == [bob.call_sid]

        await eventually(only_bob_is_in)  # the call's end may be in the books before its leaving
        with pytest.raises(TwilioRestException) as caught:
            await asyncio.to_thread(call.update, twiml=new_document())
        assert (caught.value.status, caught.value.code) == (400, 21220)

    async def callback() -> Any:
        return server.web.asked_for(told)

    (asked,) = await eventually(callback)
    assert (asked.form["CallSid"], asked.form["CallStatus"]) == (alice.call_sid, "completed")
    assert await asyncio.to_thread(call.delete)
    with pytest.raises(TwilioRestException) as caught:
        await asyncio.to_thread(call.fetch)
    assert caught.value.status == 404


async def test_calls_are_found_by_their_times(server: Server, twilio: Any) -> None:
    to = await server.application('<Play digits="1"/>')
    async with server.caller(to, from_="+15550123") as alice:
        await alice.wait_until_closed(20)
    (call,) = await asyncio.to_thread(twilio.calls.list, from_="+15550123")
    assert (call.sid, call.to, call.direction) == (alice.call_sid, to, "inbound")
    for found, filters in (
        (1, {"start_time": call.start_time}),
        (1, {"start_time_after": call.start_time, "end_time_before": call.end_time}),
        (1, {"end_time": call.end_time.date()}),
        (0, {"start_time_after": call.end_time.replace(year=call.end_time.year + 1)}),
    ):
        listed = await asyncio.to_thread(twilio.calls.list, from_="+15550123", **filters)
        assert len(listed) == found, filters
