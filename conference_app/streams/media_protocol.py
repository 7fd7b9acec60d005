"""uvicorn's WebSocket protocol, with a short way for frames.

Through `receive` and `send` each frame costs a queue, a wake-up of a task, and a pause and resume
of reading. An application that finds `scope["extensions"]["confab.frames"]` may instead take
messages as direct calls and send without a coroutine (DirectChannel). It can also ping: a pong
proves that the client has read all that was sent before, which no server learns from `send`
returning.

Everything else, and every other path, is uvicorn's own. Builds on the inner methods of the pinned
version of uvicorn.
"""

import logging
import os
import struct
from collections.abc import Callable
from typing import Final

from typing_extensions import override
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Request
from websockets.protocol import OPEN

from conference_app.streams.channel import EXTENSION, OnMessage, OnPong
from conference_app.streams.frame_reader import FrameBoundary, take_binary_frames

logger = logging.getLogger(__name__)

READ_BYTES: Final = 65_536
"""At most, for one client in one tick; what is left waits in the kernel, whose buffers are full
then.
"""

_BINARY: Final = 0x82
_TEXT: Final = 0x81
_END_OF_REQUEST: Final = b"\r\n\r\n"
_OUR_PINGS: Final = b"confab"


class MediaProtocol(WebSocketsSansIOProtocol):
    """What uvicorn is told to use (`ws=`); offers the extension on each connection."""

    direct: "DirectChannel | None" = None
    _boundary: FrameBoundary | None = None
    """None: nothing may be taken past the parser (yet)."""

    @override
    def data_received(self, data: bytes) -> None:
        if not self.handshake_initiated:
            # Frames that come along with the request, before we have agreed, are the parser's.
            if data.endswith(_END_OF_REQUEST):
                self._boundary = FrameBoundary()
        elif self._boundary is not None:
            if not self.handshake_complete:
                self._boundary = None
            else:
                data = self._take_sound(data, self._boundary)
        if data:
            super().data_received(data)

    def _take_sound(self, data: bytes, boundary: FrameBoundary) -> bytes:
        """Take whole binary frames off, where none is in the parser's hands; give it the rest."""
        direct = self.direct
        if (
            direct is not None
            and direct.taken_over
            and boundary.reached
            and not self.frames
            and not self.close_sent
            and self.conn.state is OPEN
        ):
            data = take_binary_frames(data, direct.on_message)
        boundary.pass_over(data)
        return data

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

    tells_of_reading = True

    def __init__(self, protocol: MediaProtocol) -> None:
        self._protocol = protocol
        self.taken_over = False
        self.on_message: OnMessage = _nobody
        self.on_pong: OnPong = _nobody
        self._fd: int | None = None

    def take_over(self, on_message: OnMessage, on_pong: OnPong) -> None:
        """Have messages called out from now on, those that wait already first; `receive` gives the
        rest.
        """
        protocol = self._protocol
        waiting = [protocol.queue.get_nowait() for _ in range(protocol.queue.qsize())]
        self.on_message = on_message
        self.on_pong = on_pong
        self.taken_over = True
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
        # A descriptor that was closed may be another connection's by now: ask before each read.
        if self._fd is None or self._protocol.transport.is_closing():
            return
        try:
            data = os.read(self._fd, READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.stop_polling()
            return
        try:
            self._protocol.data_received(data)
        except Exception:
            logger.exception("a connection's message could not be read")
            self._protocol.transport.abort()

    def send(self, message: str | bytes) -> None:
        """Send one message; nothing happens on a connection that is closing."""
        protocol = self._protocol
        if protocol.close_sent or protocol.disconnected or protocol.conn.state is not OPEN:
            return
        if isinstance(message, str):
            payload, opcode = message.encode(), _TEXT
        else:
            payload, opcode = message, _BINARY
        protocol.transport.write(_header(opcode, len(payload)) + payload)

    def ping(self, number: int) -> None:
        """Ask the client to say when it has read up to here; on_pong(number) follows."""
        protocol = self._protocol
        if protocol.close_sent or protocol.disconnected or protocol.conn.state is not OPEN:
            return
        protocol.conn.send_ping(_OUR_PINGS + number.to_bytes(8, "big"))
        protocol.transport.write(b"".join(protocol.conn.data_to_send()))


def _header(opcode: int, length: int) -> bytes:
    """Build the header of an unmasked frame (RFC 6455, section 5.2)."""
    if length < 126:
        return bytes((opcode, length))
    if length < 65536:
        return struct.pack("!BBH", opcode, 126, length)
    return struct.pack("!BBQ", opcode, 127, length)


def _nobody(_: object) -> None:
    """Stands in until somebody takes over."""
