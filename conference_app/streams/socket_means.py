"""Which way many sockets are read and written on this machine."""

import logging
from functools import cache

from django.conf import settings

from conference_app.streams.kernel_ring import KernelRing, Operation
from conference_app.streams.socket_calls import OneByOne, SocketCalls, read, write

logger = logging.getLogger(__name__)


def socket_calls(operation: Operation, size: int, lines: int) -> SocketCalls:
    """Give what does an operation for so many sockets: all in one call, where that is allowed."""
    if many_go_in_one_call():
        try:
            return KernelRing(operation, size, lines)
        except OSError as refusal:
            logger.warning("no further ring of the kernel: %s", refusal)
    return OneByOne(write if operation is Operation.SEND else read, size, lines)


def many_go_in_one_call() -> bool:
    """Whether the kernel allows it, and the operator wants it."""
    return bool(settings.CONFAB_IO_URING) and one_call_is_allowed()


@cache
def one_call_is_allowed() -> bool:
    """Whether the kernel takes many reads or writes in one call (io_uring), from us."""
    try:
        KernelRing(Operation.RECV, 1, 1)
    except OSError as refusal:
        logger.info("sockets are read one by one, for io_uring is not to be had: %s", refusal)
        return False
    return True
