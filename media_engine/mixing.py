"""The hearing matrix: who hears whom, and how loud.

For each meeting a gain G[listener, speaker]; 1 = hears, 0 = does not, a leg's own entry is always
0. Nearly every row is ordinary: the listener hears each speaker with that speaker's *voice* (1, or
0 when muted). An ordinary row costs one subtraction, `total - own`, so a tick stays linear in the
number of legs; the few others are multiplied out. Those who say nothing that anybody hears have the
total, all the same one.

Nothing has a hard edge, which would be heard as a click: a voice comes in, and whatever somebody
hears changes, within RAMP_MS.

Sums are wide (float32 on the int16 scale) and unclipped: a clipped total could not have a leg's own
sound taken out again.
"""

from typing import Final

import numpy as np

from media_engine.levels import fade
from media_engine.pcm import FRAMES_PER_SECOND, Rows, Wide

RAMP_MS: Final = 5
"""How long a voice takes to come in, or to be muted or let in again."""


class HearingMatrix:
    """Gains between the legs of one meeting; legs are known by their position, 0 … n-1, in order of
    joining.
    """

    def __init__(self) -> None:
        self._voices: Wide = np.zeros(0, dtype=np.float32)
        self._before: Wide = self._voices.copy()
        self._exceptions: list[dict[int, float]] = []
        self._deaf: list[bool] = []
        self.alike: Rows = np.zeros(0, dtype=np.intp)
        """Who heard the total in the last frame, and nothing else."""
        # Rows that change in the next tick: what they were.
        self._rows_before: dict[int, Wide] = {}
        self._compile()

    def __len__(self) -> int:
        return len(self._voices)

    @property
    def is_plain(self) -> bool:
        """Whether all entries but one's own are 1, and were so in the last tick."""
        is_special = len(self._special) or len(self._deafened) or self._rows_before
        return self._all_heard and not is_special

    def add(self, voice: float) -> int:
        """Let a leg in that all others come to hear with gain `voice`; give its position."""
        self._voices = np.append(self._voices, np.float32(voice))
        self._before = np.append(self._before, np.float32(0))
        self._exceptions.append({})
        self._deaf.append(False)
        self._rows_before = {
            listener: np.append(row, np.float32(0)) for listener, row in self._rows_before.items()
        }
        self._compile()
        return len(self._voices) - 1

    def remove(self, position: int) -> None:
        """Forget a leg; those behind it move up by one."""
        self._voices = np.delete(self._voices, position)
        self._before = np.delete(self._before, position)
        del self._exceptions[position]
        del self._deaf[position]
        self._exceptions = [
            {
                _moved_up(speaker, position): gain
                for speaker, gain in row.items()
                if speaker != position
            }
            for row in self._exceptions
        ]
        self._rows_before = {
            _moved_up(listener, position): np.delete(row, position)
            for listener, row in self._rows_before.items()
            if listener != position
        }
        self._compile()

    def set_voice(self, position: int, gain: float) -> None:
        """Set how all ordinary listeners hear this leg: its column of the matrix."""
        self._voices[position] = gain
        self._compile()

    def set_deaf(self, position: int, deaf: bool) -> None:
        """Let a leg hear nobody (its row is 0), or hear as before."""
        self._keep_row(position)
        self._deaf[position] = deaf
        self._compile()

    def set_gain(self, listener: int, speaker: int, gain: float | None) -> None:
        """Set one entry; None: the speaker's voice counts again. ValueError for one's own."""
        if listener == speaker:
            raise ValueError("nobody hears himself: the entry of a leg and itself is always 0")
        if self._exceptions[listener].get(speaker) == gain:
            return
        self._keep_row(listener)
        if gain is None:
            del self._exceptions[listener][speaker]
        else:
            self._exceptions[listener][speaker] = gain
        self._compile()

    def dense(self) -> Wide:
        """Write the whole matrix out, `(listeners, speakers)`."""
        count = len(self._voices)
        matrix = np.tile(self._voices, (count, 1))
        for listener, row in enumerate(self._exceptions):
            for speaker, gain in row.items():
                matrix[listener, speaker] = gain
        matrix[np.asarray(self._deaf, dtype=bool)] = 0
        np.fill_diagonal(matrix, 0)
        return matrix

    def mix(self, spoken: Wide, rows: Rows | None = None) -> tuple[Wide, Wide]:
        """Mix one frame of `spoken`, `(legs, samples)`, or of those of its rows that are the legs';
        give what each leg hears, `(legs, samples)`, and the total `(samples,)`. Both are the
        caller's own; `alike` says which legs hear the same.

        The total is all voices together: what a recording of the meeting hears.
        """
        samples = spoken.shape[1]
        speakers, silent = self._speakers, self._silent
        own = spoken[speakers if rows is None else rows[speakers]]
        if not self._all_heard:
            own *= self._gains(samples)
        total: Wide = own.sum(axis=0)
        heard = np.empty((len(self), samples), dtype=np.float32)
        heard[speakers] = total - own
        heard[silent] = total
        self.alike = silent
        if len(self._special):
            all_spoken = spoken if rows is None else spoken[rows]
            excepted = self._excepted[:, speakers]
            heard[self._special] += self._exceptional @ all_spoken - excepted @ own
        if len(self._deafened):
            heard[self._deafened] = 0
        if self._rows_before:
            self._go_over(spoken if rows is None else spoken[rows], heard)
        return heard, total

    def _go_over(self, spoken: Wide, heard: Wide) -> None:
        """Let those whose row has changed hear the change within a ramp."""
        ramp_samples = _ramp_samples(spoken.shape[1])
        for listener, row in self._rows_before.items():
            heard[listener] = fade(row @ spoken, heard[listener], ramp_samples)
        self.alike = np.setdiff1d(self.alike, list(self._rows_before))
        self._rows_before = {}

    def _keep_row(self, listener: int) -> None:
        """Remember what a row was in the last tick, before the first change since then."""
        if listener in self._rows_before:
            return
        row = self._before.copy()
        for speaker, gain in self._exceptions[listener].items():
            row[speaker] = gain
        row[listener] = 0
        self._rows_before[listener] = row * np.float32(not self._deaf[listener])

    def _gains(self, samples: int) -> Wide:
        """Voices of the speakers as `(speakers, 1)`, or `(speakers, samples)` with a ramp in the
        tick after a change.
        """
        speakers = self._speakers
        if not self._changed:
            return self._voices[speakers, np.newaxis]
        ramp_samples = _ramp_samples(samples)
        ramp = np.ones(samples, dtype=np.float32)
        ramp[:ramp_samples] = np.arange(1, ramp_samples + 1, dtype=np.float32) / ramp_samples
        before, now = self._before[speakers], self._voices[speakers]
        gains: Wide = np.outer(before, 1 - ramp) + np.outer(now, ramp)
        self._before = self._voices.copy()
        self._compile()
        return gains

    def _compile(self) -> None:
        self._changed = not np.array_equal(self._before, self._voices)
        self._all_heard = not self._changed and bool((self._voices == 1).all())
        special = [listener for listener, row in enumerate(self._exceptions) if row]
        self._special = np.asarray(special, dtype=np.intp)
        self._deafened = np.flatnonzero(self._deaf)
        # For the special rows: the voices that do not count, and the gains that do instead.
        self._excepted: Wide = np.zeros((len(special), len(self)), dtype=np.float32)
        self._exceptional: Wide = np.zeros_like(self._excepted)
        for index, listener in enumerate(special):
            for speaker, gain in self._exceptions[listener].items():
                self._excepted[index, speaker] = 1
                self._exceptional[index, speaker] = gain
        is_speaker = (self._voices != 0) | (self._before != 0)
        # Who hears something else is mixed with the speakers: their row is their own anyway.
        is_speaker[self._special] = True
        is_speaker[self._deafened] = True
        self._speakers: Rows = np.flatnonzero(is_speaker)
        self._silent: Rows = np.flatnonzero(~is_speaker)


def _ramp_samples(frame_samples: int) -> int:
    return frame_samples * RAMP_MS * FRAMES_PER_SECOND // 1000


def _moved_up(position: int, removed: int) -> int:
    return position - 1 if position > removed else position
