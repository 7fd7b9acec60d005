"""How a sound that was made up goes over into the true one: in phase, where both have a pitch.

The mirror image of `shortening`: what was made up goes on for a part of a pitch period more, until
it is as the true sound begins, and becomes as loud.
"""

from typing import Final

import numpy as np

from media_engine.levels import glide, gliding
from media_engine.likeness import likenesses
from media_engine.pcm import Wide

OVERLAP_MS: Final = 10
"""How long one goes over into the other: they are alike, so it may be slow."""

_COMPARED_MS: Final = 5
_LONGEST_MS: Final = 10

_ALIKE: Final = 0.9
"""Correlation from which both are the same voice: noise never has it."""

_WORTH_A_MS: Final = 0.0016
"""Correlation that is to be won by each millisecond of wait, for it is delay."""

_LOUDER_AT_MOST: Final = 2.5


def best_wait(made_up: Wide, true: Wide, rate_hz: int) -> int | None:
    """Give how many samples of `made_up`, up to 10 ms, are best heard before `true`, 5 ms or more,
    begins; None where they are never alike, or so little was made up that it could not go over.
    """
    compared, longest = (rate_hz * ms // 1000 for ms in (_COMPARED_MS, _LONGEST_MS))
    if len(made_up) < longest + rate_hz * OVERLAP_MS // 1000:
        return None
    alike = likenesses(true[:compared], made_up[: longest + compared])
    wait = int(np.argmax(alike - _WORTH_A_MS * 1000 / rate_hz * np.arange(len(alike))))
    return wait if alike[wait] >= _ALIKE else None


def rejoin(made_up: Wide, true: Wide, wait: int, rate_hz: int) -> Wide:
    """Give `wait` samples of `made_up`, then `true`; into that it goes over. Made up has to be
    OVERLAP_MS more, and so much true.

    What was made up has been fading, so it gets louder again on the way.
    """
    overlap = rate_hz * OVERLAP_MS // 1000
    more = _louder(made_up[wait:], true, rate_hz) - 1
    before = made_up[: wait + overlap] * (1 + more * gliding(wait + overlap))
    return np.concatenate((before[:wait], glide(before[wait:], true[:overlap]), true[overlap:]))


def _louder(made_up: Wide, true: Wide, rate_hz: int) -> float:
    """Give how much louder, 1 or more, the beginning of `true` is."""
    compared = rate_hz * _COMPARED_MS // 1000
    made_up, true = made_up[:compared], true[:compared]
    ratio = float(np.dot(made_up, true)) / max(float(np.dot(made_up, made_up)), 1.0)
    return min(max(ratio, 1.0), _LOUDER_AT_MOST)
