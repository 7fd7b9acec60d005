"""Who is not listened to, for nobody is to hear what he says.

To read a socket costs as much as to write to it, and of a thousand who listen to a lecture nobody
hears a word.
"""

from typing import Final

from media_engine.columns import take_out
from media_engine.leg import Leg
from media_engine.lines import LineKind, LineReader

RESTING_TICKS: Final = 5
"""Of who rests the socket is read every 100 ms: a key that he presses is heard as soon as that."""

FADING_TICKS: Final = 2
"""Who begins to rest is listened to so long: within the first tick he is faded out."""

_MOST_FRAMES: Final = RESTING_TICKS + 3
"""That come meanwhile, nearly always."""


class Rest:
    """Legs that rest, or will as soon as they are faded out; not all of a room are read in one
    tick. Their frames have `frame_bytes`.
    """

    def __init__(self, frame_bytes: int) -> None:
        self._fading: dict[Leg, int] = {}
        """Who is to rest, and after how many more ticks."""
        self._resting: dict[Leg, _Group] = {}
        self._groups = [_Group(frame_bytes) for _ in range(RESTING_TICKS)]
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
        group = self._resting.pop(leg, None)
        if group is not None:
            group.remove(leg)

    def faded_out(self) -> list[Leg]:
        """Count a tick; give who rests from now on."""
        if not self._fading:
            return []
        out = [leg for leg, ticks in self._fading.items() if not ticks]
        for leg in out:
            del self._fading[leg]
            group = self._resting[leg] = min(self._groups, key=len)
            group.add(leg)
        for leg in self._fading:
            self._fading[leg] -= 1
        return out

    def tick(self, failures: list[Exception]) -> None:
        """Forget what some of those who rest have said."""
        self._ticks += 1
        self._groups[self._ticks % RESTING_TICKS].doze(failures)


class _Group:
    """Those who are read in the same tick: with others at once, who have a line."""

    def __init__(self, frame_bytes: int) -> None:
        self._frame_bytes = frame_bytes
        self._single: dict[Leg, None] = {}
        self._lined: dict[LineKind, tuple[LineReader, list[Leg]]] = {}

    def __len__(self) -> int:
        return len(self._single) + sum(len(legs) for _, legs in self._lined.values())

    def add(self, leg: Leg) -> None:
        if leg.line is None:
            self._single[leg] = None
            return
        kind = leg.line.kind
        if kind not in self._lined:
            self._lined[kind] = kind.reader(self._frame_bytes, _MOST_FRAMES), []
        reader, legs = self._lined[kind]
        reader.add(leg.line)
        legs.append(leg)

    def remove(self, leg: Leg) -> None:
        if leg in self._single:
            del self._single[leg]
            return
        assert leg.line is not None
        reader, legs = self._lined[leg.line.kind]
        reader.remove(take_out(legs, leg))

    def doze(self, failures: list[Exception]) -> None:
        for leg in self._single:
            try:
                leg.doze()
            except Exception as failure:
                failures.append(failure)
        for reader, legs in self._lined.values():
            for number in reader.skip():
                legs[number].forget()
