"""Many sockets read or written in one call of the kernel: io_uring(7), Linux 5.19 or later.

What is to be done stands in memory that the kernel shares: an entry for each socket, written only
when that becomes another one. A tick names the entries that it means, calls once, and finds what
came of it as an array; so a thousand sockets cost Python nothing.

The kernel does everything within that call, for no request may wait (MSG_DONTWAIT) and there is no
thread of the kernel's. So nobody else touches the memory while we do, and of a socket that is
closed later nothing is still under way.
"""

import ctypes
import errno
import logging
import mmap
import os
import weakref
from enum import IntEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from conference_app.streams.socket_calls import (
    LIBRARY,
    Numbers,
    OneByOne,
    Sizes,
    read,
    write,
)

logger = logging.getLogger(__name__)


class Operation(IntEnum):
    """IORING_OP_ of linux/io_uring.h."""

    SEND = 26
    RECV = 27


class _Queue(ctypes.Structure):
    """Where a queue's fields stand in the shared memory: struct io_sqring_offsets, and
    io_cqring_offsets, which has `results` for `names`.
    """

    _fields_ = (
        ("head", ctypes.c_uint32),
        ("tail", ctypes.c_uint32),
        ("mask", ctypes.c_uint32),
        ("entries", ctypes.c_uint32),
        ("lost", ctypes.c_uint32 * 1),
        ("results", ctypes.c_uint32),
        ("names", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32 * 3),
    )


class _Parameters(ctypes.Structure):
    """struct io_uring_params."""

    _fields_ = (
        ("entries", ctypes.c_uint32),
        ("results", ctypes.c_uint32),
        ("flags", ctypes.c_uint32),
        ("thread", ctypes.c_uint32 * 2),
        ("features", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32 * 4),
        ("submission", _Queue),
        ("completion", _Queue),
    )


_ENTRY: Final = np.dtype(
    {
        "names": ["operation", "fd", "address", "size", "flags", "number"],
        "formats": ["u1", "i4", "u8", "u4", "u4", "u8"],
        "offsets": [0, 4, 16, 24, 28, 32],
        "itemsize": 64,
    }
)
"""struct io_uring_sqe, as far as it is used."""

_RESULT: Final = np.dtype([("number", "i8"), ("size", "i4"), ("flags", "u4")])
"""struct io_uring_cqe."""

_SETUP: Final = 425
_ENTER: Final = 426
"""Numbers of the calls, on every architecture."""

_SUBMIT_ALL: Final = 1 << 7
_COOPERATIVE: Final = 1 << 8
_ONE_MAPPING: Final = 1 << 0
_WAIT: Final = 1 << 0
_MSG_DONTWAIT: Final = 0x40
_MSG_NOSIGNAL: Final = 0x4000
_ENTRIES_OFFSET: Final = 0x10000000

_call: Final = LIBRARY.syscall
_call.restype = ctypes.c_long

_map: Final = LIBRARY.mmap
_map.argtypes = (
    ctypes.c_void_p,
    ctypes.c_size_t,
    ctypes.c_int,
    ctypes.c_int,
    ctypes.c_int,
    ctypes.c_long,
)
_map.restype = ctypes.c_void_p
_unmap: Final = LIBRARY.munmap
_unmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t)
_NOT_MAPPED: Final = ctypes.c_void_p(-1).value


class KernelRing:
    """`socket_calls.SocketCalls` by one call for all."""

    def __init__(self, operation: Operation, size: int, lines: int) -> None:
        """`size` in bytes is what is read at most, or written; `lines` how many there may be.

        OSError where the kernel does not allow it, as in many containers, or is too old.
        """
        self._one_by_one = OneByOne(write if operation is Operation.SEND else read, size, lines)
        self._failed = False
        asked = _Parameters(flags=_SUBMIT_ALL | _COOPERATIVE)
        self._fd = _done(_call(_SETUP, lines, ctypes.byref(asked)))
        weakref.finalize(self, os.close, self._fd).atexit = False
        if not asked.features & _ONE_MAPPING:
            raise OSError(errno.ENOSYS, "both queues are to be in one mapping")
        self._lay_out(asked)
        entries = self._entries[:lines]
        entries["operation"] = operation
        entries["size"] = size
        entries["flags"] = _MSG_DONTWAIT | _MSG_NOSIGNAL
        entries["number"] = self._every = np.arange(lines)
        self._sizes: Sizes = np.zeros(lines, np.int64)

    def place(self, number: int, fd: int, address: int) -> None:
        self._one_by_one.place(number, fd, address)
        self._entries["fd"][number] = fd
        self._entries["address"][number] = address

    def of_first(self, count: int) -> Sizes:
        return self.of(self._every[:count])

    def of(self, numbers: Numbers) -> Sizes:
        if self._failed:
            return self._one_by_one.of(numbers)
        done = self._take_results(self._submit(numbers))
        if done < len(numbers):
            self._failed = True
            self._sizes[numbers[done:]] = self._one_by_one.of(numbers[done:])
        return self._sizes[numbers]

    def _lay_out(self, asked: _Parameters) -> None:
        """Find everything in the memory that is shared."""
        queue, results = asked.submission, asked.completion
        size = max(
            queue.names + 4 * asked.entries, results.results + _RESULT.itemsize * asked.results
        )
        start = self._mapped(size, 0)
        entries = self._mapped(_ENTRY.itemsize * asked.entries, _ENTRIES_OFFSET)
        self._entries = _array(entries, _ENTRY, asked.entries)
        self._names: NDArray[np.uint32] = _array(
            start + queue.names, np.dtype(np.uint32), asked.entries
        )
        self._results = _array(start + results.results, _RESULT, asked.results)
        self._submitted = ctypes.c_uint32.from_address(start + queue.tail)
        self._taken = ctypes.c_uint32.from_address(start + results.head)
        self._completed = ctypes.c_uint32.from_address(start + results.tail)

    def _mapped(self, size: int, offset: int) -> int:
        access = mmap.PROT_READ | mmap.PROT_WRITE
        start: int = _map(None, size, access, mmap.MAP_SHARED, self._fd, offset)
        if start == _NOT_MAPPED:
            raise OSError(ctypes.get_errno(), "the kernel's memory is not to be had")
        weakref.finalize(self, _unmap, start, size).atexit = False
        return start

    def _submit(self, numbers: Numbers) -> int:
        """Have the kernel do it; give how many it did, which are all unless it failed."""
        count, room = len(numbers), len(self._names)
        # The counters go on beyond 32 bits, and wrap there.
        at = self._submitted.value % room
        before_the_end = min(count, room - at)
        self._names[at : at + before_the_end] = numbers[:before_the_end]
        self._names[: count - before_the_end] = numbers[before_the_end:]
        self._submitted.value += count
        left = count
        while left:
            try:
                left -= _done(_call(_ENTER, self._fd, left, 0, 0, None, 0))
            except InterruptedError:
                continue
            except OSError:
                logger.exception(
                    "the kernel's ring failed: sockets are read one by one from now on"
                )
                break
        return count - left

    def _take_results(self, count: int) -> int:
        """Note what came of the first `count`; give of how many something did."""
        room = len(self._results)
        if self._came() < count:
            # None may wait, so this does not take long, if it happens at all.
            _call(_ENTER, self._fd, 0, count, _WAIT, None, 0)
            count = min(count, self._came())
        at = self._taken.value % room
        before_the_end = min(count, room - at)
        for part in (
            self._results[at : at + before_the_end],
            self._results[: count - before_the_end],
        ):
            self._sizes[part["number"]] = part["size"]
        self._taken.value += count
        return count

    def _came(self) -> int:
        return (self._completed.value - self._taken.value) % 2**32


def _done(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def _array(start: int, kind: "np.dtype[Any]", count: int) -> NDArray[Any]:
    memory = memoryview((ctypes.c_char * (kind.itemsize * count)).from_address(start))
    return np.ndarray(count, kind, memory)
