"""No connection to a forbidden address, in whatever form it is given and however it is reached."""

import asyncio
import itertools
import socket
from collections.abc import Iterable, Iterator
from ipaddress import ip_network

import pytest

from conference_app.http_client import FetchCode, FetchError, HttpClient, HttpSettings
from conference_app.http_client.resolver import SystemLookup
from tests.conference_app.http_client.conftest import LOOPBACK, Listen
from tests.conference_app.http_client.receiver import reply

# {p}: the port of a server that listens at every address of this machine.
TO_THIS_MACHINE = """
    http://127.0.0.1:{p}/ http://127.0.0.2:{p}/ http://127.255.255.254:{p}/ http://127.1:{p}/
    http://127.0.1:{p}/ http://0x7f000001:{p}/ http://0x7f.0x0.0x0.0x1:{p}/ http://0x7f.1:{p}/
    http://2130706433:{p}/ http://017700000001:{p}/ http://0177.0.0.1:{p}/ http://0177.0.0.01:{p}/
    http://①②⑦.⓪.⓪.①:{p}/ http://１２７.０.０.１:{p}/ http://127。0。0。1:{p}/ http://127.0.0.1.:{p}/
    http://0.0.0.0:{p}/ http://0:{p}/ http://0x0:{p}/ http://[::]:{p}/ http://[::1]:{p}/
    http://[0:0:0:0:0:0:0:1]:{p}/ http://[::ffff:127.0.0.1]:{p}/ http://[::ffff:7f00:1]:{p}/
    http://[0:0:0:0:0:ffff:127.0.0.1]:{p}/ http://[::ffff:0.0.0.0]:{p}/
    http://good@127.0.0.1:{p}/ http://good.example:80@127.0.0.1:{p}/ http://a@b@127.0.0.1:{p}/
    http://good.example%2f@127.0.0.1:{p}/ HTTP://127.0.0.1:{p}/ http://localhost:{p}/
    http://LOCALHOST:{p}/ http://localhost.:{p}/ http://rebound.test:{p}/ http://mapped.test:{p}/
    http://both.test:{p}/
"""
ELSEWHERE = """
    http://169.254.169.254/ http://2852039166/ http://0xa9fea9fe/ http://0251.0376.0251.0376/
    http://[::ffff:a9fe:a9fe]/ http://[64:ff9b::a9fe:a9fe]/ http://[64:ff9b:1::a9fe:a9fe]/
    http://[2002:7f00:1::]:{p}/ http://[2002:a9fe:a9fe::]/ http://[2001:0:7f00:1::]/
    http://[::127.0.0.1]:{p}/ http://[::a9fe:a9fe]/ http://100.64.0.1/ http://100.100.100.200/
    http://10.0.0.1/ http://172.16.0.1/ http://192.168.0.1/ http://192.0.0.192/ http://198.18.0.1/
    http://168.63.129.16/ http://224.0.0.1/ http://255.255.255.255/ http://[fc00::1]/
    http://[fd00:ec2::254]/ http://[fe80::1]/ http://[fec0::1]/ http://[ff02::1]/
    http://metadata.test/ http://8.8.8.8:22/ http://8.8.8.8:25/ https://[2606:4700::1111]:993/
"""
NO_URLS = """
    http://127.0.0.1\\@good.example:{p}/ http://good.example\\@127.0.0.1:{p}/ http:127.0.0.1:{p}/
    http:/127.0.0.1:{p}/ //127.0.0.1:{p}/ http://127%2e0.0.1:{p}/ http://127.0.0.1%00.example:{p}/
    http://[::1%25lo]:{p}/ http://[fe80::1%25lo]:{p}/ http://127.0.0.1..:{p}/ http://127..1:{p}/
    gopher://127.0.0.1:{p}/_x file:///etc/passwd ftp://127.0.0.1:{p}/ unix:///run/socket
"""

NAMES = {
    "mapped.test": ["::ffff:127.0.0.1"],
    "both.test": ["127.0.0.1", "::1", "10.0.0.1"],
    "metadata.test": ["169.254.169.254"],
}


class _Names:
    """Names of a hostile zone, and the system's resolver for all others."""

    def __init__(self) -> None:
        self._system = SystemLookup()

    async def __call__(self, host: str, port: int) -> list[str]:
        if host == "rebound.test":
            return ["127.0.0.1"]
        return NAMES.get(host) or await self._system(host, port)

    def close(self) -> None:
        self._system.close()


@pytest.fixture
def names() -> Iterator[_Names]:
    names = _Names()
    yield names
    names.close()


async def _codes(client: HttpClient, urls: Iterable[str]) -> list[int]:
    async def code(url: str) -> int:
        try:
            return (await client.request(url + "#tt=2000&rc=0")).status
        except FetchError as error:
            return error.code

    return await asyncio.gather(*map(code, urls))


async def test_no_form_of_a_forbidden_address_is_connected_to(
    listen: Listen, names: _Names, tried: list[str]
) -> None:
    receiver = await listen(host="")
    urls = [url.format(p=receiver.port) for url in (TO_THIS_MACHINE + ELSEWHERE).split()]
    async with HttpClient(HttpSettings(), lookup=names) as client:
        codes = await _codes(client, urls)
    assert dict(zip(urls, codes, strict=True)) == dict.fromkeys(urls, 11205)
    assert (tried, receiver.connections) == ([], 0)


async def test_what_only_another_parser_takes_for_a_url_is_connected_to_by_none(
    listen: Listen, names: _Names, tried: list[str]
) -> None:
    receiver = await listen(host="")
    async with HttpClient(HttpSettings(allowed=LOOPBACK), lookup=names) as client:
        codes = await _codes(client, [url.format(p=receiver.port) for url in NO_URLS.split()])
    assert set(codes) <= {FetchCode.INVALID_URL, FetchCode.BAD_HOST}
    assert (tried, receiver.connections) == ([], 0)


async def test_the_same_forms_reach_this_machine_once_the_operator_opens_it(
    listen: Listen, names: _Names
) -> None:
    receiver = await listen(host="")
    allowed = (*LOOPBACK, *map(ip_network, ("0.0.0.0/32", "::/128", "::ffff:0:0/96")))
    async with HttpClient(HttpSettings(allowed=allowed), lookup=names) as client:
        urls = [url.format(p=receiver.port) for url in TO_THIS_MACHINE.split()]
        codes = await _codes(client, urls)
    assert codes == [200] * len(urls)
    assert receiver.connections == len(urls)


@pytest.mark.parametrize("status", ["301 x", "302 x", "303 x", "307 x", "308 x"])
async def test_a_redirect_to_a_forbidden_address_is_not_followed(
    listen: Listen, names: _Names, tried: list[str], status: str
) -> None:
    hops = len(ELSEWHERE.split())
    aims = iter(ELSEWHERE.split())
    receiver = await listen(
        lambda request: reply(status=status, location=next(aims).format(p=receiver.port))
    )
    async with HttpClient(HttpSettings(allowed=LOOPBACK), lookup=names) as client:
        assert set(await _codes(client, [receiver.url()] * hops)) == {11205}
    assert set(tried) == {"127.0.0.1"}


async def test_a_name_that_changes_its_address_gains_nothing(
    listen: Listen, tried: list[str]
) -> None:
    receiver = await listen(host="")
    answers = itertools.cycle(["127.0.0.1", "127.0.0.2"])

    async def rebinding(host: str, port: int) -> list[str]:
        return [next(answers)]

    settings = HttpSettings(allowed=(ip_network("127.0.0.1/32"),))
    async with HttpClient(settings, lookup=rebinding) as client:
        # Each request has a name of its own, so that none is answered from the resolver's memory.
        urls = [f"http://n{number}.test:{receiver.port}/" for number in range(40)]
        codes = await _codes(client, urls)
    assert sorted(codes) == [200] * 20 + [11205] * 20
    assert tried == ["127.0.0.1"] * 20


async def test_the_check_and_the_connection_share_one_lookup(listen: Listen) -> None:
    receiver = await listen()
    asked: list[str] = []

    async def lookup(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    async with HttpClient(HttpSettings(allowed=LOOPBACK), lookup=lookup) as client:
        await client.request(f"http://example.test:{receiver.port}/")
    assert asked == ["example.test"]
    assert receiver.requests[0].headers["host"] == f"example.test:{receiver.port}"


async def test_a_connection_that_ended_elsewhere_is_closed_before_a_byte_is_sent(
    listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver = await listen(host="")
    connect = socket.socket.connect

    def diverted(self: socket.socket, address: tuple[str, int]) -> None:
        connect(self, ("127.0.0.2", address[1]))

    monkeypatch.setattr(socket.socket, "connect", diverted)
    async with HttpClient(HttpSettings(allowed=(ip_network("127.0.0.1/32"),))) as client:
        assert await _codes(client, [receiver.url()]) == [11205]
    assert receiver.requests == []


async def test_no_proxy_is_taken_from_the_environment(
    listen: Listen, client: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver, proxy = await listen(), await listen()
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.url())
    assert await _codes(client, [receiver.url()]) == [200]
    assert (receiver.connections, proxy.connections) == (1, 0)
