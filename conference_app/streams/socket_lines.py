"""Sockets as lines of the engine: frames of sound, read and written many at once.

A descriptor that was closed may be another connection's by now. A line is therefore shut before its
descriptor is: transports tell of a connection's end first, and close it then.
"""

import logging
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Final, cast

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from conference_app.streams.frame_reader import BINARY, MASK_BYTES, header, masked_header
from conference_app.streams.kernel_ring import Operation
from conference_app.streams.socket_calls import Numbers, Sizes
from conference_app.streams.socket_means import socket_calls
from media_engine.columns import grown
from media_engine.lines import Flags, Frames, Line

if TYPE_CHECKING:
    from conference_app.streams.direct_channel import DirectChannel
    from conference_app.streams.socket_output import SocketOutput

logger = logging.getLogger(__name__)

_FIRST_LINES: Final = 16
_LEAST_READ_BYTES: Final = 1024
_WORD_BYTES: Final = 4


class SocketLine:
    """One connection whose socket may be read and written to past its transport."""

    __slots__ = ("_tables", "channel", "fd", "heard", "is_clear", "is_held", "is_shut", "output")

    def __init__(self, fd: int, channel: "DirectChannel", output: "SocketOutput") -> None:
        self.fd = fd
        self.channel = channel
        self.output = output
        self.is_shut = False
        """Whether there is nothing to be read or written any more."""
        self.is_held = False
        """Whether the transport has something to write first."""
        self.is_clear = True
        """Whether the next byte that comes begins a message."""
        self._tables: list[_Table] = []

    @property
    def kind(self) -> "SocketLines":
        return SOCKETS

    def change(
        self, *, shut: bool = False, held: bool | None = None, clear: bool | None = None
    ) -> None:
        """Say what has changed; what is shut stays so."""
        self.is_shut = self.is_shut or shut
        self.is_held = self.is_held if held is None else held
        self.is_clear = self.is_clear if clear is None else clear
        for table in self._tables:
            table.heed(self)

    def enter(self, table: "_Table") -> None:
        self._tables.append(table)

    def leave(self, table: "_Table") -> None:
        self._tables.remove(table)

    def was_heard(self) -> bool:
        """Whether sound was read here since this was asked last."""
        return any(table.was_heard(self) for table in self._tables)


class _Table(ABC):
    """Lines by their numbers, and a block with a row for each, which the kernel reads or writes."""

    def __init__(self, operation: Operation, row_bytes: int) -> None:
        self.lines: list[SocketLine] = []
        self._operation = operation
        self._row_bytes = row_bytes
        self._numbers: dict[SocketLine, int] = {}
        self._is_ready: Flags = np.zeros(0, np.bool_)
        """Of each line, whether it goes the short way."""
        self._make_room(_FIRST_LINES)

    def columns(self) -> tuple[NDArray[np.generic], ...]:
        """What there is of each line besides; 0 of a new one."""
        return ()

    def add(self, line: Line) -> None:
        line = cast(SocketLine, line)
        number = len(self.lines)
        if number == len(self._block):
            self._make_room(2 * number)
        self._numbers[line] = number
        self.lines.append(line)
        self._place(number)
        for column in self.columns():
            column[number] = 0
        self.heed(line)
        line.enter(self)

    def remove(self, number: int) -> None:
        line, last = self.lines[number], self.lines.pop()
        del self._numbers[line]
        if last is not line:
            self.lines[number] = last
            self._numbers[last] = number
            self._place(number)
            for column in self.columns():
                column[number] = column[len(self.lines)]
            self.heed(last)
        line.leave(self)

    def heed(self, line: SocketLine) -> None:
        """Look whether a line still goes the short way."""
        self._is_ready[self._numbers[line]] = self.goes_short(line)

    @abstractmethod
    def goes_short(self, line: SocketLine) -> bool: ...

    def was_heard(self, line: SocketLine) -> bool:
        """Whether sound was read here since this was asked last."""
        return False

    def _make_room(self, lines: int) -> None:
        self._block: Frames = np.zeros((lines, self._row_bytes), np.uint8)
        self._calls = socket_calls(self._operation, self._row_bytes, lines)
        for number in range(len(self.lines)):
            self._place(number)
        self._is_ready = grown(self._is_ready, lines)

    def _place(self, number: int) -> None:
        address = self._block.ctypes.data + number * self._row_bytes
        self._calls.place(number, self.lines[number].fd, address)


class SocketWriter(_Table):
    """A `media_engine.LineWriter`: a frame is written as it stands in the block, behind its header.

    How many frames may pass without its bookkeeping is what each output says beforehand, none of a
    new line; then it sends one itself and is asked again.
    """

    def __init__(self, frame_bytes: int) -> None:
        self._header = np.frombuffer(header(BINARY, frame_bytes), np.uint8)
        self._granted: NDArray[np.int64] = np.zeros(0, np.int64)
        """How many frames each output said last that may pass it."""
        self._left: NDArray[np.int64] = np.zeros(0, np.int64)
        super().__init__(Operation.SEND, len(self._header) + frame_bytes)

    @override
    def columns(self) -> tuple[NDArray[np.generic], ...]:
        return self._granted, self._left

    @override
    def remove(self, number: int) -> None:
        self._settle(number)
        super().remove(number)

    @override
    def goes_short(self, line: SocketLine) -> bool:
        return not (line.is_shut or line.is_held)

    def write(self, frames: Frames) -> None:
        """Send each line its row."""
        count = len(self.lines)
        self._block[:count, len(self._header) :] = frames
        left = self._left[:count]
        goes = self._is_ready[:count] & (left > 0)
        left -= goes
        if goes.all():
            self._look_after(np.arange(count), self._calls.of_first(count))
            return
        numbers = np.flatnonzero(goes)
        self._look_after(numbers, self._calls.of(numbers))
        self._send_the_others(np.flatnonzero(~goes).tolist(), frames)

    def _look_after(self, numbers: Numbers, written: Sizes) -> None:
        """Have the rest of a frame written by who else can."""
        fell_short = written < self._row_bytes
        if not fell_short.any():
            return
        for number, count in zip(
            numbers[fell_short].tolist(), written[fell_short].tolist(), strict=True
        ):
            # The kernel is full, or the connection broken: that is the transport's matter.
            rest = self._block[number, max(0, count) :].tobytes()
            self.lines[number].channel.write(rest)

    def _send_the_others(self, numbers: list[int], frames: Frames) -> None:
        failures: list[Exception] = []
        for number in numbers:
            self._settle(number)
            output = self.lines[number].output
            try:
                output.audio(frames[number].tobytes())
            except Exception as failure:
                failures.append(failure)
            self._granted[number] = self._left[number] = output.easy_frames
        if failures:
            raise ExceptionGroup("outputs of lines failed", failures)

    def _settle(self, number: int) -> None:
        """Let an output count what has passed it."""
        passed = int(self._granted[number] - self._left[number])
        if passed:
            self.lines[number].output.count(passed)
            self._granted[number] = self._left[number]

    @override
    def _make_room(self, lines: int) -> None:
        super()._make_room(lines)
        self._block[:, : len(self._header)] = self._header
        self._granted, self._left = grown(self._granted, lines), grown(self._left, lines)


class SocketReader(_Table):
    """A `media_engine.LineReader`: whole frames are told from all else, and unmasked, as one
    array.
    """

    def __init__(self, frame_bytes: int, most_frames: int = 2) -> None:
        """Frames are 126 bytes at least, and less than 64 KiB: so is all of 20 ms that we speak."""
        start = masked_header(BINARY, frame_bytes)
        self._header = np.frombuffer(start, np.uint32)[0]
        self._message_bytes = len(start) + MASK_BYTES + frame_bytes
        self._frame_words = frame_bytes // _WORD_BYTES
        self._was_heard: Flags = np.zeros(0, np.bool_)
        self._others: list[tuple[SocketLine, bytes]] = []
        self._message_words = self._message_bytes // _WORD_BYTES
        row_bytes = max(_LEAST_READ_BYTES, most_frames * self._message_bytes)
        super().__init__(Operation.RECV, row_bytes)

    @override
    def columns(self) -> tuple[NDArray[np.generic], ...]:
        return (self._was_heard,)

    @override
    def goes_short(self, line: SocketLine) -> bool:
        return not line.is_shut and line.is_clear

    @override
    def was_heard(self, line: SocketLine) -> bool:
        number = self._numbers[line]
        heard = bool(self._was_heard[number])
        self._was_heard[number] = False
        return heard

    def read(self) -> tuple[Flags, Frames]:
        """Read each line."""
        count = len(self.lines)
        sizes = self._read_all()
        words = self._words[:count]
        whole = (sizes == self._message_bytes) & (words[:, 0] == self._header)
        sound = self._sound[:count]
        np.bitwise_xor(words[:, 2 : 2 + self._frame_words], words[:, 1:2], out=sound)
        self._was_heard[:count] |= whole
        self._others = [
            (self.lines[number], self._block[number, : sizes[number]].tobytes())
            for number in np.flatnonzero(~whole & (sizes >= 0)).tolist()
        ]
        return whole, sound.view(np.uint8)

    def hand_on(self) -> None:
        """Have what else has come read in each connection's own way."""
        for line, data in self._others:
            try:
                line.channel.take(data, more=len(data) == self._row_bytes)
            except Exception:
                logger.exception("what came on a line could not be read")

    def skip(self) -> list[int]:
        """Read each line, and forget sound."""
        sizes = self._read_all()
        frames, rest = np.divmod(sizes, self._message_bytes)
        heads = self._words[: len(sizes), :: self._message_words]
        beyond = np.arange(heads.shape[1]) >= frames[:, np.newaxis]
        only_sound = (rest == 0) & ((heads == self._header) | beyond).all(axis=1)
        self._was_heard[: len(sizes)] |= only_sound & (frames > 0)
        others = np.flatnonzero((sizes == 0) | ~only_sound & (sizes > 0)).tolist()
        came = [self._block[number, : sizes[number]].tobytes() for number in others]
        for line, data in zip([self.lines[number] for number in others], came, strict=True):
            try:
                line.channel.skip(data, more=len(data) == self._row_bytes)
            except Exception:
                logger.exception("what came on a line could not be read")
        return others

    def _read_all(self) -> Sizes:
        """Read each line that may be read into its row; give how many bytes have come, or -1."""
        ready = self._is_ready[: len(self.lines)]
        if ready.all():
            return self._calls.of_first(len(ready))
        sizes = np.full(len(ready), -1, np.int64)
        sizes[ready] = self._calls.of(np.flatnonzero(ready))
        return sizes

    @override
    def _make_room(self, lines: int) -> None:
        super()._make_room(lines)
        self._words: NDArray[np.uint32] = self._block.view(np.uint32)
        self._sound: NDArray[np.uint32] = np.zeros((lines, self._frame_words), np.uint32)
        self._was_heard = grown(self._was_heard, lines)


class SocketLines:
    """The kind of line that sockets are."""

    def reader(self, frame_bytes: int, most_frames: int = 2) -> SocketReader:
        return SocketReader(frame_bytes, most_frames)

    def writer(self, frame_bytes: int) -> SocketWriter:
        return SocketWriter(frame_bytes)


SOCKETS: Final = SocketLines()
