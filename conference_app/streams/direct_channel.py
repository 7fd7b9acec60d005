"""One connection of uvicorn as a channel: messages by direct calls, its socket read by the tick."""

import ctypes
import logging
from collections.abc import Callable
from time import perf_counter
from typing import TYPE_CHECKING, Final

from websockets.protocol import OPEN
from websockets.speedups import apply_mask

from conference_app.streams.channel import OnMessage, OnPong, Sound
from conference_app.streams.frame_reader import (
    BINARY,
    MASK_BYTES,
    OUR_PINGS,
    OUR_PINGS_BYTES,
    PING,
    TEXT,
    header,
    masked_header,
    only_message,
    take_frames,
)
from conference_app.streams.socket_calls import NOTHING_YET, read
from conference_app.streams.socket_lines import SocketLine

if TYPE_CHECKING:
    from conference_app.streams.media_protocol import MediaProtocol
    from conference_app.streams.socket_output import SocketOutput

logger = logging.getLogger(__name__)

READ_BYTES: Final = 4096
"""At once: two frames of the widest sound. After a stall of the network there is more."""

READ_FOR_S: Final = 0.002
"""The most that one client may take of a tick, over which it reads what it has no time to look at;
what is left waits in the kernel, whose buffers are full then.
"""

_BUFFER: Final = bytearray(READ_BYTES)
"""Of whoever is being read: one for all stays in the cache. Only the loop's thread reads."""
_BUFFER_ADDRESS: Final = ctypes.addressof(ctypes.c_char.from_buffer(_BUFFER))


class DirectChannel:
    """A `streams.channel.Channel` on one connection of uvicorn."""

    # What a frame touches lies together: at 20 ms between two uses nothing is in a cache any more,
    # and each object on the way costs more than what is done with it.
    __slots__ = (
        "_conn",
        "_fd",
        "_hear",
        "_heard",
        "_is_closing",
        "_line",
        "_protocol",
        "_sound_at",
        "_sound_bytes",
        "_sound_header",
        "on_message",
        "on_pong",
        "taken_over",
        "way_is_clear",
        "write",
    )

    tells_of_reading = True

    def __init__(self, protocol: "MediaProtocol") -> None:
        transport = protocol.transport
        self._protocol = protocol
        self._conn = protocol.conn
        self._is_closing: Callable[[], bool] = transport.is_closing
        self.write: Callable[[bytes], None] = transport.write
        """Hands bytes to the transport as they are."""
        self._line: SocketLine | None = None
        self._fd: int | None = None
        # Of a message that may be heard at once: its header, up to its mask, where what is masked
        # begins, and where it ends; 0: there are none.
        self._sound_header = b""
        self._sound_at = self._sound_bytes = 0
        self._hear: Callable[[bytes], None] = _nobody
        self._heard = False
        self.taken_over = False
        self.way_is_clear = False
        """Whether the next byte begins a message, and may be read without the parser."""
        self.on_message: OnMessage = _nobody
        self.on_pong: OnPong = _nobody

    def take_over(self, on_message: OnMessage, on_pong: OnPong) -> None:
        """Have messages called out from now on, those that wait already first; `receive` gives the
        rest.
        """
        protocol = self._protocol
        # Whether the client is there is asked by ping() from now on. Of uvicorn's pings it would
        # hang up on who does not read for half a minute, though he speaks on.
        protocol.stop_keepalive()
        waiting = [protocol.queue.get_nowait() for _ in range(protocol.queue.qsize())]
        self.on_message = on_message
        self.on_pong = on_pong
        self.taken_over = True
        self.way_is_clear = protocol.way_is_clear()
        for event in waiting:
            if event["type"] != "websocket.receive":
                protocol.queue.put_nowait(event)
                continue
            text, binary = event.get("text"), event.get("bytes")
            on_message(text if text is not None else binary or b"")
        if protocol.read_paused:
            protocol.read_paused = False
            protocol.transport.resume_reading()

    def start_polling(self, sound: Sound | None = None) -> Callable[[], None] | None:
        """Take the reading of the socket out of the event loop, where it can be read as it is.

        To be woken up for a frame costs more than the frame. Sound is only used at ticks, so that
        is when it is fetched. Encrypted sockets are left to the loop.
        """
        transport = self._protocol.transport
        socket = transport.get_extra_info("socket")
        if socket is None or transport.get_extra_info("ssl_object") is not None:
            return None
        if transport.is_closing():
            return None
        if sound is not None:
            self._sound_header = masked_header(BINARY, sound.size)
            self._sound_at = len(self._sound_header) + MASK_BYTES
            self._sound_bytes = self._sound_at + sound.size
            self._hear = sound.hear
        self._fd = socket.fileno()
        transport.pause_reading()
        return self._poll

    def line(self, output: "SocketOutput") -> SocketLine | None:
        """Give the socket to be read and written with others, while it is polled."""
        if self._fd is None or not self.way_is_clear:
            return None
        transport = self._protocol.transport
        self._line = SocketLine(self._fd, self, output)
        # So that we are told as soon as anything waits to be written first.
        transport.set_write_buffer_limits(high=0)
        self._line.change(held=transport.get_write_buffer_size() > 0)
        return self._line

    def parsed(self, *, way_is_clear: bool, is_open: bool) -> None:
        """Heed where the parser stands."""
        self.way_is_clear = way_is_clear
        if self._line is not None:
            self._line.change(clear=way_is_clear, shut=not is_open)

    def hold(self, held: bool) -> bool:
        """Heed whether the transport has something to write first; False for no line."""
        if self._line is not None:
            self._line.change(held=held)
        return self._line is not None

    def lost(self) -> None:
        """Neither read nor write past the transport any more: the descriptor is about to be closed,
        or somebody else's business.
        """
        self._fd = None
        if self._line is not None:
            self._line.change(shut=True)

    def stop_polling(self) -> None:
        """Read no more. What the client still says is left in the kernel until we close."""
        self.lost()
        # What knows the call is let go: no cycle is left to be looked for when it is over.
        self._line = None
        self.on_message = self.on_pong = self._hear = _nobody
        protocol = self._protocol
        if not protocol.read_paused and not protocol.transport.is_closing():
            # When the close frame is sent, uvicorn reads on, to find the client's.
            protocol.read_paused = True
            protocol.transport.pause_reading()

    def _give_back(self) -> None:
        """Let the event loop read: the end of a connection is its business."""
        self.lost()
        if not self._protocol.transport.is_closing():
            self._protocol.transport.resume_reading()

    def _poll(self) -> None:
        """Take what the socket has: nearly always one message, and then this is all."""
        # A descriptor that was closed may be another connection's by now: ask before each use.
        if self._fd is None or self._is_closing():
            return
        count = read(self._fd, _BUFFER_ADDRESS, READ_BYTES)
        if count > 0 and self.way_is_clear:
            if count == self._sound_bytes and _BUFFER.startswith(self._sound_header):
                at = self._sound_at
                self._heard = True
                self._hear(apply_mask(_BUFFER[at:count], _BUFFER[at - MASK_BYTES : at]))
                return
            message = only_message(_BUFFER, count)
            if message is not None:
                self.on_message(message)
                return
        if count >= 0 or ctypes.get_errno() not in NOTHING_YET:
            self.take(bytes(_BUFFER[: max(0, count)]), more=count == READ_BYTES)

    def skip(self, data: bytes, *, more: bool) -> None:
        """Take what was read, as take() does, but forget what of it is sound."""
        if data and self.way_is_clear:
            rest = take_frames(data, self._call_out_but_sound, self.on_pong)
            if not rest:
                return
            data = rest
        self.take(data, more=more)

    def _call_out_but_sound(self, message: str | bytes) -> None:
        if isinstance(message, str):
            self.on_message(message)
        else:
            self._heard = True

    def take(self, data: bytes, *, more: bool) -> None:
        """Take what was read, nothing being the end, and what more there is if there is `more`:
        READ_FOR_S at most.
        """
        until_s = perf_counter() + READ_FOR_S
        while data:
            self._hand_on(data)
            if not more or self._fd is None or self._is_closing() or perf_counter() >= until_s:
                return
            count = read(self._fd, _BUFFER_ADDRESS, READ_BYTES)
            if count < 0 and ctypes.get_errno() in NOTHING_YET:
                return
            data, more = bytes(_BUFFER[: max(0, count)]), count == READ_BYTES
        self._give_back()

    def _hand_on(self, data: bytes) -> None:
        try:
            if self.way_is_clear:
                data = take_frames(data, self.on_message, self.on_pong)
            if data:
                self._protocol.data_received(data)
        except Exception:
            logger.exception("a connection's message could not be read")
            self._protocol.transport.abort()

    def was_heard(self) -> bool:
        """Whether sound has come past on_message since this was asked last."""
        heard = self._heard or (self._line is not None and self._line.was_heard())
        self._heard = False
        return heard

    def send(self, message: str | bytes, ping: int | None = None) -> None:
        """Send one message, and a ping in the same write; nothing happens on a connection that is
        closing.
        """
        if self._is_closing() or self._conn.state is not OPEN:
            return
        if isinstance(message, str):
            message = message.encode()
            frame = header(TEXT, len(message)) + message
        else:
            frame = header(BINARY, len(message)) + message
        if ping is not None:
            frame += _PING_HEADER + ping.to_bytes(8, "big")
        self.write(frame)


_PING_HEADER: Final = header(PING, OUR_PINGS_BYTES) + OUR_PINGS


def _nobody(_: object) -> None:
    """Stands in until somebody takes over."""
