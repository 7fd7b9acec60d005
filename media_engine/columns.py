"""Lists and arrays with an entry for each of something; who goes leaves his place to the last."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

_Kind = TypeVar("_Kind", bound=np.generic)
_One = TypeVar("_One")


def grown(column: NDArray[_Kind], entries: int) -> NDArray[_Kind]:
    """Give the array with so many entries, the new ones 0."""
    more = np.zeros((entries - len(column), *column.shape[1:]), column.dtype)
    return np.concatenate([column, more])


def take_out(entries: list[_One], one: _One) -> int:
    """Remove an entry, whose place the last one takes; give that place. ValueError when it is not
    there.
    """
    place = entries.index(one)
    last = entries.pop()
    if last is not one:
        entries[place] = last
    return place
