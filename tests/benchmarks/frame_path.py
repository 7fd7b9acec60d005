"""Where the time of a tick goes: `python -m tests.benchmarks.frame_path [LEGS ROOM_OF TALKERS]`.

The engine's registry with real connections on this machine, in one process and without a clock:
callers' frames (μ-law, 8 kHz) are laid into their sockets, the caches are swept as 20 ms of other
work would, one tick is timed stage by stage, and the callers read. Printed are microseconds a leg
and tick, medians over the ticks. What is left out is the event loop's own waking, and what the
kernel does for the callers.
"""

import asyncio
import os
import socket
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final, NamedTuple, ParamSpec, TypeVar

import numpy as np
import uvloop
from typing_extensions import override
from websockets.frames import Frame, Opcode
from websockets.protocol import OPEN

from conference_app.streams.channel import Sound
from conference_app.streams.direct_channel import DirectChannel
from conference_app.streams.frame_reader import OUR_PINGS, OUR_PINGS_BYTES, PING, header
from conference_app.streams.socket_output import SocketOutput
from media_engine.codecs import get_codec
from media_engine.commands import JoinConference, JoinTerms
from media_engine.conference_mixer import Beeps, ConferenceMixer
from media_engine.dialects import WireFormat
from media_engine.dialects.native import NativeServer
from media_engine.even_streams import EvenStreams
from media_engine.events import RoomKey
from media_engine.jitter import JitterBuffer
from media_engine.leg import Leg
from media_engine.leg_bank import LegBank
from media_engine.limiter import Limiter
from media_engine.pcm import samples_per_frame
from media_engine.plain_mixing import PlainMixing
from media_engine.registry import Registry

TICKS: Final = 300
MOST: Final = 10_000
"""Talkers: all."""
WARM_UP: Final = 50
MIX_RATE_HZ: Final = 16_000
WIRE: Final = WireFormat("audio/x-mulaw", 8000)
SWEPT_BYTES: Final = 16 * 1024 * 1024
LOUDNESS: Final = 300
"""Standard deviation of what each says; 1000 together stay below full scale."""

FRAMES: Final = 50
"""Different ones that each caller sends, in turn."""

STAGES: Final = {
    "read": "sockets, WebSocket frames, masks, jitter buffers",
    "take": "jitter buffers that have more to do than to pass a frame on",
    "decode": "table, 8 to 16 kHz, all legs at once",
    "mix": "the meetings' sums",
    "limit": "all mixes at once",
    "encode": "16 to 8 kHz, table, all legs at once",
    "send": "bound of what is unread, WebSocket frame",
    "flush": "the event loop hands it all to the kernel",
    "rest": "clearing the arrays, loops",
}

_WATCHED: Final = (
    (EvenStreams, "tick", "read"),
    (JitterBuffer, "take", "take"),
    (LegBank, "decode", "decode"),
    (ConferenceMixer, "tick", "mix"),
    (PlainMixing, "mix", "mix"),
    (Limiter, "limit", "limit"),
    (LegBank, "encode", "encode"),
    (LegBank, "_send", "send"),
)

_PING: Final = header(PING, OUR_PINGS_BYTES) + OUR_PINGS

_P = ParamSpec("_P")
_R = TypeVar("_R")


class Stopwatch:
    """Adds up the nanoseconds of each stage of one tick."""

    def __init__(self) -> None:
        self.spent: dict[str, int] = defaultdict(int)

    def timed(self, stage: str, function: Callable[_P, _R]) -> Callable[_P, _R]:
        """Give the function with its time taken."""

        @wraps(function)
        def call(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            began = time.perf_counter_ns()
            try:
                return function(*args, **kwargs)
            finally:
                self.spent[stage] += time.perf_counter_ns() - began

        return call

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Time the methods of _WATCHED, of whatever object."""
        kept = [(owner, name, getattr(owner, name)) for owner, name, _ in _WATCHED]
        try:
            for owner, name, stage in _WATCHED:
                setattr(owner, name, self.timed(stage, getattr(owner, name)))
            yield
        finally:
            for owner, name, method in kept:
                setattr(owner, name, method)


class _Open:
    """Stands for a WebSocket after its handshake: the direct channel asks no more of it."""

    state = OPEN


class _Connection(asyncio.Protocol):
    """The server's end; what `DirectChannel` needs of the protocol class it belongs to."""

    def __init__(self) -> None:
        self.conn = _Open()
        self.queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.read_paused = False
        self.transport: asyncio.BaseTransport | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def way_is_clear(self) -> bool:
        return True

    @override
    def pause_writing(self) -> None:
        raise AssertionError("the callers read")

    def stop_keepalive(self) -> None:
        """There is none."""


@dataclass(slots=True)
class Caller:
    """The other end."""

    socket: socket.socket
    frames: list[bytes]
    pong: bytes = b""

    def say(self, tick: int) -> None:
        self.socket.send(self.frames[tick % FRAMES] + self.pong)
        self.pong = b""

    def read(self) -> None:
        _, ping, number = self.socket.recv(65_536).partition(_PING)
        if ping:
            self.pong = Frame(Opcode.PONG, OUR_PINGS + number[:8]).serialize(mask=True)


class Stage(NamedTuple):
    """What a stage takes: microseconds a leg and tick."""

    name: str
    microseconds: float


async def measure(legs: int, room_of: int, talkers: int = MOST) -> list[Stage]:
    """Time TICKS ticks of rooms of `room_of`, in which all but the first `talkers` are muted."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")  # sockets heed one
    watch = Stopwatch()
    registry = _registry()
    rng = np.random.default_rng(1)
    callers = []
    for number in range(legs):
        terms = JoinTerms(muted=number % room_of >= talkers, max_participants=room_of)
        room = f"room {number // room_of}"
        callers.append(
            await _bring_in(
                registry,
                watch,
                rng,
                JoinConference(f"CA{number}", RoomKey("AC", room), room, terms),
            )
        )
    with watch.watching():
        taken = [await _tick(registry, watch, callers, number) for number in range(TICKS)]
    return [
        Stage(name, statistics.median(one[name] for one in taken[WARM_UP:]) / legs / 1000)
        for name in STAGES
    ]


async def _tick(
    registry: Registry, watch: Stopwatch, callers: list[Caller], number: int
) -> dict[str, int]:
    for caller in callers:
        caller.say(number)
    _SWEPT[:] += 1
    watch.spent.clear()
    began = time.perf_counter_ns()
    registry.tick()
    ticked = time.perf_counter_ns()
    await asyncio.sleep(0)
    flushed = time.perf_counter_ns()
    for caller in callers:
        caller.read()
    spent = defaultdict(int, watch.spent)
    spent["flush"] = flushed - ticked
    spent["rest"] = (
        ticked - began - sum(spent[name] for name in ("decode", "mix", "limit", "encode"))
    )
    spent["decode"] -= spent["read"] + spent["take"]
    spent["encode"] -= spent["send"]
    return spent


_SWEPT: Final = np.zeros(SWEPT_BYTES // 4, np.float32)


async def _bring_in(
    registry: Registry, watch: Stopwatch, rng: np.random.Generator, command: JoinConference
) -> Caller:
    ours, theirs = _connected()
    loop = asyncio.get_running_loop()
    _, protocol = await loop.connect_accepted_socket(_Connection, ours)
    channel = DirectChannel(protocol)  # type: ignore[arg-type]
    dialect = NativeServer()
    output = SocketOutput(channel, dialect, lambda: None)
    leg = registry.open_leg(command.leg_id, WIRE, output)
    _connect(leg, channel, dialect, output, watch)
    registry.apply(command)
    return Caller(theirs, _frames(rng))


def _connect(
    leg: Leg,
    channel: DirectChannel,
    dialect: NativeServer,
    output: SocketOutput,
    watch: Stopwatch,
) -> None:
    def on_message(message: str | bytes) -> None:
        said = dialect.receive(message)
        if output.allows_message() and isinstance(said, bytes):
            leg.receive(said)

    channel.take_over(on_message, output.on_pong)
    poll = channel.start_polling(Sound(leg.wire.bytes_per_frame, leg.receive))
    assert poll is not None
    leg.poll = watch.timed("read", poll)
    leg.line = channel.line(output)


def _connected() -> tuple[socket.socket, socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        theirs = socket.create_connection(listening.getsockname())
        ours, _ = listening.accept()
    for end in (ours, theirs):
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        end.setblocking(False)
    return ours, theirs


def _frames(rng: np.random.Generator) -> list[bytes]:
    codec = get_codec(WIRE.encoding)
    noise = rng.normal(0, LOUDNESS, (FRAMES, samples_per_frame(WIRE.rate_hz))).astype(np.int16)
    return [Frame(Opcode.BINARY, codec.encode(one)).serialize(mask=True) for one in noise]


def _registry() -> Registry:
    def nothing_is_recorded(*_: str | int) -> Any:
        raise AssertionError("nothing is recorded here")

    silence = np.zeros(samples_per_frame(MIX_RATE_HZ), np.int16)
    return Registry(
        mix_rate_hz=MIX_RATE_HZ,
        beeps=Beeps(enter=silence, leave=silence),
        open_recording=nothing_is_recorded,
        open_leg_recording=nothing_is_recorded,
        emit=lambda _: None,
    )


def main() -> None:
    """Print the stages."""
    given = [int(word) for word in sys.argv[1:]]
    legs, room_of, talkers = (*given, *(200, 4, MOST)[len(given) :])
    stages = uvloop.run(measure(legs, room_of, talkers))
    who = f", {talkers} of each talk" if talkers < room_of else ""
    print(f"{legs} legs in rooms of {room_of}{who}: microseconds a leg and tick")
    for name, microseconds in stages:
        print(f"{name:8}{microseconds:6.2f}  {STAGES[name]}")
    print(f"{'all':8}{sum(stage.microseconds for stage in stages):6.2f}")


if __name__ == "__main__":
    main()
