"""How the legs of a meeting sound, and how their sound arrives, for those who watch it.

Read between two ticks from what the last one left: nothing is kept for it, and nothing is done
while nobody watches.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from media_engine.leg import Leg
from media_engine.levels import rms_dbfs
from media_engine.pcm import Wide


@dataclass(frozen=True, slots=True)
class LegLevels:
    """How loud each leg spoke in the last tick, muted or not: `dbfs`, float32, `(legs,)`, in the
    order of `leg_ids`.
    """

    leg_ids: list[str]
    dbfs: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class LegView:
    """How one leg's sound arrives. `buffered_ms`: how long its newest sound waits to be mixed.

    Frames so far: `late` had not come when they were due (of which `concealed` were made up from
    the sound before), `dropped` were too many at once, `shed` were left out to shorten the
    delay.
    """

    leg_id: str
    buffered_ms: int
    received: int
    late: int
    concealed: int
    dropped: int
    shed: int


def levels_of(leg_ids: list[str], spoken: Wide) -> LegLevels:
    """Show how loud legs are; `spoken` is what each says, `(legs, samples)`."""
    return LegLevels(leg_ids, rms_dbfs(spoken))


def view_legs(legs: Sequence[Leg]) -> list[LegView]:
    """Show how the sound of legs arrives."""
    return [_view(leg) for leg in legs]


def _view(leg: Leg) -> LegView:
    counters = leg.counters
    return LegView(
        leg_id=leg.leg_id,
        buffered_ms=round(leg.delay_ms),
        received=counters.received,
        late=counters.starved,
        concealed=leg.concealed,
        dropped=counters.overflowed,
        shed=counters.shed,
    )
