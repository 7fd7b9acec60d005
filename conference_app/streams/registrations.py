"""Clients that take calls, and the calls that ring at them. Loop's thread only; nothing here waits.

Who answers first has the call. It is nobody's any more, and tells so, when all have rejected it,
when the last socket that it rang at is gone, or when it is called off.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from conference_app.models import CallStatus
from conference_app.services.call_plan import PlacedCall
from conference_app.services.calls import Outcome
from conference_app.streams.refusals import Refusal
from media_engine.dialects import Message, Ring, ServerDialect

MAX_OF_ACCOUNT: Final = 1000
MAX_OF_IDENTITY: Final = 10


class Registration:
    """One socket that takes the calls of an identity."""

    def __init__(
        self,
        account_sid: str,
        identity: str,
        dialect: ServerDialect,
        send: Callable[[Message], None],
    ) -> None:
        self.key = (account_sid, identity)
        self.rung = 0
        """How many calls have rung here."""
        self._dialect = dialect
        self._send = send
        self._ringing: dict[str, Ringing] = {}

    def ring(self, ringing: "Ringing") -> None:
        """Let a call ring here."""
        self.rung += 1
        self._ringing[ringing.call_sid] = ringing
        self._say(self._dialect.ring(ringing.as_told))

    def answer(self, call_sid: str) -> PlacedCall | None:
        """Give the call, if it still rings here; else tell the client that it does not."""
        ringing = self._ringing.get(call_sid)
        if ringing is None or not ringing.take(self):
            self.cancel(call_sid, "canceled")
            return None
        del self._ringing[call_sid]
        return ringing.placed

    def reject(self, call_sid: str) -> None:
        """Do not take a call; nothing happens where it does not ring."""
        ringing = self._ringing.pop(call_sid, None)
        if ringing is not None:
            ringing.lose(self, rejected=True)

    def cancel(self, call_sid: str, reason: str) -> None:
        """Tell that a call rings here no longer."""
        self._ringing.pop(call_sid, None)
        self._say(self._dialect.cancel(call_sid, reason))

    def leave(self, *, busy: bool) -> None:
        """Let go of what rings here: rejected when `busy`, else lost with the socket."""
        for call_sid in list(self._ringing):
            self._ringing.pop(call_sid).lose(self, rejected=busy)

    def _say(self, message: Message | None) -> None:
        if message is not None:
            self._send(message)


class Ringing:
    """One call while it rings. `outcome`: None when somebody has taken it."""

    def __init__(self, placed: PlacedCall, at: list[Registration]) -> None:
        self.placed = placed
        self.outcome: asyncio.Future[Outcome | None] = asyncio.get_running_loop().create_future()
        self._at = list(at)
        self._rejected = False
        for registration in at:
            registration.ring(self)

    @property
    def call_sid(self) -> str:
        return self.placed.call.sid

    @property
    def as_told(self) -> Ring:
        """The call in a dialect's words."""
        call, parameters = self.placed.call, self.placed.plan.parameters
        return Ring(call.sid, call.caller, call.called, parameters)

    def take(self, registration: Registration) -> bool:
        """Have the call, if nobody has; the others are told."""
        if self.outcome.done():
            return False
        self.outcome.set_result(None)
        self._at.remove(registration)
        self._tell_all("answered-elsewhere")
        return True

    def lose(self, registration: Registration, *, rejected: bool) -> None:
        """Note that it rings there no more."""
        self._rejected = self._rejected or rejected
        self._at.remove(registration)
        if not self._at and not self.outcome.done():
            status = CallStatus.BUSY if self._rejected else CallStatus.CANCELED
            self.outcome.set_result(Outcome(status=status))

    def call_off(self, reason: str) -> None:
        """Stop ringing everywhere."""
        self.outcome.cancel()
        self._tell_all(reason)

    def _tell_all(self, reason: str) -> None:
        for registration in self._at:
            registration.cancel(self.call_sid, reason)
        self._at = []


class Registrations:
    """Who takes calls in this process."""

    def __init__(self) -> None:
        self._of: dict[tuple[str, str], list[Registration]] = {}
        self._counts: dict[str, int] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, registration: Registration) -> None:
        """Ring there from now on. Raises Refusal where there are too many."""
        account_sid, _ = registration.key
        of_identity = self._of.get(registration.key, [])
        if len(of_identity) >= MAX_OF_IDENTITY:
            raise Refusal(1013, 20429, f"{MAX_OF_IDENTITY} sockets take this identity's calls")
        count = self._counts.get(account_sid, 0)
        if count >= MAX_OF_ACCOUNT:
            raise Refusal(1013, 20429, f"{MAX_OF_ACCOUNT} sockets of this account take calls")
        self._of[registration.key] = [*of_identity, registration]
        self._counts[account_sid] = count + 1
        self._count += 1

    def remove(self, registration: Registration, *, busy: bool) -> None:
        """Ring there no more: its socket is gone, or (`busy`) has a call."""
        account_sid, _ = registration.key
        self._of[registration.key].remove(registration)
        if not self._of[registration.key]:
            del self._of[registration.key]
        self._count -= 1
        self._counts[account_sid] -= 1
        if not self._counts[account_sid]:
            del self._counts[account_sid]
        registration.leave(busy=busy)

    def has(self, account_sid: str, identity: str) -> bool:
        """Whether anybody would be rung."""
        return (account_sid, identity) in self._of

    def ring(self, placed: PlacedCall) -> Ringing | None:
        """Let a call ring at all sockets of its identity at once; None: there is none."""
        at = self._of.get((placed.call.account.sid, placed.address))
        return Ringing(placed, at) if at else None


REGISTRATIONS: Final = Registrations()
