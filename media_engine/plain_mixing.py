"""Meetings in which everybody hears everybody, and nothing else, mixed all at once.

Nearly all meetings are such nearly all the time, and many are small: a numpy call costs about as
much for four legs as for two hundred, so fifty meetings of four are one array here.
"""

from collections.abc import Sequence
from operator import is_

import numpy as np

from media_engine.pcm import Rows, Wide


class PlainMixing:
    """Gives each leg the sum of the others in its meeting, as an ordinary row of HearingMatrix."""

    def __init__(self) -> None:
        self._meetings: list[Rows] = []
        self._groups: list[Rows] = []
        """Rows of the meetings of one size, `(meetings, legs)`."""

    def mix(self, meetings: list[Rows], spoken: Wide, heard: Wide) -> None:
        """Fill the rows of `heard` from those of `spoken`, `(rows, samples)`; each of `meetings`
        has the rows of its legs. One that has changed must be another array.
        """
        if not _are_the_same(meetings, self._meetings):
            self._meetings = meetings
            self._groups = _by_size(meetings)
        for rows in self._groups:
            own = spoken[rows]
            heard[rows] = own.sum(axis=1, keepdims=True) - own


def _are_the_same(ones: Sequence[Rows], others: Sequence[Rows]) -> bool:
    return len(ones) == len(others) and all(map(is_, ones, others))


def _by_size(meetings: Sequence[Rows]) -> list[Rows]:
    of_size: dict[int, list[Rows]] = {}
    for rows in meetings:
        of_size.setdefault(len(rows), []).append(rows)
    return [np.stack(group) for group in of_size.values()]
