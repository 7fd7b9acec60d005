"""What the outbox holds arrives: signed, in order, again and again until it is answered.

Nobody looks into the database while a sender runs: the one in memory has no place for two.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_network
from typing import Any

import pytest
from channels.db import database_sync_to_async
from django.db import OperationalError
from django.utils import timezone
from twilio.request_validator import RequestValidator

from conference_app.http_client import HttpClient, HttpSettings
from conference_app.models import Account, Conference, WebhookDelivery
from conference_app.services import outbox, retry_rules, webhook_sender
from conference_app.services.sending_slots import SLOTS_OF_RECEIVER
from conference_app.services.webhook_sender import WebhookSender
from tests.builders import build_conference, build_delivery
from tests.conference_app.http_client.receiver import Receiver, Request, reply, silence

pytestmark = pytest.mark.django_db(transaction=True)

LOOPBACK = (ip_network("127.0.0.0/8"),)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """A user's server; a test may change what it answers."""
    receiver = Receiver(lambda request: reply())
    await receiver.start()
    yield receiver
    await receiver.stop()


@asynccontextmanager
async def sending() -> AsyncIterator[WebhookSender]:
    """A sender that runs until the block ends, and has settled everything then."""
    async with HttpClient(HttpSettings(allowed=LOOPBACK)) as http:
        sender = WebhookSender(http, name="test")
        running = asyncio.ensure_future(sender.run())
        try:
            yield sender
        finally:
            sender.stop()
            await asyncio.wait_for(running, 10)


@pytest.fixture
def conference(alice: Account) -> Conference:
    return build_conference(alice)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for long in a test."""
    monkeypatch.setattr(retry_rules, "DELAYS_S", (0.01,) * 9)
    monkeypatch.setattr(webhook_sender, "POLL_S", 0.02)
    monkeypatch.setattr(webhook_sender, "DATABASE_RETRY_S", 0.02)
    monkeypatch.setattr(webhook_sender, "GRACE_S", 0.1)


async def put(conference: Conference, url: str, *words: str, **columns: Any) -> None:
    """Queue word of these events, due now."""
    for word in words or ("participant-join",):
        params = [("StatusCallbackEvent", word)]
        await database_sync_to_async(build_delivery)(
            conference, url, params=params, queued_at=timezone.now(), **columns
        )


async def rows(*columns: str) -> list[Any]:
    found = WebhookDelivery.objects.order_by("id").values_list(*columns)
    return [row async for row in found]


async def arrivals(receiver: Receiver, number: int) -> list[Request]:
    """Give the first requests that came, once there are so many."""
    async with asyncio.timeout(10):
        for _ in range(number):
            await receiver.arrived.acquire()
    return receiver.requests[:number]


def words(requests: list[Request]) -> list[str]:
    return [dict(request.form)["StatusCallbackEvent"] for request in requests]


def refusing(times: int) -> Any:
    """An answer that is an error so many times, and then none."""
    answers = iter([reply(status="503 x")] * times)
    return lambda request: next(answers, reply())


@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_twilios_validator_takes_the_signature(
    receiver: Receiver, conference: Conference, method: str
) -> None:
    await put(conference, receiver.url("/told?a=1"), method=method)
    async with sending():
        (request,) = await arrivals(receiver, 1)
    assert request.method == method
    validator = RequestValidator(conference.account.auth_token)
    signature = request.headers["x-twilio-signature"]
    assert validator.validate(receiver.url(request.target), dict(request.form), signature)


async def test_a_queue_arrives_in_order_and_is_delivered(
    receiver: Receiver, conference: Conference
) -> None:
    expected = [f"event {number}" for number in range(10)]
    await put(conference, receiver.url(), *expected)
    async with sending():
        assert words(await arrivals(receiver, 10)) == expected
    assert await rows("status", "attempts", "claimed_by") == [("delivered", 1, "")] * 10


async def test_what_is_refused_is_sent_again_with_its_token_before_what_follows(
    receiver: Receiver, conference: Conference
) -> None:
    receiver.answer = refusing(3)
    await put(conference, receiver.url(), "first", "second")
    async with sending():
        requests = await arrivals(receiver, 5)
    assert words(requests) == ["first"] * 4 + ["second"]
    tokens = [request.headers["i-twilio-idempotency-token"] for request in requests]
    assert len(set(tokens[:4])) == 1
    assert tokens[4] != tokens[3]
    assert await rows("status", "attempts") == [("delivered", 4), ("delivered", 1)]


async def test_the_receivers_answer_is_kept(receiver: Receiver, conference: Conference) -> None:
    receiver.answer = lambda request: reply(status="404 x", retry_after="3600")
    await put(conference, receiver.url())
    async with sending():
        await arrivals(receiver, 1)
    ((status, code, error),) = await rows("status", "last_status_code", "last_error")
    assert (status, code) == ("waiting", 404)
    assert "404" in error


async def test_overrides_in_the_urls_fragment_count(
    receiver: Receiver, conference: Conference
) -> None:
    receiver.answer = silence
    await put(conference, receiver.url("/#tt=100"))
    async with sending():
        requests = await arrivals(receiver, 2)  # the second after 100 ms and not after 15 s
    assert {request.target for request in requests} == {"/"}


async def test_a_url_that_is_none_is_given_up_at_once(
    receiver: Receiver, conference: Conference
) -> None:
    for url in ("ftp://example.org/", receiver.url("#rp=maybe"), receiver.url()):
        await put(conference, url)
    async with sending():
        await arrivals(receiver, 1)
    assert await rows("status", "attempts") == [("dead", 1), ("dead", 1), ("delivered", 1)]


async def test_a_receiver_that_hangs_keeps_nobody_waiting(
    receiver: Receiver, conference: Conference, alice: Account
) -> None:
    hanging = Receiver(silence)
    await hanging.start()
    for number in range(20):
        other = await database_sync_to_async(build_conference)(alice, f"room {number}")
        await put(other, hanging.url(), *["event"] * 5)
    await put(conference, receiver.url(), *["event"] * 20)
    async with sending():
        async with asyncio.timeout(8):
            await arrivals(receiver, 20)
        assert len(hanging.requests) == SLOTS_OF_RECEIVER
    await hanging.stop()


async def test_what_was_under_way_at_a_stop_is_let_go(
    receiver: Receiver, conference: Conference
) -> None:
    receiver.answer = silence
    await put(conference, receiver.url())
    async with sending():
        await arrivals(receiver, 1)
    assert await rows("status", "attempts", "claimed_until") == [("waiting", 0, None)]


async def test_a_database_that_fails_for_a_while_loses_nothing(
    receiver: Receiver, conference: Conference, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = {"claim": 2, "settle": 3}
    for name in failing:
        _fail_at_first(monkeypatch, name, failing)
    await put(conference, receiver.url(), "first", "second")
    async with sending():
        assert words(await arrivals(receiver, 2)) == ["first", "second"]
    assert failing == {"claim": 0, "settle": 0}
    assert await rows("status") == [("delivered",)] * 2


def _fail_at_first(monkeypatch: pytest.MonkeyPatch, name: str, failing: dict[str, int]) -> None:
    real = getattr(outbox, name)

    def fail(*arguments: Any, **named: Any) -> Any:
        if failing[name]:
            failing[name] -= 1
            raise OperationalError("database is locked")
        return real(*arguments, **named)

    monkeypatch.setattr(outbox, name, fail)


async def test_who_is_woken_looks_at_once(
    receiver: Receiver, conference: Conference, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_sender, "POLL_S", 3600)
    async with sending() as sender:
        await asyncio.sleep(0.1)
        await put(conference, receiver.url())
        sender.wake()
        await arrivals(receiver, 1)


async def test_an_answer_that_can_not_be_written_does_not_stop_the_rest(
    receiver: Receiver, conference: Conference, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ValueError("no such thing")

    monkeypatch.setattr(outbox, "settle", fail)
    await put(conference, receiver.url())
    await put(conference, receiver.url("/other"))
    async with sending():
        await arrivals(receiver, 2)
    assert "could not be written down" in caplog.text
