import asyncio
import socket
from collections.abc import AsyncIterator

import pytest

from conference_app.http_client import FetchCode, FetchError, resolver
from conference_app.http_client.networks import Network, read_networks
from conference_app.http_client.resolver import GuardedResolver, SystemLookup


async def _resolve(
    found: list[str], allowed: tuple[Network, ...] = (), port: int = 80
) -> list[str]:
    async def lookup(host: str, port: int) -> list[str]:
        return found

    results = await GuardedResolver(lookup, allowed).resolve("example.test", port)
    assert {result["hostname"] for result in results} == {"example.test"}
    return [result["host"] for result in results]


async def test_only_the_permitted_addresses_of_a_name_are_passed_on() -> None:
    found = ["10.0.0.1", "8.8.8.8", "::1", "2606:4700::1111", "127.0.0.1"]
    assert await _resolve(found) == ["8.8.8.8", "2606:4700::1111"]
    opened = read_networks(["10.0.0.0/8"])
    assert await _resolve(found, opened) == ["10.0.0.1", "8.8.8.8", "2606:4700::1111"]


@pytest.mark.parametrize("found", [["127.0.0.1"], ["fe80::1%lo", "169.254.169.254"], []])
async def test_a_name_without_a_permitted_address_is_refused_with_a_hint(found: list[str]) -> None:
    with pytest.raises(FetchError, match="CONFAB_ALLOWED_NETWORKS") as caught:
        await _resolve(found)
    assert caught.value.code is FetchCode.CONNECTION_FAILURE
    assert "127.0.0.1" not in caught.value.reason, "what the name led to is not told"


async def test_a_port_that_is_not_for_the_web_is_refused() -> None:
    with pytest.raises(FetchError):
        await _resolve(["8.8.8.8"], port=25)


async def test_a_name_with_very_many_addresses_is_tried_at_four() -> None:
    assert len(await _resolve([f"8.8.8.{number}" for number in range(200)])) == 4


async def test_a_name_that_does_not_resolve_is_a_bad_host() -> None:
    async def lookup(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.raises(FetchError) as caught:
        await GuardedResolver(lookup, ()).resolve("nowhere.test", 80)
    assert caught.value.code is FetchCode.BAD_HOST


async def test_a_name_server_that_takes_its_time_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def lookup(host: str, port: int) -> list[str]:
        await asyncio.Event().wait()
        return []

    monkeypatch.setattr(resolver, "LOOKUP_SECONDS", 0.01)
    with pytest.raises(FetchError, match="in time") as caught:
        await GuardedResolver(lookup, ()).resolve("slow.test", 80)
    assert caught.value.code is FetchCode.BAD_HOST


@pytest.fixture
async def system_lookup() -> AsyncIterator[SystemLookup]:
    lookup = SystemLookup()
    yield lookup
    lookup.close()


async def test_the_systems_resolver_gives_each_address_once(system_lookup: SystemLookup) -> None:
    assert await system_lookup("127.0.0.1", 80) == ["127.0.0.1"]
