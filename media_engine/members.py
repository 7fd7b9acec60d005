"""Who is in a meeting, on what terms, and for how many there is room."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from media_engine.commands import JoinTerms
from media_engine.events import RefusalReason
from media_engine.pcm import Rows


@dataclass(slots=True)
class Member:
    """A leg that is in. `row`: its place in the arrays of a tick."""

    leg_id: str
    row: int
    terms: JoinTerms


class Members:
    """Those who are in one meeting, in the order of their joining."""

    def __init__(self) -> None:
        self._members: dict[str, Member] = {}
        self._capacity: int | None = None
        self.rows: Rows = np.zeros(0, dtype=np.intp)
        """Their rows, in the same order; another array after each change."""

    def __len__(self) -> int:
        return len(self._members)

    def __iter__(self) -> Iterator[Member]:
        return iter(self._members.values())

    def __contains__(self, leg_id: str) -> bool:
        return leg_id in self._members

    @property
    def leg_ids(self) -> list[str]:
        return list(self._members)

    def find(self, leg_id: str) -> Member | None:
        """Give a member; None: not in."""
        return self._members.get(leg_id)

    def refusal(self, terms: JoinTerms) -> RefusalReason | None:
        """Say why somebody on these terms can not come in, or None. The first of a meeting has set
        its capacity.
        """
        capacity = terms.max_participants
        if self._capacity is not None:
            capacity = min(capacity, self._capacity)
        if len(self) >= capacity:
            return RefusalReason.FULL
        if terms.label and any(member.terms.label == terms.label for member in self):
            return RefusalReason.LABEL_IN_USE
        if terms.coached is not None and terms.coached not in self:
            return RefusalReason.COACHED_IS_NOT_IN
        return None

    def add(self, leg_id: str, row: int, terms: JoinTerms) -> Member:
        """Let somebody in who is not in yet."""
        if self._capacity is None:
            self._capacity = terms.max_participants
        member = self._members[leg_id] = Member(leg_id, row, terms)
        self._number()
        return member

    def remove(self, member: Member) -> None:
        """Take somebody out."""
        del self._members[member.leg_id]
        self._number()

    def _number(self) -> None:
        self.rows = np.asarray([member.row for member in self], dtype=np.intp)
