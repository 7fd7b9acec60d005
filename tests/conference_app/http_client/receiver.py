"""A server on this machine that answers as a test tells it, byte by byte."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import TypeAlias
from urllib.parse import parse_qsl


@dataclass(frozen=True)
class Request:
    """What came: the target as it stood in the request line, header names in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> list[tuple[str, str]]:
        return parse_qsl(self.body.decode(), keep_blank_values=True)


Answer: TypeAlias = Callable[[Request], bytes | AsyncIterator[bytes]]


def reply(body: bytes = b"", status: str = "200 OK", **headers: str) -> bytes:
    """Write an answer out; `content_type="audio/wav"` becomes a Content-Type header."""
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *lines, "", ""]
    return "\r\n".join(head).encode() + body


async def silence(request: Request) -> AsyncIterator[bytes]:
    """Say nothing for ever."""
    await asyncio.Event().wait()
    yield b""


# One way to fail for each word of a retry policy; the last is covered by "all" alone.
FAILURES: dict[str, Answer] = {
    "4xx": lambda request: reply(status="404 x"),
    "5xx": lambda request: reply(status="503 x"),
    "rt": silence,
    "all": lambda request: b"",
}


@dataclass
class Receiver:
    """The server. `connections` counts whoever connected, with or without a request; `arrived` is
    released by each request, `left` is set when a client went away.
    """

    answer: Answer
    connections: int = 0
    requests: list[Request] = field(default_factory=list)
    bytes_sent: int = 0
    arrived: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    left: asyncio.Event = field(default_factory=asyncio.Event)
    port: int = 0
    greeting: bytes = b""  # said before a request came
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _server: asyncio.Server | None = None

    async def start(self, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        """Listen at a free port; at every address of this machine when `host` is empty."""
        if host:
            self._server = await asyncio.start_server(self._serve, host, 0, ssl=tls)
        else:
            everywhere = socket.create_server(
                ("", 0), family=socket.AF_INET6, dualstack_ipv6=True, backlog=256
            )
            self._server = await asyncio.start_server(self._serve, sock=everywhere)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._converse(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client has heard enough
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(self.greeting)
        request = await _read(reader)
        self.requests.append(request)
        self.arrived.release()
        leaving = asyncio.ensure_future(reader.read())
        leaving.add_done_callback(lambda _: self.left.set())
        try:
            await self._say(self.answer(request), writer)
            await leaving  # so that nothing which the client has not read is lost
        finally:
            leaving.cancel()
            await asyncio.gather(leaving, return_exceptions=True)

    async def _say(
        self, answer: bytes | AsyncIterator[bytes], writer: asyncio.StreamWriter
    ) -> None:
        if isinstance(answer, bytes):
            writer.write(answer)
        else:
            async for piece in answer:
                writer.write(piece)
                self.bytes_sent += len(piece)
                await writer.drain()
        await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()


async def _read(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    first, *lines = head.strip().split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(method, target, headers, body)
