"""All legs of one wire format, decoded and encoded as one array.

A numpy call costs about as much for one leg as for fifty; a process with 200 callers makes a
handful of calls a tick for all of them, and none for each.
"""

from typing import Final

import numpy as np

from media_engine.codecs import get_codec
from media_engine.dialects import WireFormat
from media_engine.leg import Leg
from media_engine.pcm import Rows, Wide, samples_per_frame, to_pcm
from media_engine.resample import Resampler

RESTING_TICKS: Final = 5
"""Of who rests the socket is read every 100 ms: a key that he presses is heard as soon as that."""

FADING_TICKS: Final = 2
"""Who begins to rest is listened to so long: within the first tick he is faded out."""


class LegBank:
    """The legs that speak `wire`; sound passes between their payloads and their rows at the mixing
    rate.
    """

    def __init__(self, wire: WireFormat, mix_rate_hz: int) -> None:
        self._codec = get_codec(wire.encoding)
        self._samples = samples_per_frame(wire.rate_hz)
        self._silence = self._codec.silence * self._samples
        self._legs: list[Leg] = []
        self._heard_rows: Rows = np.zeros(0, dtype=np.intp)
        self._down = Resampler(mix_rate_hz, wire.rate_hz)
        self._ears = _Ears()
        self._listened: list[Leg] = []
        self._spoken_rows: Rows = np.zeros(0, dtype=np.intp)
        self._up = Resampler(wire.rate_hz, mix_rate_hz)
        self._fading: dict[Leg, int] = {}
        """Who is to rest, and after how many more ticks."""
        self._resting: list[Leg] = []
        self._ticks = 0

    def __len__(self) -> int:
        return len(self._legs)

    def add(self, leg: Leg) -> None:
        """Take a leg in from the next tick on."""
        self._legs.append(leg)
        self._down.add_row()
        self._number()
        self._listen_to(leg)

    def remove(self, leg: Leg) -> None:
        """Let a leg go; ValueError when it is not here."""
        self._down.remove_row(_take_out(self._legs, leg))
        self._number()
        if leg in self._resting:
            self._resting.remove(leg)
        else:
            self._listen_no_more_to(leg)

    def rest(self, leg: Leg) -> None:
        """Listen to a leg no more, as soon as it is faded out: nobody is to hear what it says.

        To read a socket costs as much as to write to it, and of a thousand who listen to a lecture
        nobody hears a word.
        """
        if leg not in self._resting:
            self._fading.setdefault(leg, FADING_TICKS)

    def wake(self, leg: Leg) -> None:
        """Listen to a leg again, from what it says now on."""
        self._fading.pop(leg, None)
        if leg in self._resting:
            self._resting.remove(leg)
            leg.wake()
            self._listen_to(leg)

    def decode(self, spoken: Wide) -> None:
        """Write what each leg says in this tick into its row of `spoken`, `(rows, samples)` at the
        mixing rate; the rows of those who rest stay as they are.

        ExceptionGroup of what legs raised, when all others are written; those are silent.
        """
        failures: list[Exception] = []
        self._let_rest(failures)
        payloads = []
        for leg in self._listened:
            try:
                payloads.append(leg.next_payload())
            except Exception as failure:
                payloads.append(self._silence)
                failures.append(failure)
        wide = self._codec.widen(b"".join(payloads)).reshape(-1, self._samples)
        for index, leg in enumerate(self._listened):
            if leg.patch is not None:
                wide[index] = leg.patch
                leg.patch = None
        spoken[self._spoken_rows] = self._up.process(wide)
        if failures:
            raise ExceptionGroup("legs failed", failures)

    def encode(self, heard: Wide, ears: Rows | None = None) -> None:
        """Send each leg its row of `heard`, `(rows, samples)` at the mixing rate. `ears` has for
        each row one in which the same is heard, and was for as long as the filter reaches: of each
        such group only one is encoded.

        ExceptionGroup of what outputs raised, when all others have got theirs.
        """
        if ears is None or not self._ears.group(ears[self._heard_rows]):
            wire = self._down.process(heard[self._heard_rows])
            encoded = self._codec.encode(to_pcm(wire).reshape(-1))
            places = range(len(self._legs))
        else:
            first, group = self._ears.first, self._ears.of_leg
            wire = self._down.process_alike(heard[self._heard_rows[first]], first, group)
            encoded = self._codec.encode(to_pcm(wire).reshape(-1))
            places = group.tolist()
        size = self._samples * self._codec.bytes_per_sample
        cut = [encoded[start : start + size] for start in range(0, len(encoded), size)]
        failures: list[Exception] = []
        for leg, place in zip(self._legs, places, strict=True):
            try:
                leg.output.audio(cut[place])
                if leg.jitter.has_marks:
                    leg.answer_marks()
            except Exception as failure:
                failures.append(failure)
        if failures:
            raise ExceptionGroup("outputs of legs failed", failures)

    def _let_rest(self, failures: list[Exception]) -> None:
        """Forget those who have been faded out, and what those who rest have said; not all of a
        room in one tick.
        """
        for leg, ticks in list(self._fading.items()):
            self._fading[leg] = ticks - 1
            if not ticks:
                self._listen_no_more_to(leg)
                self._resting.append(leg)
        self._ticks += 1
        for leg in self._resting[self._ticks % RESTING_TICKS :: RESTING_TICKS]:
            try:
                leg.doze()
            except Exception as failure:
                failures.append(failure)

    def _listen_to(self, leg: Leg) -> None:
        self._listened.append(leg)
        self._up.add_row()
        self._number_listened()

    def _listen_no_more_to(self, leg: Leg) -> None:
        self._fading.pop(leg, None)
        self._up.remove_row(_take_out(self._listened, leg))
        self._number_listened()

    def _number(self) -> None:
        self._heard_rows = np.asarray([leg.row for leg in self._legs], dtype=np.intp)
        self._ears = _Ears()

    def _number_listened(self) -> None:
        self._spoken_rows = np.asarray([leg.row for leg in self._listened], dtype=np.intp)


class _Ears:
    """Which legs of a bank hear the same; kept from tick to tick, for it hardly ever changes."""

    def __init__(self) -> None:
        self._ears: Rows = np.zeros(0, dtype=np.intp)
        self.first: Rows = self._ears
        """A leg of each group."""
        self.of_leg: Rows = self._ears
        """The group of each leg."""

    def group(self, ears: Rows) -> bool:
        """Find the legs with equal `ears`; False when there are none."""
        if not np.array_equal(ears, self._ears):
            self._ears = ears
            _, self.first, self.of_leg = np.unique(ears, return_index=True, return_inverse=True)
        return len(self.first) < len(ears)


def _take_out(legs: list[Leg], leg: Leg) -> int:
    """Remove a leg, whose place the last one takes; give that place."""
    index = legs.index(leg)
    last = legs.pop()
    if last is not leg:
        legs[index] = last
    return index
