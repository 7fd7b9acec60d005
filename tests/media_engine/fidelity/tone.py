"""A tone in which each sample can be accounted for, and what has become of it on its way.

1 kHz is taken as 997 Hz, as audio measurement does (AES17): 1000 Hz is the same in every frame of
20 ms, so that one which is lost or repeated would leave no trace. 997 Hz comes round once a second,
in the phase and in the rounding to 16 bits.
"""

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from media_engine.dialects import L16, WireFormat
from media_engine.pcm import FRAME_MS, FRAMES_PER_SECOND, Pcm, samples_per_frame
from tests.media_engine.fidelity.simulated_meeting import MIX_RATE_HZ, SimulatedMeeting

TONE_HZ: Final = 997
PEAK: Final = 29_204
"""-1 dBFS."""

_ROUND: Final = FRAMES_PER_SECOND
"""After so many frames the tone begins anew."""

_FRAMES_LATE_MS: Final = 12.0
_TICKS_LATE_MS: Final = 7.0
_AROUND_TICKS: Final = 50

Signal: TypeAlias = NDArray[np.float64]


def tone(seconds: int, rate_hz: int) -> Pcm:
    """So many seconds of it. The first sample and the last one are loud, so its ends are seen."""
    time = np.arange(rate_hz) / rate_hz
    # The half sample makes it the same read backwards: no zero at either end.
    second = np.rint(PEAK * np.cos(2 * np.pi * TONE_HZ * (time + 0.5 / rate_hz)))
    return np.tile(second.astype(np.int16), seconds)


@dataclass(frozen=True, slots=True)
class Account:
    """What became of a tone, in samples. `altered` ones are neither lost nor what was sent."""

    inserted: int
    lost: int
    altered: int

    @property
    def is_exact(self) -> bool:
        return not (self.inserted or self.lost or self.altered)


def account(sent: Pcm, heard: Pcm, rate_hz: int) -> Account:
    """Compare the whole of a tone with what was heard, silence around it or not.

    Both at `rate_hz`, with nothing resampled between them. ValueError where nothing was heard.
    """
    loud = np.flatnonzero(heard)
    if not len(loud):
        raise ValueError("nothing was heard")
    passed = heard[loud[0] : loud[-1] + 1]
    if np.array_equal(passed, sent):
        return Account(0, 0, 0)
    return _by_frames(sent, passed, samples_per_frame(rate_hz))


def _by_frames(sent: Pcm, passed: Pcm, samples: int) -> Account:
    """Follow the frames that are still whole; what lies between two of them tells the rest.

    Less than half a second may be missing, or too much, at one place.
    """
    numbers = {frame.tobytes(): n for n, frame in enumerate(_frames(sent, samples)[:_ROUND])}
    inserted = lost = altered = 0
    at, expected = 0, 0
    for position, frame in enumerate(_frames(passed, samples)):
        number = numbers.get(frame.tobytes())
        if number is None:
            altered += 1
            continue
        step = (number - expected + _ROUND // 2) % _ROUND - _ROUND // 2
        ahead = step - (position - at)
        lost += max(0, ahead)
        inserted += max(0, -ahead)
        at, expected = position + 1, number + 1
    # What is cut off at the end, or goes on there, is neither of the two above.
    missing = len(sent) - len(passed) - (lost - inserted) * samples
    return Account(
        inserted * samples + max(0, -missing), lost * samples + max(0, missing), altered * samples
    )


def _frames(pcm: Pcm, samples: int) -> NDArray[np.int16]:
    return pcm[: len(pcm) // samples * samples].reshape(-1, samples)


def worst_frame_snr_db(heard: Pcm, rate_hz: int) -> float:
    """Compare what was heard, at whatever rate, with one sine that goes through all of it; give how
    far everything else is below it in the worst 20 ms.

    A single sample too many or too few anywhere puts all that follows out of phase. Incomplete
    seconds at both ends of the tone are left out. ValueError for less than two seconds.
    """
    loud = np.flatnonzero(np.abs(heard) > PEAK // 2)
    first = loud[0] + rate_hz // 10 if len(loud) else 0
    count = (loud[-1] - first) // rate_hz if len(loud) else 0
    if count < 2:
        raise ValueError("less than two seconds of a tone were heard")
    seconds = heard[first : first + count * rate_hz].reshape(count, rate_hz)
    turns = 2 * np.pi * TONE_HZ * np.arange(rate_hz) / rate_hz
    basis: Signal = np.stack([np.sin(turns), np.cos(turns)])
    middle = np.mean([seconds[n] @ basis.T for n in range(count)], axis=0) * 2 / rate_hz
    sine = middle @ basis
    noise = max(_loudest_frame(second - sine) for second in seconds)
    return float(10 * np.log10(np.mean(sine**2) / max(noise, 1e-9)))


def _loudest_frame(second: Signal) -> float:
    """The power of the loudest 20 ms of a second."""
    return float(np.mean(np.square(second.reshape(FRAMES_PER_SECOND, -1)), axis=1).max())


@dataclass(frozen=True, slots=True)
class Passage:
    """How a tone came through a meeting of three."""

    account: Account
    """To the one who hears it at the rate of the one who sends it."""
    resampled_snr_db: float
    """To the one who hears it at 8 kHz: the worst 20 ms, against one sine through all of it."""


def tone_through_a_meeting(seconds: int, *, phase_ms: float = 19, seed: int = 0) -> Passage:
    """Send the tone through a meeting of three, with the default buffer, on a machine and over a
    network that are late at random: together by almost a frame, which the buffer covers always.
    """
    wire, narrow = WireFormat(L16, MIX_RATE_HZ), WireFormat(L16, 8000)
    sent = tone(seconds, wire.rate_hz)
    meeting = SimulatedMeeting(late_ms=_TICKS_LATE_MS, seed=seed)
    meeting.join("b", wire, jitter_ms=_FRAMES_LATE_MS, phase_ms=(phase_ms + 7) % FRAME_MS)
    meeting.join("c", narrow, jitter_ms=_FRAMES_LATE_MS, phase_ms=(phase_ms + 13) % FRAME_MS)
    meeting.run(_AROUND_TICKS)
    meeting.join("a", wire, sent, jitter_ms=_FRAMES_LATE_MS, phase_ms=phase_ms)
    meeting.run(seconds * FRAMES_PER_SECOND + _AROUND_TICKS)
    return Passage(
        account(sent, meeting.heard("b"), wire.rate_hz),
        worst_frame_snr_db(meeting.heard("c"), narrow.rate_hz),
    )
