"""The kernel's calls to read and write sockets, of many sockets one after the other.

Python's own calls let other threads run while they read, and wait for them to stop again: with a
busy thread beside it, a tick that reads 200 sockets would be 100 ms late. So the C library is
called in a way that keeps the interpreter. These sockets never block, so nobody has to be let in.
"""

import ctypes
import errno
from collections.abc import Callable, Iterable
from itertools import repeat
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.intp]
Sizes = NDArray[np.int64]
"""What came of each call: how many bytes, or a negative number."""

LIBRARY: Final = ctypes.PyDLL(None, use_errno=True)

read: Final = LIBRARY.read
read.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t)
read.restype = ctypes.c_ssize_t

write: Final = LIBRARY.write
write.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t)
write.restype = ctypes.c_ssize_t

NOTHING_YET: Final = (errno.EAGAIN, errno.EWOULDBLOCK, errno.EINTR)

Call = Callable[[int, int, int], int]


class SocketCalls(Protocol):
    """The same call for many sockets, which have numbers from 0 on; each has a place in memory."""

    def place(self, number: int, fd: int, address: int) -> None:
        """Say which socket has a number, and where what is read or written stands."""

    def of_first(self, count: int) -> Sizes:
        """Do it for numbers below `count`."""

    def of(self, numbers: Numbers) -> Sizes:
        """Do it for those, in this order."""


class OneByOne:
    """A call for each: works everywhere."""

    def __init__(self, call: Call, size: int, lines: int) -> None:
        """`size` in bytes is what is read at most, or written; `lines` how many there may be."""
        self._call = call
        self._size = size
        self._fds = [-1] * lines
        self._addresses = [0] * lines

    def place(self, number: int, fd: int, address: int) -> None:
        self._fds[number], self._addresses[number] = fd, address

    def of_first(self, count: int) -> Sizes:
        return self._do(self._fds[:count], self._addresses[:count], count)

    def of(self, numbers: Numbers) -> Sizes:
        chosen = numbers.tolist()
        fds, addresses = (
            map(self._fds.__getitem__, chosen),
            map(self._addresses.__getitem__, chosen),
        )
        return self._do(fds, addresses, len(chosen))

    def _do(self, fds: Iterable[int], addresses: Iterable[int], count: int) -> Sizes:
        return np.fromiter(map(self._call, fds, addresses, repeat(self._size)), np.int64, count)
