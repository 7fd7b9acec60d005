"""A user's web server is told of a meeting while it goes on, and of what is left of it."""

import asyncio
from dataclasses import dataclass

import pytest
from twilio.request_validator import RequestValidator

from tests.end_to_end.books import as_moment
from tests.end_to_end.server import Server
from tests.end_to_end.sound import noise
from tests.end_to_end.waiting import eventually, hear
from tests.end_to_end.web_server import Asked

pytestmark = pytest.mark.end_to_end


@dataclass
class Told:
    """What came to each URL that the first caller's document and application name."""

    conference: str
    status: list[Asked]
    event: list[Asked]
    call: list[Asked]


@pytest.fixture(scope="module")
def told(server: Server) -> Told:
    """What was told of one meeting, to all tests of this module."""
    return asyncio.run(hold_a_meeting(server))


async def hold_a_meeting(server: Server) -> Told:
    """Two callers meet for a moment and hang up."""
    status, event, call = (server.web.put(b"", "text/plain") for _ in range(3))
    applications = []
    for label in ("guest", "host"):
        voice = server.web.put_twiml(
            '<Dial><Conference waitUrl="" beep="false" record="record-from-start"'
            f' participantLabel="{label}" statusCallback="{status}" eventCallbackUrl="{event}"'
            ' statusCallbackEvent="start end join leave">Webhooks</Conference></Dial>'
        )
        _, made = await server.rest("POST", "Applications", VoiceUrl=voice, StatusCallback=call)
        applications.append(made["sid"])
    async with server.caller(applications[0], play=noise(1, 5)) as first:
        await hear(first, 0.5)
        async with server.caller(applications[1]) as second:
            await hear(second, 1)
            conference = await server.conference_of(second)
        await hear(first, 0.5)

    async def everything() -> bool:
        arrived = [len(server.web.asked_for(url)) for url in (status, event, call)]
        return arrived == [6, 1, 2]

    await eventually(everything)
    return Told(conference, *(server.web.asked_for(url) for url in (status, event, call)))


def test_a_status_callback_is_told_of_a_meeting_in_order(told: Told) -> None:
    assert [
        (asked.form["SequenceNumber"], asked.form["StatusCallbackEvent"]) for asked in told.status
    ] == [
        ("1", "participant-join"),
        ("2", "participant-join"),
        ("3", "conference-start"),
        ("4", "participant-leave"),
        ("5", "participant-leave"),
        ("6", "conference-end"),
    ]
    assert {asked.form["ConferenceSid"] for asked in told.status} == {told.conference}
    assert told.status[0].form["ParticipantLabel"] == "guest"


def test_the_event_callback_gets_the_recordings_url(server: Server, told: Told) -> None:
    (asked,) = told.event
    assert asked.form["EventName"] == "conference-record-end"
    account = f"{server.http}/2010-04-01/Accounts/{server.account.sid}"
    assert asked.form["RecordingUrl"].startswith(f"{account}/Recordings/RE")


def test_each_call_tells_its_applications_status_callback_that_it_is_over(
    server: Server, told: Told
) -> None:
    assert [asked.form["CallStatus"] for asked in told.call] == ["completed"] * 2
    for asked in told.call:
        call = server.books.call_by_sid(asked.form["CallSid"])
        lasted = as_moment(call["ended_at"]) - as_moment(call["started_at"])
        assert lasted.total_seconds() > 1
        assert int(asked.form["CallDuration"]) == pytest.approx(lasted.total_seconds(), abs=1)


def test_what_is_told_is_signed_by_the_account(server: Server, told: Told) -> None:
    validator = RequestValidator(server.account.auth_token)
    for asked in (*told.status, *told.event, *told.call):
        assert validator.validate(asked.url, asked.form, asked.signature)
