"""Who speaks, told from levels: for all legs of a meeting as one array."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from media_engine.levels import rms_dbfs
from media_engine.pcm import Wide

SPEECH_DBFS: Final = -40.0
"""A voice on a telephone is at -30 … -15; the noise of its line below -50."""

ONSET_TICKS: Final = 3
"""So long (60 ms) it must be loud: a click is no speech."""

HANGOVER_TICKS: Final = 40
"""So long (800 ms) it must be quiet: people pause between words."""


class SpeechWatch:
    """Legs are known by their position, as in HearingMatrix."""

    def __init__(self, legs: int) -> None:
        self._speaking = np.zeros(legs, dtype=np.bool_)
        self._ticks = np.zeros(legs, dtype=np.int64)

    def add(self) -> None:
        """Watch one more, after all others."""
        self._speaking = np.append(self._speaking, np.False_)
        self._ticks = np.append(self._ticks, 0)

    def remove(self, position: int) -> bool:
        """Forget one; give whether it was speaking."""
        was_speaking = bool(self._speaking[position])
        self._speaking = np.delete(self._speaking, position)
        self._ticks = np.delete(self._ticks, position)
        return was_speaking

    def changes(self, spoken: Wide, audible: NDArray[np.bool_]) -> dict[int, bool]:
        """Look at one frame of each leg; give who begins to speak (True) and who has stopped.

        Who is not `audible` does not speak, however loud.
        """
        loud = (rms_dbfs(spoken) > SPEECH_DBFS) & audible
        # How long each has been otherwise than what was told of it last.
        self._ticks = np.where(loud != self._speaking, self._ticks + 1, 0)
        patience = np.where(self._speaking, HANGOVER_TICKS, ONSET_TICKS)
        turned = np.flatnonzero(self._ticks >= patience)
        if not len(turned):
            return {}
        self._speaking[turned] ^= True
        self._ticks[turned] = 0
        return {int(position): bool(self._speaking[position]) for position in turned}
