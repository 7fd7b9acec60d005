"""What callers hold in their hands."""

import asyncio
import logging
import threading

import pytest

from conference_app.http_client import FetchCode, FetchError, HttpClient, HttpSettings
from tests.conference_app.http_client.conftest import LOOPBACK, Listen
from tests.conference_app.http_client.receiver import FAILURES, Answer, Receiver, reply, silence

SECRET = "".join(["s3", "cr3t"])  # not as it would stand in a traceback's source lines


async def test_each_request_without_a_token_gets_one_of_its_own(
    listen: Listen, client: HttpClient
) -> None:
    receiver = await listen()
    for _ in range(2):
        await client.request(receiver.url())
    first, second = (r.headers["i-twilio-idempotency-token"] for r in receiver.requests)
    assert first != second


async def test_an_unreadable_retry_policy_sends_nothing(listen: Listen, client: HttpClient) -> None:
    receiver = await listen()
    with pytest.raises(FetchError) as caught:
        await client.request(receiver.url("/#rp=never"))
    assert (caught.value.code, receiver.connections) == (FetchCode.INVALID_RETRY_POLICY, 0)


async def test_params_that_utf_8_can_not_hold_are_sent_and_signed_alike(
    listen: Listen, client: HttpClient
) -> None:
    receiver = await listen()
    await client.request(receiver.url(), params=[("a\udcff", "b\ud800")], sign_with="t")
    assert receiver.requests[0].form == [("a?", "b?")]


async def test_cancelling_the_caller_cancels_the_request(
    listen: Listen, client: HttpClient
) -> None:
    receiver = await listen(silence)
    task = asyncio.ensure_future(client.request(receiver.url()))
    await receiver.arrived.acquire()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(2):
        await receiver.left.wait()


async def test_a_closed_client_refuses_and_requests_under_way_end(
    listen: Listen, client: HttpClient
) -> None:
    receiver = await listen(silence)
    task = asyncio.ensure_future(client.request(receiver.url()))
    await receiver.arrived.acquire()
    await client.close()
    for request in (task, client.request(receiver.url())):
        with pytest.raises(FetchError):
            await request


async def test_no_secret_of_a_url_or_answer_is_logged_or_told(
    listen: Listen, client: HttpClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    broken: list[Answer] = [*FAILURES.values(), lambda request: SECRET.encode() + b"\r\n\r\n"]
    for answer in broken:
        receiver = await listen(answer)
        path, userinfo = f"/a?token={SECRET}#rt=100&rp=all", f"//{SECRET}:{SECRET}@"
        url = receiver.url(path).replace("//", userinfo)
        try:
            await client.request(url, params=[("Pin", SECRET)], sign_with=SECRET)
        except FetchError:
            logging.getLogger("caller").exception("the caller logs the whole chain")
    assert "127.0.0.1" in caplog.text and "Traceback" in caplog.text
    assert SECRET not in caplog.text


async def test_the_work_is_done_in_a_thread_that_ends_with_the_client(
    listen: Listen, client: HttpClient
) -> None:
    def is_there() -> bool:
        return "http-client" in {thread.name for thread in threading.enumerate()}

    receiver = await listen()
    assert not is_there(), "nothing is started before the first request"
    await client.request(receiver.url())
    assert is_there()
    await client.close()
    assert not is_there()


def test_one_client_serves_one_event_loop_after_another() -> None:
    client = HttpClient(HttpSettings(allowed=LOOPBACK))

    async def fetch() -> int:
        receiver = Receiver(lambda request: reply())
        await receiver.start()
        try:
            return (await client.request(receiver.url())).status
        finally:
            await receiver.stop()

    assert [asyncio.run(fetch()), asyncio.run(fetch())] == [200, 200]
    asyncio.run(client.close())
