"""Time-scaling by overlap and add (WSOLA): sound gets shorter, and keeps its pitch.

What is left out is a whole number of pitch periods, found by likeness, and the sound before the cut
goes over into the sound after it; so a voice goes on as if nothing were missing. Where there is no
pitch the place that is most alike does.
"""

from typing import Final

import numpy as np

from media_engine.levels import fade, glide
from media_engine.likeness import likenesses, most_alike
from media_engine.pcm import Wide

_OVERLAP_MS: Final = 10
_SHORTEST_MS: Final = 10
_LONGEST_MS: Final = 20

_SAME: Final = 0.998
"""Correlation from which nobody hears that one sound goes over into the other."""

_BARELY_MS: Final = 0.125
_NEARLY_SAME: Final = 0.9
"""So much less will do for so short a cut: within 20 ms that is 0.6 % of the pitch."""

_WITHOUT_PITCH: Final = 0.5
"""Correlation that sound with a pitch has with itself somewhat later, and noise never."""
_SOMEWHAT_LATER_MS: Final = 2

_LOUDER: Final = 1.2
"""With so much higher peaks to come a consonant is rising, and best left alone."""


def best_cut(sound: Wide, rate_hz: int) -> int:
    """Give how many samples, 10 to 20 ms, are best left out at the beginning of `sound`, of which
    30 ms are looked at.

    In twice the shortest cut there is a whole number of every pitch period up to 20 ms.
    """
    shortest, longest, overlap = (
        rate_hz * ms // 1000 for ms in (_SHORTEST_MS, _LONGEST_MS, _OVERLAP_MS)
    )
    place, _ = most_alike(sound[:overlap], sound[shortest : longest + overlap])
    return shortest + place


def harmless_cut(sound: Wide, most: int, rate_hz: int) -> int:
    """Give how many samples, up to `most`, can be left out at the beginning of `sound` unheard: all
    where there is no pitch, or as many as make no difference; often 0. `sound` has 20 ms more.
    """
    overlap, later = (rate_hz * ms // 1000 for ms in (_OVERLAP_MS, _SOMEWHAT_LATER_MS))
    first = sound[:overlap]
    alike = likenesses(first, sound)
    is_even = np.abs(sound).max() < _LOUDER * np.abs(first).max()
    if is_even and alike[later:].max() < _WITHOUT_PITCH:
        return most
    needed = np.full(most + 1, _SAME)
    needed[: round(rate_hz * _BARELY_MS / 1000) + 1] = _NEARLY_SAME
    return int(np.flatnonzero(alike[: most + 1] >= needed).max(initial=0))


def leave_out(sound: Wide, cut: int, samples: int, rate_hz: int) -> Wide:
    """Give `samples` samples that begin as `sound` does and end as it goes on after `cut`; it has
    to have as many more.
    """
    following = sound[cut : cut + samples]
    if cut <= rate_hz * _BARELY_MS / 1000:
        return glide(sound[:samples], following)
    return fade(sound[:samples], following, min(rate_hz * _OVERLAP_MS // 1000, samples))
