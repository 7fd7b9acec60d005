"""uvicorn's WebSocket protocol, with a short way for frames.

Through `receive` and `send` each frame costs a queue, a wake-up of a task, and a pause and resume
of reading. An application that finds `scope["extensions"]["confab.frames"]` may instead take
messages as direct calls and send without a coroutine (DirectChannel). It can also ping: a pong
proves that the client has read all that was sent before, which no server learns from `send`
returning.

Everything else, and every other path, is uvicorn's own. Builds on the inner methods of the pinned
version of uvicorn.
"""

from typing import Final

from typing_extensions import override
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Request
from websockets.protocol import OPEN

from conference_app.streams.channel import EXTENSION
from conference_app.streams.direct_channel import DirectChannel
from conference_app.streams.frame_reader import (
    OUR_PINGS,
    FrameBoundary,
    number_of,
    take_frames,
)

CONTROL_FRAMES: Final = 500
"""Pings and parts of messages that one client may send at once, and in each second after that."""

UNREAD_MESSAGES: Final = 500
"""What may wait for `receive` to take it."""

READ_AFTER_CLOSE: Final = 65_536
FRAMES_AFTER_CLOSE: Final = 500
"""Of what a client goes on to send when it has been sent away, its own goodbye is looked for in so
many bytes, and so many frames: a tiny one takes as long as a large one.
"""

_PARSED_BYTES: Final = 1024
"""At once: so little is read of one that is sent away by it."""

_TOO_MANY: Final = "31951: more messages than any audio needs"

_END_OF_REQUEST: Final = b"\r\n\r\n"


class MediaProtocol(WebSocketsSansIOProtocol):
    """What uvicorn is told to use (`ws=`); offers the extension on each connection."""

    direct: DirectChannel | None = None
    _boundary: FrameBoundary | None = None
    """None: nothing may be taken past the parser (yet)."""
    _control_credit: float = CONTROL_FRAMES
    _control_credit_at: float = 0.0
    _bytes_after_close = 0
    _frames_after_close = 0

    @override
    def data_received(self, data: bytes) -> None:
        direct = self.direct
        if direct is not None and direct.taken_over and not self.close_sent:
            if direct.way_is_clear:
                data = take_frames(data, direct.on_message, direct.on_pong)
            if data:
                self._parse(data)
                is_open = self.conn.state is OPEN
                direct.parsed(way_is_clear=self.way_is_clear(), is_open=is_open)
        elif self.handshake_initiated:
            if not self.handshake_complete:
                # Frames that come before we have agreed are the parser's.
                self._boundary = None
            self._parse(data)
        else:
            self._parse(data)
            if data.endswith(_END_OF_REQUEST):
                self._boundary = FrameBoundary()

    def _parse(self, data: bytes) -> None:
        """Have the parser read it, in small parts: one that is sent away is not read to the end."""
        for start in range(0, len(data), _PARSED_BYTES):
            part = data[start : start + _PARSED_BYTES]
            if self.transport.is_closing() or not self._may_still_read(len(part)):
                return
            if self._boundary is not None:
                self._boundary.pass_over(part)
            super().data_received(part)

    def way_is_clear(self) -> bool:
        """Whether the next byte begins a message, and may be read without the parser."""
        return (
            self._boundary is not None
            and self._boundary.reached
            and not self.frames
            and self.conn.state is OPEN
        )

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if self.direct is not None:
            self.direct.lost()
        super().connection_lost(exc)
        # What knows each other parts, or all of it would stay until somebody looks for cycles.
        if self.direct is not None:
            self.direct = None
            self.scope["extensions"] = {}
        self.conn.parser.close()

    @override
    def shutdown(self) -> None:
        # Its close frame is to be the last that is sent.
        if self.direct is not None:
            self.direct.lost()
        super().shutdown()

    @override
    def pause_writing(self) -> None:
        # A line asks to be told of each byte that waits. The goodbye must not wait for that.
        if self.direct is None or not self.direct.hold(True):
            super().pause_writing()

    @override
    def resume_writing(self) -> None:
        if self.direct is not None:
            self.direct.hold(False)
        super().resume_writing()

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
        if self.close_sent:
            self.frames = []
            self._frames_after_close += 1
            return
        if self.direct is None or not self.direct.taken_over:
            if self.queue.qsize() < UNREAD_MESSAGES:
                super().send_receive_event_to_app()
            else:
                self._send_away()
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
        payload, direct = bytes(event.data), self.direct if not self.close_sent else None
        if direct is not None and direct.taken_over and payload.startswith(OUR_PINGS):
            direct.on_pong(number_of(payload))
        elif self._allows_control_frame():
            super().handle_pong(event)

    @override
    def handle_ping(self) -> None:
        if self._allows_control_frame():
            super().handle_ping()

    @override
    def handle_cont(self, event: Frame) -> None:
        if self._allows_control_frame():
            super().handle_cont(event)

    def _allows_control_frame(self) -> bool:
        """Count what no message tells of; who sends too much of it is sent away."""
        if self.close_sent:
            self._frames_after_close += 1
            return False
        now = self.loop.time()
        earned = (now - self._control_credit_at) * CONTROL_FRAMES
        self._control_credit = min(self._control_credit + earned, CONTROL_FRAMES) - 1
        self._control_credit_at = now
        if self._control_credit < 0:
            self._send_away()
        return not self.close_sent

    def _send_away(self) -> None:
        self.conn.fail(1008, _TOO_MANY)
        self.handle_parser_exception()

    def _may_still_read(self, count: int) -> bool:
        """Whether he was not sent away, or his goodbye may still be looked for."""
        if not self.close_sent:
            return True
        self._bytes_after_close += count
        if (
            self._bytes_after_close <= READ_AFTER_CLOSE
            and self._frames_after_close <= FRAMES_AFTER_CLOSE
        ):
            return True
        if not self.transport.is_closing():
            # The closing has its time limit, and until then it may wait to be read.
            self.transport.pause_reading()
        return False
