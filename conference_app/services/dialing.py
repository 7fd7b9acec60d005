"""The seam between who wants a call made, in any thread, and what makes it, in the engine's loop.

`streams.calling_out` carries calls out; services only know that somebody does.
"""

import asyncio
from collections.abc import Callable
from contextvars import Context
from dataclasses import dataclass
from typing import Protocol

from conference_app.services.call_plan import PlacedCall
from media_engine import NotRunning


@dataclass(frozen=True, slots=True)
class CallingState:
    """How many calls of this process ring, and how many sockets take calls."""

    ringing: int = 0
    registered: int = 0


class Carrier(Protocol):
    """What makes calls; its methods belong to its loop and do not block."""

    @property
    def state(self) -> CallingState:
        """How it is doing; may be asked in any thread."""

    def carry(self, placed: PlacedCall) -> None:
        """Ring, and carry the call out when it is answered."""

    def call_off(self, call_sid: str) -> None:
        """Stop ringing; harmless when it does not ring."""


_carrier: tuple[asyncio.AbstractEventLoop, Carrier] | None = None


def carry_with(carrier: Carrier | None) -> None:
    """Say who makes calls, in the running loop; None: nobody from now on."""
    global _carrier
    _carrier = None if carrier is None else (asyncio.get_running_loop(), carrier)


def state() -> CallingState:
    """Say how calling out is doing, for health checks."""
    return CallingState() if _carrier is None else _carrier[1].state


def check_that_calls_are_made() -> None:
    """Raise NotRunning where nobody makes calls: ask before a row is written."""
    if _carrier is None:
        raise NotRunning("this process makes no calls")


def carry(placed: PlacedCall) -> None:
    """Have a call made. Raises NotRunning."""
    _in_loop(lambda carrier: carrier.carry(placed))


def call_off(call_sid: str) -> None:
    """Have ringing stopped; where nobody makes calls nothing rings."""
    if _carrier is not None:
        _in_loop(lambda carrier: carrier.call_off(call_sid))


def _in_loop(ask: Callable[[Carrier], None]) -> None:
    if _carrier is None:
        raise NotRunning("this process makes no calls")
    loop, carrier = _carrier
    # Not the asker's context: a request's belongs to a thread that ends with it.
    loop.call_soon_threadsafe(ask, carrier, context=Context())
