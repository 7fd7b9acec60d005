"""A voice agent for Media Streams: a WebSocket server that believes that Twilio has connected."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from tests.end_to_end.waiting import eventually


class Visit:
    """One connection, as the agent has it. `said`: Twilio's messages, but for `media`."""

    def __init__(self, connection: ServerConnection) -> None:
        self.connection = connection
        self.said: list[dict[str, Any]] = []
        self.media: list[dict[str, Any]] = []
        self.over = asyncio.Event()

    @property
    def start(self) -> dict[str, Any]:
        """What the start message holds."""
        (message,) = [message for message in self.said if message["event"] == "start"]
        start: dict[str, Any] = message["start"]
        return start

    @property
    def sound(self) -> bytes:
        """What the agent has heard, in mu-law."""
        return b"".join(base64.b64decode(message["media"]["payload"]) for message in self.media)

    def named(self, event: str) -> list[dict[str, Any]]:
        """The messages of one kind, but for `media`."""
        return [message for message in self.said if message["event"] == event]

    async def say(self, event: str, **members: Any) -> None:
        """Say one message of an agent's."""
        message = {"event": event, "streamSid": self.start["streamSid"], **members}
        await self.connection.send(json.dumps(message))

    async def speak(self, payload: bytes) -> None:
        """Say sound, in mu-law, of any length."""
        await self.say("media", media={"payload": base64.b64encode(payload).decode()})

    async def read(self) -> dict[str, Any]:
        """Read one message of Twilio's and keep it."""
        message: dict[str, Any] = json.loads(await self.connection.recv())
        (self.media if message["event"] == "media" else self.said).append(message)
        return message


Behaviour: TypeAlias = Callable[[Visit], Awaitable[None]]


class Agent:
    """The server at `url`; `visits`: who has come."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.visits: list[Visit] = []

    async def visit(self) -> Visit:
        """Give the first visit, once Twilio has said its opening."""

        async def ask() -> Visit | None:
            return self.visits[0] if self.visits and self.visits[0].named("start") else None

        return await eventually(ask)


async def echo(visit: Visit) -> None:
    """Say what is heard."""
    while True:
        message = await visit.read()
        if message["event"] == "media":
            await visit.say("media", media={"payload": message["media"]["payload"]})


async def listen(visit: Visit) -> None:
    """Say nothing of one's own accord."""
    while True:
        await visit.read()


@asynccontextmanager
async def serving(behaviour: Behaviour) -> AsyncIterator[Agent]:
    """Serve on a free port of this machine."""

    async def serve_one(connection: ServerConnection) -> None:
        visit = Visit(connection)
        agent.visits.append(visit)
        try:
            await behaviour(visit)
        except ConnectionClosed:
            pass
        finally:
            visit.over.set()

    async with serve(serve_one, "127.0.0.1", 0, compression=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        agent = Agent(f"ws://127.0.0.1:{port}/agent")
        yield agent
