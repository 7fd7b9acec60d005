"""WebSockets to users' servers: guarded, signed, in order, and never without a bound."""

import asyncio
import base64
import contextlib
import ssl
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection as ServerConnectionInThread
from websockets.sync.server import serve as serve_in_thread

from conference_app.http_client import (
    SIGNATURE_HEADER,
    FetchError,
    HttpSettings,
    Pong,
    Socket,
    SocketClient,
    read_networks,
    verify,
)
from conference_app.http_client.socket import INCOMING_MESSAGES, OUTGOING_MESSAGES
from media_engine.task_set import TaskSet
from tests.conference_app.http_client.certificates import Authority
from tests.end_to_end.waiting import eventually

TOKEN = "secret"
LOOPBACK = HttpSettings(allowed=read_networks(["127.0.0.0/8"]))

Behaviour = Callable[[ServerConnection], Awaitable[None]]


class UsersServer:
    """A user's WebSocket server, and what it was asked."""

    def __init__(self) -> None:
        self.port = 0
        self.requests: list[Request] = []
        self.redirect_to: str | None = None
        self.closed_with: list[int | None] = []

    def url(self, path: str = "/agent?x=1", userinfo: str = "") -> str:
        return f"ws://{userinfo}127.0.0.1:{self.port}{path}"

    def look_at(self, connection: ServerConnection, request: Request) -> Response | None:
        self.requests.append(request)
        if self.redirect_to is None:
            return None
        response = connection.respond(HTTPStatus.FOUND, "elsewhere")
        response.headers["Location"] = self.redirect_to
        return response


@asynccontextmanager
async def serving(
    behaviour: Behaviour, tls: ssl.SSLContext | None = None
) -> AsyncIterator[UsersServer]:
    users = UsersServer()

    async def handle(connection: ServerConnection) -> None:
        await behaviour(connection)
        await connection.wait_closed()
        users.closed_with.append(connection.close_code)

    async with serve(
        handle, "127.0.0.1", 0, process_request=users.look_at, compression=None, ssl=tls
    ) as server:
        users.port = next(iter(server.sockets)).getsockname()[1]
        yield users


async def echo(connection: ServerConnection) -> None:
    async for message in connection:
        await connection.send(message)


async def wait(connection: ServerConnection) -> None:
    """Read nothing, say nothing."""


@pytest.fixture
async def client() -> AsyncIterator[SocketClient]:
    client = SocketClient(LOOPBACK)
    yield client
    await client.close()


async def open_to(client: SocketClient, url: str, **options: Any) -> Socket:
    options.setdefault("read", lambda message: message)
    options.setdefault("on_closed", lambda: None)
    return await client.connect(url, sign_with=TOKEN, subprotocol="audio.twilio.com", **options)


async def over(socket: Socket) -> None:
    async def ask() -> bool:
        return socket.is_over

    await eventually(ask)


async def taken(socket: Socket, count: int) -> list[object]:
    """Take so many of what came."""
    got: list[object] = []

    async def ask() -> bool:
        while socket.incoming:
            got.append(socket.incoming.popleft())
        return len(got) >= count

    await eventually(ask)
    return got


async def test_messages_and_pings_go_and_come_in_order(client: SocketClient) -> None:
    async with serving(echo) as users:
        socket = await open_to(client, users.url())
        for number in range(300):
            socket.send(str(number))
        socket.send(b"\x01\x02")
        got = await taken(socket, 301)
        socket.ping(7)
        assert await taken(socket, 1) == [Pong(7)]
        await client.hang_up(socket)
    assert got == [*map(str, range(300)), b"\x01\x02"]
    assert users.closed_with == [1000]
    assert socket.is_over


async def test_the_handshake_is_twilios(client: SocketClient) -> None:
    async with serving(echo) as users:
        socket = await open_to(client, users.url(userinfo="me:pw@"))
        await client.hang_up(socket)
    (request,) = users.requests
    assert verify(users.url(), (), TOKEN, request.headers[SIGNATURE_HEADER])
    assert request.headers["Authorization"] == "Basic " + base64.b64encode(b"me:pw").decode()
    assert request.headers["Sec-WebSocket-Protocol"] == "audio.twilio.com"
    assert request.path == "/agent?x=1"


async def test_a_redirect_is_not_followed(client: SocketClient) -> None:
    async with serving(echo) as elsewhere, serving(echo) as users:
        users.redirect_to = elsewhere.url().replace("ws:", "http:")
        with pytest.raises(FetchError, match="302") as raised:
            await open_to(client, users.url())
    assert raised.value.code == 11217
    assert elsewhere.requests == []


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ws://127.0.0.1:9/", 11205),
        ("ws://10.0.0.1/", 11205),
        ("wss://[::1]/", 11205),
        ("ws://169.254.169.254/latest", 11205),
        ("ws://internal.example/", 11205),
        ("http://example.org/", 11100),
        ("ws:///x", 11100),
        ("ws://a b/", 11210),
        ("x", 11100),
    ],
)
async def test_what_may_not_be_connected_to_is_not(url: str, code: int) -> None:
    async def lookup(host: str, port: int) -> list[str]:
        return ["192.168.0.1"]

    client = SocketClient(HttpSettings(), lookup=lookup)
    try:
        with pytest.raises(FetchError) as raised:
            await open_to(client, url)
    finally:
        await client.close()
    assert raised.value.code == code


async def test_the_end_of_a_connection_is_told_once(client: SocketClient) -> None:
    told: list[str] = []

    async def leave(connection: ServerConnection) -> None:
        await connection.close(4000)

    async with serving(leave) as users:
        socket = await open_to(client, users.url(), on_closed=lambda: told.append("closed"))
        await over(socket)
        socket.send("nobody hears it")
        await client.hang_up(socket)
    assert told == ["closed"]
    assert socket.close_code == 4000


async def test_a_message_that_can_not_be_read_closes_the_connection(client: SocketClient) -> None:
    def read(message: object) -> object:
        raise ValueError("not read")

    async def speak(connection: ServerConnection) -> None:
        await connection.send("hello")

    async with serving(speak) as users:
        socket = await open_to(client, users.url(), read=read)
        await over(socket)

        async def closed() -> bool:
            return bool(users.closed_with)

        await eventually(closed)
    assert str(socket.fault) == "not read"
    assert users.closed_with == [1007]


async def test_a_server_that_says_too_much_has_to_wait_and_nothing_is_lost(
    client: SocketClient,
) -> None:
    count = 8 * INCOMING_MESSAGES

    async def chatter(connection: ServerConnection) -> None:
        for number in range(count):
            await connection.send(f"{number} " + 1000 * "x")

    async with serving(chatter) as users:
        socket = await open_to(client, users.url())

        async def full() -> bool:
            return len(socket.incoming) == INCOMING_MESSAGES

        await eventually(full)
        await asyncio.sleep(0.1)
        assert len(socket.incoming) == INCOMING_MESSAGES
        got = await taken(socket, count)
        await client.hang_up(socket)
    assert [int(str(message).split()[0]) for message in got] == list(range(count))


async def test_a_server_that_does_not_read_is_left_when_too_much_waits(
    client: SocketClient,
) -> None:
    enough = asyncio.Event()

    async def be_deaf(connection: ServerConnection) -> None:
        connection.transport.pause_reading()
        await enough.wait()
        connection.transport.abort()

    async with serving(be_deaf) as users:
        socket = await open_to(client, users.url())
        for _ in range(20 * OUTGOING_MESSAGES):
            socket.send("x" * 10_000)
            await asyncio.sleep(0)
            if socket.overflowed:
                break
        assert socket.overflowed
        await over(socket)
        enough.set()


async def test_giving_up_a_connection_that_is_being_made_leaves_none_open(
    client: SocketClient,
) -> None:
    readers: list[asyncio.StreamReader] = []
    hung_up = asyncio.Event()

    async def never_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        readers.append(reader)
        while await reader.read(1000):
            pass
        writer.close()
        await writer.wait_closed()
        hung_up.set()

    tasks = TaskSet()
    slow = await asyncio.start_server(never_answer, "127.0.0.1", 0)
    url = f"ws://127.0.0.1:{slow.sockets[0].getsockname()[1]}/"
    async with slow:
        connecting = tasks.start(open_to(client, url), name="connecting")

        async def begun() -> bool:
            return bool(readers)

        await eventually(begun)
        assert not connecting.done()
        await tasks.cancel_and_wait()

        async with asyncio.timeout(30):
            await hung_up.wait()


async def test_giving_up_a_connection_that_was_made_at_this_moment_closes_it(
    client: SocketClient,
) -> None:
    closed = threading.Event()

    def wait_for_the_end(connection: ServerConnectionInThread) -> None:
        with contextlib.suppress(ConnectionClosed):
            connection.recv()
        closed.set()

    tasks = TaskSet()
    with serve_in_thread(wait_for_the_end, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        url = f"ws://127.0.0.1:{server.socket.getsockname()[1]}/"
        connecting = tasks.start(open_to(client, url), name="connecting")
        await asyncio.sleep(0)
        # This loop stands still, so that it does not learn that the connection is there.
        time.sleep(0.5)  # noqa: ASYNC251
        assert not connecting.done()
        await tasks.cancel_and_wait()
        assert await asyncio.to_thread(closed.wait, 10)
        server.shutdown()
        thread.join()


async def test_a_secure_server_has_to_prove_its_name(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    trusting = ssl.create_default_context(cafile=str(authority.root_file))
    settings = HttpSettings(allowed=LOOPBACK.allowed, tls=trusting)
    for name, code in (("127.0.0.1", None), ("other.example", 11235)):
        client = SocketClient(settings)
        async with serving(echo, tls=authority.server(name)) as users:
            url = users.url().replace("ws:", "wss:")
            if code is None:
                socket = await open_to(client, url)
                socket.send("safe")
                assert await taken(socket, 1) == ["safe"]
                assert verify(url, (), TOKEN, users.requests[0].headers[SIGNATURE_HEADER])
            else:
                with pytest.raises(FetchError) as raised:
                    await open_to(client, url)
                assert raised.value.code == code
            await client.close()


async def test_closing_the_client_closes_what_is_open() -> None:
    client = SocketClient(LOOPBACK)
    async with serving(wait) as users:
        socket = await open_to(client, users.url())
        await client.close()
        assert socket.is_over
        with pytest.raises(FetchError, match="shutting down"):
            await open_to(client, users.url())
