"""Tries, redirects and the time they take together."""

import asyncio
import itertools

import pytest

from conference_app.http_client import (
    MAX_REDIRECTS,
    FetchCode,
    FetchError,
    HttpClient,
    HttpSettings,
    Limits,
)
from tests.conference_app.http_client.conftest import LOOPBACK, Listen
from tests.conference_app.http_client.receiver import FAILURES, Answer, reply, silence


def _failing(times: int, failure: Answer) -> Answer:
    """A server that fails that often and then answers."""
    left = itertools.count(-times)
    return lambda request: failure(request) if next(left) < 0 else reply(b"well")


@pytest.mark.parametrize("policy", FAILURES)
async def test_a_failure_that_the_policy_names_is_tried_again_with_the_same_token(
    listen: Listen, client: HttpClient, policy: str
) -> None:
    receiver = await listen(_failing(2, FAILURES[policy]))
    url = receiver.url(f"/#rc=2&rt=100&rp={policy}")
    assert (await client.request(url, idempotency_token="token-1")).body == b"well"
    tokens = [request.headers["i-twilio-idempotency-token"] for request in receiver.requests]
    assert tokens == ["token-1"] * 3


@pytest.mark.parametrize("policy", FAILURES)
@pytest.mark.parametrize("said", ["", "&rp=ct"])
async def test_only_a_failure_to_connect_is_tried_again_unless_the_policy_says_so(
    listen: Listen, client: HttpClient, policy: str, said: str
) -> None:
    receiver = await listen(_failing(1, FAILURES[policy]))
    with pytest.raises(FetchError):
        await client.request(receiver.url(f"/#rc=5&rt=100{said}"))
    assert len(receiver.requests) == 1


@pytest.mark.parametrize(
    ("fragment", "tries"), [("", 2), ("#rc=0", 1), ("#rc=5", 6), ("#rp=rt", 1)]
)
async def test_a_refused_connection_is_tried_again_once_by_default(
    listen: Listen, client: HttpClient, tried: list[str], fragment: str, tries: int
) -> None:
    closed = await listen()
    await closed.stop()
    with pytest.raises(FetchError) as caught:
        await client.request(closed.url(f"/{fragment}"))
    assert (caught.value.code, len(tried)) == (FetchCode.CONNECTION_REFUSED, tries)


@pytest.mark.parametrize(
    ("redirects", "ends_well"), [(MAX_REDIRECTS, True), (MAX_REDIRECTS + 1, False)]
)
async def test_ten_redirects_are_followed_and_eleven_are_not(
    listen: Listen, client: HttpClient, redirects: int, ends_well: bool
) -> None:
    left = itertools.count(redirects, -1)
    receiver = await listen(
        lambda request: reply(status="302 x", location="/again") if next(left) > 0 else reply()
    )
    if ends_well:
        assert (await client.request(receiver.url())).status == 200
    else:
        with pytest.raises(FetchError) as caught:
            await client.request(receiver.url())
        assert caught.value.code is FetchCode.TOO_MANY_REDIRECTS
    assert len(receiver.requests) == 11


async def test_the_total_time_holds_over_tries_and_redirects(
    listen: Listen, client: HttpClient
) -> None:
    receiver = await listen(silence)
    started = asyncio.get_running_loop().time()
    with pytest.raises(FetchError) as caught:
        await client.request(receiver.url("/#tt=300&rt=200&rc=5&rp=rt"))
    assert caught.value.code is FetchCode.TOTAL_TIMEOUT
    assert len(receiver.requests) == 2
    assert asyncio.get_running_loop().time() - started < 2


@pytest.mark.parametrize(("fragment", "seconds"), [("", 0.2), ("#tt=100", 0.1), ("#tt=9000", 0.2)])
async def test_the_fragment_can_shorten_the_callers_time_and_not_lengthen_it(
    listen: Listen, client: HttpClient, fragment: str, seconds: float
) -> None:
    receiver = await listen(silence)
    with pytest.raises(FetchError, match=f"within {seconds:g} s"):
        await client.request(receiver.url(f"/{fragment}"), limits=Limits(total_seconds=0.2))


async def test_requests_beyond_the_limit_wait_within_their_own_time(listen: Listen) -> None:
    receiver = await listen(silence)
    settings = HttpSettings(allowed=LOOPBACK, max_connections_per_host=3)
    async with HttpClient(settings) as client:
        first = [asyncio.ensure_future(client.request(receiver.url("/#tt=500"))) for _ in range(3)]
        later = [client.request(receiver.url("/#tt=100")) for _ in range(10)]
        results = await asyncio.gather(*later, *first, return_exceptions=True)
    assert {getattr(result, "code", None) for result in results} == {FetchCode.TOTAL_TIMEOUT}
    assert receiver.connections == 3


async def test_a_full_host_does_not_hold_up_another(listen: Listen) -> None:
    slow, quick = await listen(silence), await listen()
    settings = HttpSettings(allowed=LOOPBACK, max_connections_per_host=3)
    async with HttpClient(settings) as client:
        stuck = [asyncio.ensure_future(client.request(slow.url("/#tt=5000"))) for _ in range(9)]
        async with asyncio.timeout(2):
            assert (await client.request(quick.url())).status == 200
        for task in stuck:
            task.cancel()
        await asyncio.gather(*stuck, return_exceptions=True)
