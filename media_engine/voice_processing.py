"""What is done with voices before they are mixed, for all legs of all meetings that want it, as one
array: noise is taken out of them, it is found out who speaks, and they are levelled, in this order.
Where nobody wants anything, nothing is done.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from media_engine.leveller import Leveller
from media_engine.noise_suppression import NoiseSuppression
from media_engine.pcm import Wide
from media_engine.speech_detector import SpeechDetector

TellSpeech: TypeAlias = Callable[[bool, int], None]
"""Called within a tick: whether a voice speaks now, and how many ticks ago that
began."""


class VoiceProcessing:
    """Voices are known by their rows in the array of what is spoken. Called by one thread."""

    def __init__(self, rate_hz: int) -> None:
        self.rate_hz = rate_hz
        self._detector = SpeechDetector(rate_hz)
        self._leveller = Leveller()
        self._noise = NoiseSuppression(rate_hz)
        self._detected: list[int] = []
        """Rows, in the order of the detector's."""
        self._levelled: list[int] = []
        """Rows, in the order of the leveller's; each of them is detected too."""
        self._going: set[int] = set()
        """Rows that are levelled no more: their gain goes back in one more tick."""
        self._watchers: dict[int, TellSpeech] = {}
        self._told: NDArray[np.bool_] = np.zeros(0, dtype=np.bool_)
        self._number()

    @property
    def noisy(self) -> int:
        """How many voices were left as noisy as they are, for want of time or of the package."""
        return self._noise.refused

    def watch(self, row: int, tell: TellSpeech) -> None:
        """Tell from the next tick on when a voice begins to speak and when it has stopped; it is
        taken for silent so far.
        """
        self._watchers[row] = tell
        self._look_after(row)
        self._told[self._detected.index(row)] = False

    def unwatch(self, row: int) -> None:
        """Tell no more of a voice; no effect where nothing is told."""
        self._watchers.pop(row, None)
        self._look_after(row)

    def level(self, row: int, levelled: bool) -> None:
        """Level a voice from the next tick on, or leave it as it is."""
        if not levelled:
            self._going.update({row} & set(self._levelled))
            return
        self._going.discard(row)
        if row not in self._levelled:
            self._levelled.append(row)
            self._leveller.add_row()
            self._look_after(row)

    def denoise(self, row: int, denoised: bool) -> None:
        """Take the noise out of a voice from the next tick on, or leave it in."""
        if denoised and row not in self._noise:
            self._noise.add(row)
        elif not denoised:
            self._noise.remove(row)

    def leave_alone(self, row: int) -> None:
        """Neither level nor denoise a voice any more, at once: somebody else will speak there."""
        self._noise.forget(row)
        self._stop_levelling(row)

    def tick(self, spoken: Wide) -> None:
        """Take what was said in this tick, `(rows, samples)`; levelled voices are changed in
        place.
        """
        if self._noise:
            self._noise.process(spoken)
        if not self._detected:
            return
        detector = self._detector
        active = detector.process(spoken[self._rows])
        if self._levelled:
            self._level(spoken, active & detector.speaking)
        changed = np.flatnonzero(detector.speaking != self._told)
        if len(changed):
            self._tell(changed.tolist())

    def _level(self, spoken: Wide, said: NDArray[np.bool_]) -> None:
        frames = spoken[self._levelled]
        for row in self._going:
            self._leveller.release(self._levelled.index(row))
        self._leveller.process(frames, said[self._positions])
        spoken[self._levelled] = frames
        for row in list(self._going):
            self._stop_levelling(row)

    def _stop_levelling(self, row: int) -> None:
        self._going.discard(row)
        if row in self._levelled:
            self._leveller.remove_row(self._levelled.index(row))
            self._levelled.remove(row)
            self._look_after(row)

    def _tell(self, changed: list[int]) -> None:
        self._told = self._detector.speaking.copy()
        ago = self._detector.ago
        for position in changed:
            tell = self._watchers.get(self._detected[position])
            if tell is not None:
                tell(bool(self._told[position]), int(ago[position]))

    def _look_after(self, row: int) -> None:
        """Detect speech in a voice if somebody wants it, else forget the voice."""
        wanted = row in self._watchers or row in self._levelled
        if wanted and row not in self._detected:
            self._detected.append(row)
            self._detector.add_row()
            self._told = np.append(self._told, np.False_)
        elif row in self._detected and not wanted:
            position = self._detected.index(row)
            self._detector.remove_row(position)
            self._told = np.delete(self._told, position)
            self._detected.remove(row)
        self._number()

    def _number(self) -> None:
        self._rows = np.asarray(self._detected, dtype=np.intp)
        positions = [self._detected.index(row) for row in self._levelled]
        self._positions = np.asarray(positions, dtype=np.intp)
