"""How many requests may be under way at once, so that receivers that hang hold up nobody else."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

SLOTS: Final = 128
SLOTS_OF_RECEIVER: Final = 16
SLOTS_OF_ACCOUNT: Final = 64

FAILING_REMEMBERED: Final = 10_000


class SendingSlots:
    """Places for requests: bounded in all, for each receiver (scheme, host and port) and account.

    A receiver has half as many after each failure in a row, at least one, and all of them again
    after a success: what is dead is probed, not stormed.
    """

    def __init__(
        self,
        *,
        total: int = SLOTS,
        of_receiver: int = SLOTS_OF_RECEIVER,
        of_account: int = SLOTS_OF_ACCOUNT,
    ) -> None:
        self._total = total
        self._of_receiver = of_receiver
        self._of_account = of_account
        self._receivers: Counter[str] = Counter()
        self._accounts: Counter[int] = Counter()
        self._failures: dict[str, int] = {}

    @property
    def free(self) -> int:
        """How many more may be under way."""
        return self._total - self._receivers.total()

    @property
    def full_receivers(self) -> Iterable[str]:
        """Those that get no more for now."""
        return [one for one, taken in self._receivers.items() if taken >= self._limit(one)]

    @property
    def full_accounts(self) -> Iterable[int]:
        """Those that get no more for now."""
        return [one for one, taken in self._accounts.items() if taken >= self._of_account]

    def take(self, receiver: str, account_id: int) -> bool:
        """Take a place if there is one."""
        if (
            self.free <= 0
            or self._receivers[receiver] >= self._limit(receiver)
            or self._accounts[account_id] >= self._of_account
        ):
            return False
        self._receivers[receiver] += 1
        self._accounts[account_id] += 1
        return True

    def give_back(self, receiver: str, account_id: int) -> None:
        """Free a place that was taken."""
        self._receivers[receiver] -= 1
        self._accounts[account_id] -= 1
        # What is zero goes, or the counters would remember every receiver there ever was.
        self._receivers += Counter()
        self._accounts += Counter()

    def note(self, receiver: str, *, answered: bool) -> None:
        """Remember how a receiver did, the one that failed longest ago first forgotten."""
        failures = self._failures.pop(receiver, 0)
        if answered:
            return
        self._failures[receiver] = failures + 1
        if len(self._failures) > FAILING_REMEMBERED:
            del self._failures[next(iter(self._failures))]

    def _limit(self, receiver: str) -> int:
        return max(1, self._of_receiver >> min(self._failures.get(receiver, 0), 16))
