"""Twilio's own library makes calls and invites people, its host name replaced."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from typing_extensions import override

from tests.end_to_end import agent as agents
from tests.end_to_end.calling import end_of_call, told_of
from tests.end_to_end.server import Server
from tests.end_to_end.waiting import eventually

pytestmark = pytest.mark.end_to_end


class OtherHost(TwilioHttpClient):  # type: ignore[misc] # the library has no types
    """Asks a server of ours in place of api.twilio.com."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self._address = address

    @override
    def request(self, method: str, uri: str, *args: Any, **options: Any) -> Response:
        here = uri.replace("https://api.twilio.com", self._address)
        return super().request(method, here, *args, **options)


@pytest.fixture
def library(server: Server) -> Any:
    account = server.account
    return Client(account.sid, account.auth_token, http_client=OtherHost(server.http))


async def run(make: Callable[..., Any], **options: Any) -> Any:
    """The library blocks; the agents of a test live in its loop."""
    return await asyncio.to_thread(make, **options)


async def test_a_call(server: Server, library: Any) -> None:
    callback = server.web.put(b"", "text/plain")
    async with agents.serving(agents.listen) as agent:
        call = await run(
            library.calls.create,
            to=agent.url,
            from_="client:alice",
            twiml='<Response><Play digits="1"/></Response>',
            send_digits="2",
            status_callback=callback,
            status_callback_event=["answered", "completed"],
            timeout=10,
            time_limit=20,
        )
        assert (call.status, call.direction, call.to) == ("queued", "outbound-api", agent.url)
        assert (call._from, call.start_time, call.duration) == ("client:alice", None, None)
        assert (await end_of_call(server, call.sid))["status"] == "completed"
    told = await told_of(server, callback, 2)
    assert [form["CallStatus"] for form in told] == ["in-progress", "completed"]


async def test_a_participant(server: Server, library: Any) -> None:
    async with agents.serving(agents.listen) as agent:
        invited = await run(
            library.conferences("Library room").participants.create,
            to=agent.url,
            from_="client:alice",
            label="echo",
            early_media=True,
            beep="onEnter",
            muted=True,
            start_conference_on_enter=True,
            end_conference_on_exit=True,
            wait_url="",
            max_participants=5,
            conference_record="record-from-start",
            conference_trim="do-not-trim",
            conference_status_callback_event=["start", "join"],
            conference_recording_status_callback_event=["completed", "absent"],
            recording_track="both",
            jitter_buffer_size="small",
            timeout=30,
        )
        assert (invited.status, invited.label, invited.muted) == ("queued", "echo", True)
        assert (invited.end_conference_on_exit, invited.hold) == (True, False)
        assert invited.coaching is False

        async def there() -> bool:
            return await server.people_in(invited.conference_sid) == [invited.call_sid]

        await eventually(there)
        participant = await run(
            library.conferences(invited.conference_sid).participants("echo").fetch
        )
        assert (participant.muted, participant.status) == (True, "connected")
        assert participant.end_conference_on_exit is True


async def test_what_can_not_be_called_is_told_in_twilios_numbers(library: Any) -> None:
    twiml = "<Response/>"
    cases: list[tuple[dict[str, Any], int]] = [
        ({"to": "+15550100", "twiml": twiml}, 21211),
        ({"to": "client:alice"}, 21205),
        ({"to": "client:alice", "url": "ftp://x"}, 21205),
        ({"to": "client:alice", "application_sid": "AP" + "0" * 32}, 21218),
        ({"to": "client:alice", "twiml": twiml, "send_digits": "x"}, 21206),
        ({"to": "client:alice", "twiml": twiml, "timeout": 601}, 21208),
        ({"to": "client:alice", "url": "http://a", "method": "PUT"}, 21209),
    ]
    for options, code in cases:
        with pytest.raises(TwilioRestException) as raised:
            await run(library.calls.create, from_="client:bob", **options)
        assert (raised.value.status, raised.value.code) == (400, code), options
