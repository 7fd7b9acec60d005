import socket
import ssl
from collections.abc import AsyncIterator
from ipaddress import IPv4Network, IPv6Network
from typing import Protocol

import pytest

from conference_app.http_client import HttpClient, HttpSettings
from tests.conference_app.http_client.receiver import Answer, Receiver, reply

LOOPBACK = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))


@pytest.fixture
async def client() -> AsyncIterator[HttpClient]:
    """A client that may reach this machine."""
    async with HttpClient(HttpSettings(allowed=LOOPBACK)) as client:
        yield client


class Listen(Protocol):
    """Start a receiver; it stops with the test."""

    async def __call__(
        self, answer: Answer = ..., host: str = ..., tls: ssl.SSLContext | None = ...
    ) -> Receiver: ...


@pytest.fixture
async def listen() -> AsyncIterator[Listen]:
    started: list[Receiver] = []

    async def start(
        answer: Answer = lambda request: reply(),
        host: str = "127.0.0.1",
        tls: ssl.SSLContext | None = None,
    ) -> Receiver:
        receiver = Receiver(answer)
        await receiver.start(host, tls)
        started.append(receiver)
        return receiver

    yield start
    for receiver in started:
        await receiver.stop()


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that any socket of this process was told to connect to."""
    addresses: list[str] = []
    connect = socket.socket.connect

    def spy(self: socket.socket, address: tuple[str, int]) -> None:
        addresses.append(address[0])
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", spy)
    return addresses
