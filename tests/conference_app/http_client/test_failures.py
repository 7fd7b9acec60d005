"""Each way of failing has Twilio's number for it, over real sockets and real TLS."""

import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from conference_app.http_client import Failure, FetchCode, FetchError, HttpClient, HttpSettings
from tests.conference_app.http_client.certificates import Authority
from tests.conference_app.http_client.conftest import LOOPBACK, Listen
from tests.conference_app.http_client.receiver import reply


async def _failure(client: HttpClient, url: str) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await client.request(url)
    return caught.value


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
        b"\x15\x03\x01\x00\x02\x02\x46",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno header\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 1\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip\r\nContent-Length: 1\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n",
    ],
)
async def test_what_is_no_http_or_breaks_off_is_a_protocol_violation(
    listen: Listen, client: HttpClient, answer: bytes
) -> None:
    receiver = await listen(lambda request: answer)
    assert (await _failure(client, receiver.url())).code is FetchCode.PROTOCOL_VIOLATION


@pytest.mark.parametrize("host", ["10.0.0.1", "[::ffff:7f00:1]", "localhost"])
async def test_a_forbidden_address_is_refused_for_good_and_with_a_hint(host: str) -> None:
    async with HttpClient(HttpSettings()) as client:
        error = await _failure(client, f"http://{host}:8000/")
    assert (error.code, error.failure) == (FetchCode.CONNECTION_FAILURE, None)
    assert "CONFAB_ALLOWED_NETWORKS" in error.reason


async def test_a_closed_port_is_a_refused_connection(listen: Listen, client: HttpClient) -> None:
    receiver = await listen()
    await receiver.stop()
    error = await _failure(client, receiver.url())
    assert (error.code, error.failure) == (FetchCode.CONNECTION_REFUSED, Failure.CONNECT)


async def test_a_name_that_does_not_resolve_is_a_bad_host(client: HttpClient) -> None:
    assert (await _failure(client, "http://nowhere.invalid/")).code is FetchCode.BAD_HOST


@contextlib.contextmanager
def _full_listener() -> Iterator[int]:
    """A port where connections are neither accepted nor refused: its queue is full."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


async def test_a_server_that_does_not_accept_is_a_connect_timeout(client: HttpClient) -> None:
    with _full_listener() as port:
        error = await _failure(client, f"http://127.0.0.1:{port}/#ct=100&rc=0")
    assert (error.code, error.failure) == (FetchCode.CONNECT_TIMEOUT, Failure.CONNECT)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
async def trusting(authority: Authority) -> AsyncIterator[HttpClient]:
    """A client that trusts the test's authority, and to which each name is this machine."""

    async def lookup(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    tls = ssl.create_default_context(cafile=authority.root_file)
    async with HttpClient(HttpSettings(allowed=LOOPBACK, tls=tls), lookup=lookup) as client:
        yield client


@pytest.mark.parametrize("host", ["example.test", "127.0.0.1"])
async def test_the_certificate_is_checked_against_the_host_of_the_url_and_not_the_address(
    listen: Listen, authority: Authority, trusting: HttpClient, host: str
) -> None:
    context = authority.server(host)
    names: list[str | None] = []
    context.sni_callback = lambda connection, name, context: names.append(name)
    receiver = await listen(tls=context)
    response = await trusting.request(f"https://{host}:{receiver.port}/")
    assert response.status == 200
    assert names == ["example.test" if host == "example.test" else None]
    assert receiver.requests[0].headers["host"] == f"{host}:{receiver.port}"


@pytest.mark.parametrize(
    ("certified", "valid", "host", "code"),
    [
        ("other.test", True, "example.test", FetchCode.CERTIFICATE_DOMAIN),
        ("127.0.0.2", True, "127.0.0.1", FetchCode.CERTIFICATE_DOMAIN),
        ("example.test", False, "example.test", FetchCode.CERTIFICATE_EXPIRED),
    ],
)
async def test_a_bad_certificate_is_refused_with_its_own_code(
    listen: Listen,
    authority: Authority,
    trusting: HttpClient,
    certified: str,
    valid: bool,
    host: str,
    code: FetchCode,
) -> None:
    receiver = await listen(tls=authority.server(certified, valid=valid))
    error = await _failure(trusting, f"https://{host}:{receiver.port}/")
    assert (error.code, error.failure, receiver.requests) == (code, None, [])


async def test_a_certificate_of_an_unknown_authority_is_refused(
    listen: Listen, authority: Authority, client: HttpClient
) -> None:
    receiver = await listen(tls=authority.server("127.0.0.1"))
    error = await _failure(client, f"https://127.0.0.1:{receiver.port}/")
    assert error.code is FetchCode.CERTIFICATE_UNTRUSTED


async def test_a_server_that_speaks_no_tls_is_a_handshake_error(
    listen: Listen, client: HttpClient
) -> None:
    receiver = await listen(lambda request: reply())
    receiver.greeting = b"HTTP/1.1 400 Bad Request\r\n\r\n"
    error = await _failure(client, f"https://127.0.0.1:{receiver.port}/#rc=0")
    assert (error.code, error.failure) == (FetchCode.TLS_HANDSHAKE, Failure.CONNECT)
