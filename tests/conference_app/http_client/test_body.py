"""Servers that drip, never end, or send far more than it seems: bounded in time and bytes."""

import asyncio
import gzip
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Callable

import pytest

from conference_app.http_client import FetchCode, FetchError, HttpClient, HttpSettings, Limits
from tests.conference_app.http_client.conftest import LOOPBACK, Listen
from tests.conference_app.http_client.receiver import Request, reply

HEAD = b"HTTP/1.1 200 OK\r\n"
Pieces = Callable[[Request], AsyncIterator[bytes]]


def _endless(*start: bytes, again: bytes, every: float = 0) -> Pieces:
    """A server that says `start` and then `again` for ever."""

    async def pieces(request: Request) -> AsyncIterator[bytes]:
        for piece in start:
            yield piece
        while True:
            yield again
            await asyncio.sleep(every)

    return pieces


def _bomb(times: int, wbits: int) -> bytes:
    """A megabyte of zeros, `times` over, in about a thousandth of that."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, wbits)
    packed = b"".join(deflate.compress(bytes(1_000_000)) for _ in range(times))
    return packed + deflate.flush()


async def _slow_redirect(request: Request) -> AsyncIterator[bytes]:
    await asyncio.sleep(0.1)
    yield reply(status="302 x", location="/")


CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
CHUNK = b"10000\r\n" + bytes(0x10000) + b"\r\n"

SLOW: dict[str, Pieces] = {
    "nothing": _endless(again=b"", every=0.02),
    "status line": _endless(again=b"H", every=0.02),
    "headers": _endless(HEAD, b"X: ", again=b"y", every=0.02),
    "interim answers": _endless(again=b"HTTP/1.1 103 Early Hints\r\n\r\n", every=0.02),
    "body": _endless(HEAD + b"Content-Length: 10000\r\n\r\n", again=b"z", every=0.02),
    "chunks": _endless(CHUNKED, again=b"1\r\nz\r\n", every=0.02),
    "chunk size": _endless(CHUNKED, again=b"0", every=0.02),
    "empty gzip": _endless(
        HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b""), again=b"x", every=0.02
    ),
    "redirects": _slow_redirect,
}


@pytest.mark.parametrize("what", SLOW)
async def test_a_slow_answer_ends_with_the_time(
    listen: Listen, client: HttpClient, what: str
) -> None:
    receiver = await listen(SLOW[what])
    started = asyncio.get_running_loop().time()
    with pytest.raises(FetchError) as caught:
        await client.request(receiver.url("/#tt=300"))
    assert asyncio.get_running_loop().time() - started < 2
    assert caught.value.code in (FetchCode.TOTAL_TIMEOUT, FetchCode.PROTOCOL_VIOLATION)


NO_HTTP = FetchCode.PROTOCOL_VIOLATION
ENDLESS: dict[str, tuple[Pieces, FetchCode]] = {
    "one header": (_endless(HEAD, b"X: ", again=b"y" * 65536), NO_HTTP),
    "headers": (_endless(HEAD, again=b"X: y\r\n" * 1000), NO_HTTP),
    "body": (_endless(HEAD + b"\r\n", again=bytes(65536)), FetchCode.TOO_LARGE),
    "chunks": (_endless(CHUNKED, again=CHUNK), FetchCode.TOO_LARGE),
    "tiny chunks": (_endless(CHUNKED, again=b"1\r\nz\r\n" * 9999), FetchCode.TOO_LARGE),
    "announced body": (
        _endless(HEAD + b"Content-Length: 10000000000\r\n\r\n", again=bytes(65536)),
        FetchCode.TOO_LARGE,
    ),
    "cookies": (_endless(HEAD, again=b"Set-Cookie: a=b\r\n" * 500), NO_HTTP),
    "chunk extension": (_endless(CHUNKED + b"1;", again=b"x" * 65536), FetchCode.TOO_LARGE),
    "interim answers": (_endless(again=b"HTTP/1.1 103 Early\r\n\r\n" * 999), FetchCode.TOO_LARGE),
    "trailers": (_endless(CHUNKED + b"0\r\n", again=b"X: y\r\n" * 9999), NO_HTTP),
}  # fmt: skip


@pytest.mark.parametrize("what", ENDLESS)
async def test_an_endless_answer_ends_with_the_bytes(
    listen: Listen, client: HttpClient, what: str
) -> None:
    pieces, code = ENDLESS[what]
    receiver = await listen(pieces)
    with pytest.raises(FetchError) as caught:
        await client.request(receiver.url("/#tt=5000"), limits=Limits(max_bytes=100_000))
    assert caught.value.code is code
    assert receiver.bytes_sent < 20_000_000, "the rest is what the sockets hold"


@pytest.mark.parametrize(("coding", "wbits"), [("gzip", 31), ("x-gzip", 31), ("deflate", 15)])
async def test_a_bomb_is_too_large_and_never_unpacked(
    listen: Listen, client: HttpClient, coding: str, wbits: int
) -> None:
    bomb = _bomb(40, wbits)
    receiver = await listen(lambda request: reply(bomb, content_encoding=coding))
    assert await _peak_bytes(client, receiver.url()) < 5_000_000


@pytest.mark.parametrize("what", ENDLESS)
async def test_an_endless_answer_holds_little_memory(
    listen: Listen, client: HttpClient, what: str
) -> None:
    receiver = await listen(ENDLESS[what][0])
    assert await _peak_bytes(client, receiver.url()) < 5_000_000


async def _peak_bytes(client: HttpClient, url: str) -> int:
    """Measure what a refused answer held at most, the test's server included."""
    tracemalloc.start()
    try:
        with pytest.raises(FetchError):
            await client.request(url, limits=Limits(max_bytes=1_000_000))
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("identity", b"sound" * 50_000),
        ("gzip", gzip.compress(b"sound" * 50_000)),
        ("GZIP", gzip.compress(b"sound" * 50_000)),
        ("deflate", zlib.compress(b"sound" * 50_000)),
    ],
)
async def test_a_body_within_its_limit_is_given_uncompressed(
    listen: Listen, client: HttpClient, coding: str, body: bytes
) -> None:
    receiver = await listen(lambda request: reply(body, content_encoding=coding))
    response = await client.request(receiver.url(), limits=Limits(max_bytes=250_000))
    assert response.body == b"sound" * 50_000
    with pytest.raises(FetchError, match="249999"):
        await client.request(receiver.url(), limits=Limits(max_bytes=249_999))


async def test_a_compressed_body_that_breaks_off_is_not_taken_for_whole(
    listen: Listen, client: HttpClient
) -> None:
    body = gzip.compress(b"<Response><Hangup/></Response>")[:-12]
    receiver = await listen(lambda request: reply(body, content_encoding="gzip"))
    with pytest.raises(FetchError) as caught:
        await client.request(receiver.url())
    assert caught.value.code is FetchCode.PROTOCOL_VIOLATION


@pytest.mark.parametrize("coding", ["identity", "gzip"])
async def test_an_answer_that_nobody_reads_is_cut_instead(
    listen: Listen, client: HttpClient, coding: str
) -> None:
    body = b"thanks!" * 1_000_000
    sent = gzip.compress(body) if coding == "gzip" else body
    receiver = await listen(lambda request: reply(sent, content_encoding=coding))
    response = await client.request(receiver.url(), limits=Limits(max_bytes=10, cut=True))
    assert response.body == body[:10]


async def test_big_bodies_share_a_budget_and_give_it_back(listen: Listen) -> None:
    gate = asyncio.Event()
    arrived = asyncio.Semaphore(0)

    async def half_and_wait(request: Request) -> AsyncIterator[bytes]:
        yield HEAD + b"Content-Length: 1000000\r\n\r\n" + bytes(500_000)
        arrived.release()
        await gate.wait()
        yield bytes(500_000)

    slow, quick = await listen(half_and_wait), await listen(lambda request: reply(bytes(60_000)))
    limits = Limits(max_bytes=1_000_000)
    async with HttpClient(HttpSettings(allowed=LOOPBACK, download_bytes=1_200_000)) as client:
        under_way = [
            asyncio.ensure_future(client.request(slow.url(), limits=limits)) for _ in range(2)
        ]
        for _ in under_way:
            await arrived.acquire()
        assert (await client.request(quick.url())).status == 200, "small ones always go through"
        gate.set()
        results = await asyncio.gather(*under_way, return_exceptions=True)
        refused = [result for result in results if isinstance(result, FetchError)]
        assert [error.code for error in refused] == [FetchCode.RETRIEVAL_FAILURE]
        assert len((await client.request(slow.url(), limits=limits)).body) == 1_000_000


async def test_two_hundred_hostile_servers_at_once_are_all_done_with_in_time(
    listen: Listen, client: HttpClient
) -> None:
    receivers = [await listen(pieces) for pieces in SLOW.values()]
    started = asyncio.get_running_loop().time()
    results = await asyncio.gather(
        *(client.request(receivers[n % len(receivers)].url("/#tt=500")) for n in range(200)),
        return_exceptions=True,
    )
    assert all(isinstance(result, FetchError) for result in results)
    assert asyncio.get_running_loop().time() - started < 5
