"""All legs of one wire format, decoded and encoded as one array.

A numpy call costs about as much for one leg as for fifty; a process with 200 callers makes a
handful of calls a tick for all of them, and none for each.
"""

import numpy as np

from media_engine.codecs import get_codec
from media_engine.dialects import WireFormat
from media_engine.leg import Leg
from media_engine.pcm import Wide, samples_per_frame, to_pcm
from media_engine.resample import Resampler


class LegBank:
    """The legs that speak `wire`; sound passes between their payloads and their rows at the mixing
    rate.
    """

    def __init__(self, wire: WireFormat, mix_rate_hz: int) -> None:
        self._codec = get_codec(wire.encoding)
        self._samples = samples_per_frame(wire.rate_hz)
        self._silence = self._codec.silence * self._samples
        self._legs: list[Leg] = []
        self._rows = np.zeros(0, dtype=np.intp)
        self._up = Resampler(wire.rate_hz, mix_rate_hz)
        self._down = Resampler(mix_rate_hz, wire.rate_hz)

    def __len__(self) -> int:
        return len(self._legs)

    def add(self, leg: Leg) -> None:
        """Take a leg in from the next tick on."""
        self._legs.append(leg)
        self._up.add_row()
        self._down.add_row()
        self._number()

    def remove(self, leg: Leg) -> None:
        """Let a leg go; ValueError when it is not here."""
        index = self._legs.index(leg)
        del self._legs[index]
        self._up.remove_row(index)
        self._down.remove_row(index)
        self._number()

    def decode(self, spoken: Wide) -> None:
        """Write what each leg says in this tick into its row of `spoken`, `(rows, samples)` at the
        mixing rate.

        ExceptionGroup of what legs raised, when all others are written; those are silent.
        """
        payloads = []
        failures: list[Exception] = []
        for leg in self._legs:
            try:
                payloads.append(leg.next_payload())
            except Exception as failure:
                payloads.append(self._silence)
                failures.append(failure)
        wide = self._codec.widen(b"".join(payloads)).reshape(-1, self._samples)
        for index, leg in enumerate(self._legs):
            if leg.patch is not None:
                wide[index] = leg.patch
                leg.patch = None
        spoken[self._rows] = self._up.process(wide)
        if failures:
            raise ExceptionGroup("legs failed", failures)

    def encode(self, heard: Wide) -> None:
        """Send each leg its row of `heard`, `(rows, samples)` at the mixing rate.

        ExceptionGroup of what outputs raised, when all others have got theirs.
        """
        pcm = to_pcm(self._down.process(heard[self._rows]))
        encoded = self._codec.encode(pcm.reshape(-1))
        size = self._samples * self._codec.bytes_per_sample
        start = 0
        failures: list[Exception] = []
        for leg in self._legs:
            try:
                leg.output.audio(encoded[start : start + size])
                if leg.jitter.has_marks:
                    leg.answer_marks()
            except Exception as failure:
                failures.append(failure)
            start += size
        if failures:
            raise ExceptionGroup("outputs of legs failed", failures)

    def _number(self) -> None:
        self._rows = np.asarray([leg.row for leg in self._legs], dtype=np.intp)
