"""Time-scaling by overlap and add (WSOLA): sound gets shorter, and keeps its pitch.

What is left out is a whole number of pitch periods, found by likeness, and the sound before the cut
goes over into the sound after it; so a voice goes on as if nothing were missing. Where there is no
pitch the place that is most alike does.
"""

from typing import Final

from media_engine.levels import fade
from media_engine.likeness import most_alike
from media_engine.pcm import Wide

_OVERLAP_MS: Final = 10
_SHORTEST_MS: Final = 10
_LONGEST_MS: Final = 20


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


def leave_out(sound: Wide, cut: int, samples: int, rate_hz: int) -> Wide:
    """Give `samples` samples that begin as `sound` does and end as it goes on after `cut`; it has
    to have as many more.
    """
    following = sound[cut : cut + samples]
    return fade(sound[:samples], following, min(rate_hz * _OVERLAP_MS // 1000, samples))
