"""Where in a sound another one is found again, which concealing and shortening need to know."""

import numpy as np
from numpy.typing import NDArray

from media_engine.pcm import Wide


def most_alike(wanted: Wide, sound: Wide) -> tuple[int, float]:
    """Give the place in `sound` that is most like `wanted`, and how much: a correlation of -1 to 1.

    ValueError when `sound` is the shorter one. Of equals the first counts.
    """
    alike = likenesses(wanted, sound)
    best = int(np.argmax(alike))
    return best, float(alike[best])


def likenesses(wanted: Wide, sound: Wide) -> NDArray[np.floating]:
    """Give for each place in `sound` how alike it is to `wanted`: correlations of -1 to 1.

    ValueError when `sound` is the shorter one.
    """
    if len(sound) < len(wanted):
        raise ValueError(f"{len(wanted)} samples can not be found in {len(sound)}")
    products = np.correlate(sound, wanted, "valid")
    energy = np.cumsum(np.concatenate(([0.0], sound * sound)))
    energies = (energy[len(wanted) :] - energy[: -len(wanted)]) * np.dot(wanted, wanted)
    # At least one int16 step: silence must not divide by zero.
    alike: NDArray[np.floating] = products / np.sqrt(np.maximum(energies, 1.0))
    return alike
