"""uvicorn's WebSocket protocol, with a short way for frames.

Through `receive` and `send` each frame costs a queue, a wake-up of a task, and a pause and resume
of reading. An application that finds `scope["extensions"]["confab.frames"]` may instead take
messages as direct calls and send without a coroutine (DirectChannel). It can also ping: a pong
proves that the client has read all that was sent before, which no server learns from `send`
returning.

Everything else, and every other path, is uvicorn's own. Builds on the inner methods of the pinned
version of uvicorn.
"""

import ctypes
import errno
import logging
import struct
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from typing_extensions import override
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Request
from websockets.protocol import OPEN

from conference_app.streams.channel import EXTENSION, OnMessage, OnPong
from conference_app.streams.frame_reader import FrameBoundary, only_binary_frame, take_binary_frames

logger = logging.getLogger(__name__)

READ_BYTES: Final = 65_536
"""At most, for one client in one tick; what is left waits in the kernel, whose buffers are full
then.
"""

_BINARY: Final = 0x82
_TEXT: Final = 0x81
_PING: Final = 0x89
_END_OF_REQUEST: Final = b"\r\n\r\n"
_OUR_PINGS: Final = b"confab"

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


class MediaProtocol(WebSocketsSansIOProtocol):
    """What uvicorn is told to use (`ws=`); offers the extension on each connection."""

    direct: "DirectChannel | None" = None
    _boundary: FrameBoundary | None = None
    """None: nothing may be taken past the parser (yet)."""

    @override
    def data_received(self, data: bytes) -> None:
        direct = self.direct
        if direct is not None and direct.taken_over:
            data = self._take_sound(data, direct)
            if data:
                super().data_received(data)
                direct.way_is_clear = self.way_is_clear()
            return
        if not self.handshake_initiated:
            # Frames that come along with the request, before we have agreed, are the parser's.
            if data.endswith(_END_OF_REQUEST):
                self._boundary = FrameBoundary()
        elif self._boundary is not None:
            if self.handshake_complete:
                self._boundary.pass_over(data)
            else:
                self._boundary = None
        super().data_received(data)

    def _take_sound(self, data: bytes, direct: "DirectChannel") -> bytes:
        """Take whole binary frames off, where none is in the parser's hands; give it the rest."""
        if direct.way_is_clear:
            data = take_binary_frames(data, direct.on_message)
        if data and self._boundary is not None:
            self._boundary.pass_over(data)
        return data

    def way_is_clear(self) -> bool:
        """Whether the next byte begins a message, and may be read without the parser."""
        return (
            self._boundary is not None
            and self._boundary.reached
            and not self.frames
            and self.conn.state is OPEN
        )

    @override
    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.response.status_code == 101:
            self.direct = DirectChannel(self)
            extensions = self.scope["extensions"]
            assert extensions is not None
            extensions[EXTENSION] = {"channel": self.direct}

    @override
    def send_receive_event_to_app(self) -> None:
        if self.direct is None or not self.direct.taken_over or self.close_sent:
            super().send_receive_event_to_app()
            return
        message = self.frames[0] if len(self.frames) == 1 else b"".join(self.frames)
        self.frames = []
        if self.curr_msg_data_type == "bytes":
            self.direct.on_message(message)
            return
        try:
            text = message.decode()
        except UnicodeDecodeError:
            self.conn.fail(1007, "text is not valid UTF-8")
            self.handle_parser_exception()
        else:
            self.direct.on_message(text)

    @override
    def handle_pong(self, event: Frame) -> None:
        payload = bytes(event.data)
        if self.direct is not None and payload.startswith(_OUR_PINGS):
            self.direct.on_pong(int.from_bytes(payload[len(_OUR_PINGS) :], "big"))
        else:
            super().handle_pong(event)


class DirectChannel:
    """A `streams.channel.Channel` on one connection of uvicorn."""

    # What a frame touches lies together: at 20 ms between two uses nothing is in a cache any more,
    # and each object on the way costs more than what is done with it.
    __slots__ = (
        "_conn",
        "_fd",
        "_is_closing",
        "_protocol",
        "_write",
        "on_message",
        "on_pong",
        "taken_over",
        "way_is_clear",
    )

    tells_of_reading = True

    def __init__(self, protocol: MediaProtocol) -> None:
        transport = protocol.transport
        self._protocol = protocol
        self._conn = protocol.conn
        self._is_closing: Callable[[], bool] = transport.is_closing
        self._write: Callable[[bytes], None] = transport.write
        self._fd: int | None = None
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

    def start_polling(self) -> Callable[[], None] | None:
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
        self._fd = socket.fileno()
        transport.pause_reading()
        return self._poll

    def stop_polling(self) -> None:
        """Give the reading back to the event loop; the end of a connection is its business."""
        if self._fd is None:
            return
        self._fd = None
        if not self._protocol.transport.is_closing():
            self._protocol.transport.resume_reading()

    def _poll(self) -> None:
        # A descriptor that was closed may be another connection's by now: ask before each use.
        if self._fd is None or self._is_closing():
            return
        count = _read(self._fd, _BUFFER_ADDRESS, READ_BYTES)
        if count < 0 and ctypes.get_errno() in _NOTHING_YET:
            return
        if count <= 0:
            self.stop_polling()
            return
        if self.way_is_clear:
            sound = only_binary_frame(_BUFFER, count)
            if sound is not None:
                self.on_message(sound)
                return
        try:
            self._protocol.data_received(bytes(_BUFFER[:count]))
        except Exception:
            logger.exception("a connection's message could not be read")
            self._protocol.transport.abort()

    def send(self, message: str | bytes) -> None:
        """Send one message; nothing happens on a connection that is closing."""
        if isinstance(message, str):
            payload = message.encode()
            self._send(_header(_TEXT, len(payload)) + payload)
        else:
            self._send(_header(_BINARY, len(message)) + message)

    def ping(self, number: int) -> None:
        """Ask the client to say when it has read up to here; on_pong(number) follows."""
        self._send(_PING_HEADER + number.to_bytes(8, "big"))

    def _send(self, frame: bytes) -> None:
        if not self._is_closing() and self._conn.state is OPEN:
            self._write(frame)


@lru_cache(maxsize=256)
def _header(opcode: int, length: int) -> bytes:
    """Build the header of an unmasked frame (RFC 6455, section 5.2)."""
    if length < 126:
        return bytes((opcode, length))
    if length < 65536:
        return struct.pack("!BBH", opcode, 126, length)
    return struct.pack("!BBQ", opcode, 127, length)


_PING_HEADER: Final = _header(_PING, len(_OUR_PINGS) + 8) + _OUR_PINGS


def _nobody(_: object) -> None:
    """Stands in until somebody takes over."""
