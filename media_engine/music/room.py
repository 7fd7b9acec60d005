"""The room that music sounds in: its response is noise that dies away, the highs first."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from media_engine.music.synth import DECAY_60_DB, Curve, Tone

BANDS: Final = ((300.0, 1.0), (1200.0, 0.9), (3500.0, 0.65), (8000.0, 0.4))
"""Centre of a band in Hz, and the part of the room's decay time that it has."""


@dataclass(frozen=True, slots=True)
class Room:
    """A room: `decay_s` to -60 dB; `wet` is its level beside the instruments.

    `distance_s` passes before it answers.
    """

    decay_s: float = 1.5
    wet: float = 0.25
    distance_s: float = 0.02
    seed: int = 11

    def response(self, rate_hz: int) -> Tone:
        """What a clap (at sample 0, not in it) leaves in the room; energy 1."""
        samples = round(self.decay_s * rate_hz)
        seconds = np.arange(samples) / rate_hz
        white = np.fft.rfft(np.random.default_rng(self.seed).standard_normal(samples))
        octave = np.log2(np.maximum(np.fft.rfftfreq(samples, 1 / rate_hz), 20.0))
        total = np.zeros(samples)
        for centre_hz, part in BANDS:
            band = np.exp(-0.5 * ((octave - np.log2(centre_hz)) / 0.8) ** 2)
            decay = np.exp(-DECAY_60_DB * seconds / (part * self.decay_s))
            total += np.fft.irfft(white * band, samples) * decay
        total *= np.minimum(seconds / 0.03, 1.0)
        late = np.concatenate((np.zeros(round(self.distance_s * rate_hz)), total))
        return (late / np.linalg.norm(late)).astype(np.float32)

    def around(self, dry: Tone, rate_hz: int) -> Tone:
        """Add the room to a loop; what rings past the end is heard at the beginning."""
        return dry + self.answer(dry, rate_hz)

    def answer(self, sent: Tone, rate_hz: int) -> Tone:
        """What the room adds to the part of a loop that is sent into it."""
        return np.float32(self.wet) * convolve_round(sent, self.response(rate_hz))


def convolve_round(sound: Tone, response: Tone) -> Tone:
    """Convolve a loop with a response, round its end; in blocks, so that memory stays small."""
    step = max(4 * len(response), 1 << 15)
    size = 1 << int(np.ceil(np.log2(step + len(response))))
    spectrum = np.fft.rfft(response.astype(np.float64), size)
    total = np.zeros(len(sound))
    for start in range(0, len(sound), step):
        block = sound[start : start + step].astype(np.float64)
        answer = np.fft.irfft(np.fft.rfft(block, size) * spectrum, size)
        add_round(total, start, answer[: len(block) + len(response) - 1])
    return total.astype(np.float32)


def add_round(loop: Tone | Curve, at: int, sound: Tone | Curve) -> None:
    """Add a sound into a loop in place; what passes the loop's end goes on at its beginning."""
    done = 0
    while done < len(sound):
        start = (at + done) % len(loop)
        part = sound[done : done + len(loop) - start]
        loop[start : start + len(part)] += part
        done += len(part)
