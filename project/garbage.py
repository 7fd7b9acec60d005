"""When the process looks for unreachable cycles of objects: right after a tick, so that none waits.

Python does it by itself whenever enough new objects are there, in whichever thread makes one more,
and keeps the interpreter meanwhile. A full collection beside 200 calls took 60 ms.
"""

import gc
from typing import Final

from conference_app import engine

YOUNG: Final = 700
"""New objects that are looked through at once, which takes some 0.3 ms. Python's own figure, as
WORTH_IT is.
"""

MIDDLE: Final = 5
"""Rounds through the new ones before what they left is looked through, in about a millisecond."""

WORTH_IT: Final = 10
"""Rounds through the middle, 3500 objects or more each, before a full one when no call goes on."""

AT_MOST: Final = 250
"""The same beside calls: some hundred megabytes, if all that came to stay were garbage."""


def collect_by_hand() -> None:
    """From now on nothing is collected by itself, and modules and music, which live as long as the
    process, are left out of all collections.
    """
    gc.disable()
    gc.collect()
    gc.freeze()
    engine.after_each_tick(_collect)


def collect_by_itself() -> None:
    """Undo collect_by_hand(), when no ticks take place any more."""
    gc.unfreeze()
    gc.enable()


def _collect() -> None:
    young, middle, old = gc.get_count()
    if old > WORTH_IT and (old > AT_MOST or not engine.carries_calls()):
        gc.collect()
    elif young > YOUNG:
        gc.collect(0 if middle <= MIDDLE else 1)
