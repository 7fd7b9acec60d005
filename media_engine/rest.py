"""Who is not listened to, for nobody is to hear what he says.

To read a socket costs as much as to write to it, and of a thousand who listen to a lecture nobody
hears a word.
"""

from itertools import islice
from typing import Final

from media_engine.leg import Leg

RESTING_TICKS: Final = 5
"""Of who rests the socket is read every 100 ms: a key that he presses is heard as soon as that."""

FADING_TICKS: Final = 2
"""Who begins to rest is listened to so long: within the first tick he is faded out."""


class Rest:
    """Legs that rest, or will as soon as they are faded out."""

    def __init__(self) -> None:
        self._fading: dict[Leg, int] = {}
        """Who is to rest, and after how many more ticks."""
        self._resting: dict[Leg, None] = {}
        self._ticks = 0

    def __contains__(self, leg: Leg) -> bool:
        """Whether a leg rests already."""
        return leg in self._resting

    def begin(self, leg: Leg) -> None:
        """Let a leg rest as soon as it is faded out, if it may."""
        if leg.may_rest and leg not in self._resting:
            self._fading.setdefault(leg, FADING_TICKS)

    def end(self, leg: Leg) -> None:
        """Let a leg rest no more."""
        self._fading.pop(leg, None)
        self._resting.pop(leg, None)

    def faded_out(self) -> list[Leg]:
        """Count a tick; give who rests from now on."""
        if not self._fading:
            return []
        out = [leg for leg, ticks in self._fading.items() if not ticks]
        for leg in out:
            del self._fading[leg]
            self._resting[leg] = None
        for leg in self._fading:
            self._fading[leg] -= 1
        return out

    def tick(self, failures: list[Exception]) -> None:
        """Forget what some of those who rest have said: not all of a room in one tick."""
        self._ticks += 1
        phase = self._ticks % RESTING_TICKS
        for leg in list(islice(self._resting, phase, None, RESTING_TICKS)):
            try:
                leg.doze()
            except Exception as failure:
                failures.append(failure)
