"""What the legs of one wire format say, from their lines to rows at the mixing rate."""

from typing import Final

import numpy as np

from media_engine.codecs import Codec
from media_engine.columns import grown, take_out
from media_engine.even_streams import EvenStreams
from media_engine.leg import Leg
from media_engine.lines import Frames, Line, LineKind
from media_engine.pcm import Rows, Wide
from media_engine.resample import Resampler
from media_engine.rest import Rest

CALM_TICKS: Final = 10
"""A stream that has run dry is to run evenly for so long before it is taken for even."""

_FIRST_LEGS: Final = 16


class Intake:
    """Those who are listened to, and those who rest."""

    def __init__(self, codec: Codec, samples: int, resampler: Resampler) -> None:
        self._codec = codec
        self._samples = samples
        self._silence = codec.silence * samples
        self._resampler = resampler
        self._rest = Rest(len(self._silence))
        self._legs: list[Leg] = []
        """Who is listened to, in the order of the resampler's rows."""
        self._rows: Rows | None = None
        """Those of the legs; None: they have changed."""
        self._payloads: Frames = np.zeros((_FIRST_LEGS, len(self._silence)), np.uint8)
        self._single: dict[Leg, None] = {}
        """Who is asked for each frame."""
        self._even: dict[LineKind, EvenStreams] = {}

    def add(self, leg: Leg) -> None:
        """Listen to a leg from the next tick on."""
        self._legs.append(leg)
        self._single[leg] = None
        self._resampler.add_row()
        self._rows = None

    def remove(self, leg: Leg) -> None:
        """Forget a leg."""
        if leg not in self._rest:
            self._listen_no_more_to(leg)
        self._rest.end(leg)

    def rest(self, leg: Leg) -> None:
        """Listen to a leg no more, as soon as it is faded out: nobody is to hear what it says."""
        self._rest.begin(leg)

    def wake(self, leg: Leg) -> None:
        """Listen to a leg again, from what it says now on."""
        was_resting = leg in self._rest
        self._rest.end(leg)
        if was_resting:
            self.add(leg)
            leg.wake()

    def tick(self, spoken: Wide, failures: list[Exception]) -> list[Leg]:
        """Write what each leg says into its row of `spoken`, `(rows, samples)` at the mixing rate;
        the rows of those who rest stay as they are. Give who is to be asked for marks.

        What a leg raises goes to `failures`; it is silent.
        """
        for leg in self._rest.faded_out():
            self._listen_no_more_to(leg)
        self._rest.tick(failures)
        rows = self._number() if self._rows is None else self._rows
        payloads = self._payloads[: len(self._legs)]
        for even in self._even.values():
            try:
                even.tick(payloads)
            except Exception as failure:
                # Nobody's last frame may be heard again and again: that is a buzz.
                payloads[:] = np.frombuffer(self._silence, np.uint8)
                failures.append(failure)
        patched, marked = self._ask(payloads, failures)
        wide = self._codec.widen(payloads.reshape(-1)).reshape(-1, self._samples)
        for leg in patched:
            wide[leg.place_listened] = leg.patch
            leg.patch = None
        spoken[rows] = self._resampler.process(wide)
        return marked

    def _ask(self, payloads: Frames, failures: list[Exception]) -> tuple[list[Leg], list[Leg]]:
        """Ask those who do not run evenly for their frames; give who has a patch, and who may have
        marks.
        """
        given: list[bytes] = []
        places: list[int] = []
        patched: list[Leg] = []
        marked: list[Leg] = []
        calm: list[Leg] = []
        for leg in list(self._single):
            try:
                given.append(leg.next_payload())
            except Exception as failure:
                given.append(self._silence)
                failures.append(failure)
            places.append(leg.place_listened)
            if leg.patch is not None:
                patched.append(leg)
            if leg.jitter.has_marks:
                marked.append(leg)
            if leg.line is not None and leg.is_calm(CALM_TICKS):
                calm.append(leg)
        if given:
            joined = np.frombuffer(b"".join(given), np.uint8)
            payloads[places] = joined.reshape(len(given), -1)
        for leg in calm:
            self._lend(leg, leg.line)
        return patched, marked

    def _lend(self, leg: Leg, line: Line | None) -> None:
        assert line is not None
        even = self._even.get(line.kind)
        if even is None:
            frame_bytes = len(self._silence)
            reader = line.kind.reader(frame_bytes)
            even = self._even[line.kind] = EvenStreams(reader, frame_bytes, self._ask_again)
        del self._single[leg]
        even.enter(leg)

    def _ask_again(self, leg: Leg) -> None:
        self._single[leg] = None

    def _listen_no_more_to(self, leg: Leg) -> None:
        leg.take_back()
        del self._single[leg]
        self._resampler.remove_row(take_out(self._legs, leg))
        self._rows = None

    def _number(self) -> Rows:
        """Give the legs their places anew: once a tick, however many have come and gone."""
        while len(self._legs) > len(self._payloads):
            self._payloads = grown(self._payloads, 2 * len(self._payloads))
        for place, leg in enumerate(self._legs):
            leg.place_listened = place
        for even in self._even.values():
            even.place_anew()
        self._rows = np.asarray([leg.row for leg in self._legs], dtype=np.intp)
        return self._rows
