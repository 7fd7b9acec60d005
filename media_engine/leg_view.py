"""How a leg sounds and how its sound arrives, for those who watch a meeting.

Read between two ticks from what the last one left: nothing is kept for it, and nothing is done
while nobody watches.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from media_engine.leg import Leg
from media_engine.levels import rms_dbfs
from media_engine.pcm import FRAME_MS, Wide


@dataclass(frozen=True, slots=True)
class LegView:
    """One leg as of the last tick. `level_dbfs`: of what it says, muted or not. `buffered_ms`: how
    long its newest sound waits to be mixed.

    Frames so far: `late` had not come when they were due (of which `concealed` were made up from
    the sound before), `dropped` were too many at once, `shed` were merged away to shorten the
    delay.
    """

    leg_id: str
    level_dbfs: float
    buffered_ms: int
    received: int
    late: int
    concealed: int
    dropped: int
    shed: int


def view_legs(legs: Sequence[Leg], spoken: Wide) -> list[LegView]:
    """Show legs; `spoken` holds what each says in its row, `(rows, samples)`."""
    if not legs:
        return []
    levels = rms_dbfs(spoken[[leg.row for leg in legs]])
    return [_view(leg, level) for leg, level in zip(legs, levels.tolist(), strict=True)]


def _view(leg: Leg, level_dbfs: float) -> LegView:
    counters = leg.jitter.counters
    return LegView(
        leg_id=leg.leg_id,
        level_dbfs=level_dbfs,
        buffered_ms=len(leg.jitter) * FRAME_MS,
        received=counters.received,
        late=counters.starved,
        concealed=leg.concealed,
        dropped=counters.overflowed,
        shed=counters.shed,
    )
