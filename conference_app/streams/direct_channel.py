"""One connection of uvicorn as a channel: messages by direct calls, its socket read by the tick."""

import ctypes
import errno
import logging
import struct
from collections.abc import Callable
from functools import lru_cache
from time import perf_counter
from typing import TYPE_CHECKING, Final

from websockets.protocol import OPEN
from websockets.speedups import apply_mask

from conference_app.streams.channel import OnMessage, OnPong, Sound
from conference_app.streams.frame_reader import (
    MASK_BYTES,
    OUR_PINGS,
    OUR_PINGS_BYTES,
    masked_header,
    only_message,
)

if TYPE_CHECKING:
    from conference_app.streams.media_protocol import MediaProtocol

logger = logging.getLogger(__name__)

READ_BYTES: Final = 4096
"""At once: two frames of the widest sound. After a stall of the network there is more."""

READ_FOR_S: Final = 0.002
"""The most that one client may take of a tick, over which it reads what it has no time to look at;
what is left waits in the kernel, whose buffers are full then.
"""

_BINARY: Final = 0x82
_TEXT: Final = 0x81
_PING: Final = 0x89

_BUFFER: Final = bytearray(READ_BYTES)
"""Of whoever is being read: one for all stays in the cache. Only the loop's thread reads."""
_BUFFER_ADDRESS: Final = ctypes.addressof((ctypes.c_char * READ_BYTES).from_buffer(_BUFFER))

# Python's own calls let other threads run while they read, and wait for them to stop again: with a
# busy thread beside it, a tick that reads 200 sockets would be 100 ms late. These sockets never
# block, so nobody has to be let in.
_read: Final = ctypes.PyDLL(None, use_errno=True).read
_read.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t)
_read.restype = ctypes.c_ssize_t
_NOTHING_YET: Final = (errno.EAGAIN, errno.EWOULDBLOCK, errno.EINTR)


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
        "_protocol",
        "_sound_at",
        "_sound_bytes",
        "_sound_header",
        "_write",
        "on_message",
        "on_pong",
        "taken_over",
        "way_is_clear",
    )

    tells_of_reading = True

    def __init__(self, protocol: "MediaProtocol") -> None:
        transport = protocol.transport
        self._protocol = protocol
        self._conn = protocol.conn
        self._is_closing: Callable[[], bool] = transport.is_closing
        self._write: Callable[[bytes], None] = transport.write
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
            self._sound_header = masked_header(_BINARY, sound.size)
            self._sound_at = len(self._sound_header) + MASK_BYTES
            self._sound_bytes = self._sound_at + sound.size
            self._hear = sound.hear
        self._fd = socket.fileno()
        transport.pause_reading()
        return self._poll

    def stop_polling(self) -> None:
        """Read no more. What the client still says is left in the kernel until we close."""
        self._fd = None
        protocol = self._protocol
        if not protocol.read_paused and not protocol.transport.is_closing():
            # When the close frame is sent, uvicorn reads on, to find the client's.
            protocol.read_paused = True
            protocol.transport.pause_reading()

    def _give_back(self) -> None:
        """Let the event loop read: the end of a connection is its business."""
        self._fd = None
        if not self._protocol.transport.is_closing():
            self._protocol.transport.resume_reading()

    def _poll(self) -> None:
        """Take what the socket has: nearly always one message, and then this is all."""
        # A descriptor that was closed may be another connection's by now: ask before each use.
        if self._fd is None or self._is_closing():
            return
        count = _read(self._fd, _BUFFER_ADDRESS, READ_BYTES)
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
        self._take(count)

    def _take(self, count: int) -> None:
        """Take what was read, and what more there is: READ_FOR_S at most."""
        until_s = perf_counter() + READ_FOR_S
        while self._is_taken(count) and perf_counter() < until_s:
            count = _read(self._fd, _BUFFER_ADDRESS, READ_BYTES)

    def _is_taken(self, count: int) -> bool:
        """Hand on what was read into the buffer; whether there may be more."""
        if count < 0 and ctypes.get_errno() in _NOTHING_YET:
            return False
        if count <= 0:
            self._give_back()
            return False
        try:
            self._protocol.data_received(bytes(_BUFFER[:count]))
        except Exception:
            logger.exception("a connection's message could not be read")
            self._protocol.transport.abort()
        return count == READ_BYTES and self._fd is not None and not self._is_closing()

    def was_heard(self) -> bool:
        """Whether sound has come past on_message since this was asked last."""
        heard, self._heard = self._heard, False
        return heard

    def send(self, message: str | bytes, ping: int | None = None) -> None:
        """Send one message, and a ping in the same write; nothing happens on a connection that is
        closing.
        """
        if self._is_closing() or self._conn.state is not OPEN:
            return
        if isinstance(message, str):
            message = message.encode()
            frame = _header(_TEXT, len(message)) + message
        else:
            frame = _header(_BINARY, len(message)) + message
        if ping is not None:
            frame += _PING_HEADER + ping.to_bytes(8, "big")
        self._write(frame)


@lru_cache(maxsize=256)
def _header(opcode: int, length: int) -> bytes:
    """Build the header of an unmasked frame (RFC 6455, section 5.2)."""
    if length < 126:
        return bytes((opcode, length))
    if length < 65536:
        return struct.pack("!BBH", opcode, 126, length)
    return struct.pack("!BBQ", opcode, 127, length)


_PING_HEADER: Final = _header(_PING, OUR_PINGS_BYTES) + OUR_PINGS


def _nobody(_: object) -> None:
    """Stands in until somebody takes over."""
