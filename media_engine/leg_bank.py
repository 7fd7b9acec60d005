"""All legs of one wire format, decoded and encoded as one array.

A numpy call costs about as much for one leg as for fifty; a process with 200 callers makes a
handful of calls a tick for all of them, and none for each.
"""

import numpy as np

from media_engine.codecs import get_codec
from media_engine.columns import take_out
from media_engine.dialects import WireFormat
from media_engine.intake import Intake
from media_engine.leg import Leg
from media_engine.lined_legs import LinedLegs
from media_engine.lines import Frames, Line, LineKind
from media_engine.pcm import Rows, Wide, samples_per_frame, to_pcm
from media_engine.resample import Resampler


class LegBank:
    """The legs that speak `wire`; sound passes between their payloads and their rows at the mixing
    rate.
    """

    def __init__(self, wire: WireFormat, mix_rate_hz: int) -> None:
        self._wire = wire
        self._codec = get_codec(wire.encoding)
        samples = samples_per_frame(wire.rate_hz)
        self._intake = Intake(self._codec, samples, Resampler(wire.rate_hz, mix_rate_hz))
        self._down = Resampler(mix_rate_hz, wire.rate_hz)
        self._legs: list[Leg] = []
        """In the order of the resampler's rows."""
        self._rows: Rows | None = None
        """Those of the legs; None: they have changed."""
        self._ears = _Ears()
        self._single: dict[Leg, None] = {}
        """Who is sent each frame by itself."""
        self._lined: dict[LineKind, LinedLegs] = {}
        self._marked: list[Leg] = []
        """Who is to be asked for marks when this tick's sound is sent."""

    def __len__(self) -> int:
        return len(self._legs)

    def add(self, leg: Leg) -> None:
        """Take a leg in from the next tick on."""
        self._legs.append(leg)
        self._single[leg] = None
        self._down.add_row()
        self._rows = None
        self._intake.add(leg)

    def remove(self, leg: Leg) -> None:
        """Let a leg go; ValueError when it is not here."""
        self._down.remove_row(take_out(self._legs, leg))
        if leg in self._single:
            del self._single[leg]
        else:
            assert leg.line is not None
            self._lined[leg.line.kind].remove(leg)
        self._rows = None
        self._intake.remove(leg)

    def rest(self, leg: Leg) -> None:
        """Listen to a leg no more, as soon as it is faded out: nobody is to hear what it says."""
        self._intake.rest(leg)

    def wake(self, leg: Leg) -> None:
        """Listen to a leg again, from what it says now on."""
        self._intake.wake(leg)

    def decode(self, spoken: Wide) -> None:
        """Write what each leg says in this tick into its row of `spoken`, `(rows, samples)` at the
        mixing rate; the rows of those who rest stay as they are.

        ExceptionGroup of what legs raised, when all others are written; those are silent.
        """
        failures: list[Exception] = []
        self._marked = self._intake.tick(spoken, failures)
        if failures:
            raise ExceptionGroup("legs failed", failures)

    def encode(self, heard: Wide, ears: Rows | None = None) -> None:
        """Send each leg its row of `heard`, `(rows, samples)` at the mixing rate. `ears` has for
        each row one in which the same is heard, and was for as long as the filter reaches: of each
        such group only one is encoded.

        ExceptionGroup of what outputs raised, when all others have got theirs.
        """
        rows = self._number() if self._rows is None else self._rows
        if ears is None or not self._ears.group(ears[rows]):
            wide = self._down.process(heard[rows])
            frames = self._codec.pack(to_pcm(wide)).reshape(len(self._legs), -1)
        else:
            first, group = self._ears.first, self._ears.of_leg
            wide = self._down.process_alike(heard[rows[first]], first, group)
            frames = self._codec.pack(to_pcm(wide)).reshape(len(first), -1)[group]
        failures: list[Exception] = []
        self._send(frames, failures)
        for leg in self._marked:
            try:
                leg.answer_marks()
            except Exception as failure:
                failures.append(failure)
        if failures:
            raise ExceptionGroup("outputs of legs failed", failures)

    def _send(self, frames: Frames, failures: list[Exception]) -> None:
        """Send each leg its row of `frames`: many at once to those that have a line."""
        for lined in self._lined.values():
            try:
                lined.write(frames)
            except Exception as failure:
                failures.append(failure)
        for leg in list(self._single):
            try:
                leg.output.audio(frames[leg.place].tobytes())
            except Exception as failure:
                failures.append(failure)
            if leg.line is not None:
                self._put_on_line(leg, leg.line)

    def _put_on_line(self, leg: Leg, line: Line) -> None:
        """Send to a leg with others at once from the next tick on."""
        del self._single[leg]
        lined = self._lined.get(line.kind)
        if lined is None:
            lined = LinedLegs(line.kind.writer(self._wire.bytes_per_frame))
            self._lined[line.kind] = lined
        lined.add(leg, line)

    def _number(self) -> Rows:
        """Give the legs their places anew: once a tick, however many have come and gone."""
        for place, leg in enumerate(self._legs):
            leg.place = place
        for lined in self._lined.values():
            lined.place_anew()
        self._rows = np.asarray([leg.row for leg in self._legs], dtype=np.intp)
        self._ears = _Ears()
        return self._rows


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
