"""Eight loud talkers at once: what the limiter makes of them, in what a ninth one is sent."""

import math
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from media_engine.commands import SetVolume
from media_engine.dialects import L16, WireFormat
from media_engine.pcm import FRAMES_PER_SECOND, FULL_SCALE, Pcm, samples_per_frame
from tests.media_engine.clicks_heard import out_of_band_db
from tests.media_engine.fidelity.mix import place_of
from tests.media_engine.fidelity.simulated_meeting import CONFERENCE_ID, SimulatedMeeting

WIRE: Final = WireFormat(L16, 16_000)
TALKERS_HZ: Final = (211, 307, 401, 523, 659, 811, 1009, 1301)
LOUD_DBFS: Final = -10.0
JUST_BELOW_DBFS: Final = -1.0
"""The peak of what must not be touched."""

SPLASH_FROM_HZ: Final = 2500.0
"""None of the talkers is there, nor what a change of their level makes."""

_LOUD_S: Final = 5
_SETTLED_S: Final = 1
_QUIET_S: Final = 2
_QUIET_DBFS: Final = -40.0
_FULL: Final = 32767
_DELAY_TICKS: Final = 10
_LISTENER: Final = "listener"
_VOICES_ARE_IN: Final = samples_per_frame(WIRE.rate_hz)
"""They come in by a ramp in the first frame."""

Samples: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Limited:
    """What was heard of eight talkers who were loud and then were not."""

    longest_clipped_run: int
    """Samples in a row at either end of the 16 bits."""
    distortion: float
    """The share of what was heard of the loud part that is none of the talkers' tones at their
    level, by RMS; from its second second on, when the gain has come to its depth.
    """
    onset_distortion: float
    """The same for the first second, from its first sample on: the fall of the gain counts."""
    onset_splash_db: float
    """The most power in any 20 ms of that second more than SPLASH_FROM_HZ high, beside the mean
    power: the part of it that is not the tones' change of level.
    """
    recovered_ms: int
    """From the end of the loudness until each sample is what was said again."""


def eight_loud_talkers(seed: int) -> Limited:
    """Let them be loud for some seconds, and quiet after that."""
    loud, quiet = talkers(_LOUD_S, LOUD_DBFS, seed), talkers(_QUIET_S, _QUIET_DBFS, seed)
    said = [np.concatenate(parts) for parts in zip(loud, quiet, strict=True)]
    heard, ideal = _heard_and_ideal(said)
    settled, end = _SETTLED_S * WIRE.rate_hz, _LOUD_S * WIRE.rate_hz
    return Limited(
        longest_run(np.abs(heard) >= _FULL),
        distortion(heard[settled:end]),
        distortion(heard[:settled]),
        out_of_band_db(heard[:settled].astype(np.float64), WIRE.rate_hz, 0, SPLASH_FROM_HZ),
        _last_difference_ms(heard[end:], ideal[end:]),
    )


def touched_below_the_ceiling(seed: int) -> int:
    """Let eight talk so that the sum of them peaks at JUST_BELOW_DBFS; give how many samples of it
    are not what they should be.
    """
    loud = np.stack(talkers(_LOUD_S, LOUD_DBFS, seed)).astype(np.float64)
    loud *= FULL_SCALE * 10 ** (JUST_BELOW_DBFS / 20) / np.abs(loud.sum(axis=0)).max()
    heard, ideal = _heard_and_ideal(list(np.trunc(loud).astype(np.int16)))
    return int(np.count_nonzero((heard != ideal)[_VOICES_ARE_IN:]))


def touched_in_a_mix_of_ones_own(seed: int) -> int:
    """Let one listener hear one of eight loud talkers alone, and others all; give how many samples
    are not what they should be for the former.
    """
    said = talkers(_LOUD_S, LOUD_DBFS, seed)
    meeting = _meeting_with(said)
    for number in range(1, len(said)):
        meeting.apply(SetVolume(CONFERENCE_ID, f"talker {number}", 0.0, _LISTENER))
    meeting.run(_LOUD_S * FRAMES_PER_SECOND)
    heard, ideal = _side_by_side(meeting.heard(_LISTENER), said[:1])
    return int(np.count_nonzero((heard != ideal)[_VOICES_ARE_IN:]))


def talkers(seconds: float, level_dbfs: float, seed: int) -> list[Pcm]:
    """Eight voices as tones of a level (RMS) each, with phases by chance."""
    time = np.arange(round(seconds * WIRE.rate_hz)) / WIRE.rate_hz
    amplitude = FULL_SCALE * 10 ** (level_dbfs / 20) * np.sqrt(2)
    phases = np.random.default_rng(seed).uniform(0, 2 * np.pi, len(TALKERS_HZ))
    return [
        np.rint(amplitude * np.sin(2 * np.pi * hz * time + phase)).astype(np.int16)
        for hz, phase in zip(TALKERS_HZ, phases, strict=True)
    ]


def _meeting_with(said: list[Pcm]) -> SimulatedMeeting:
    meeting = SimulatedMeeting()
    meeting.join(_LISTENER, WIRE)
    for number, pcm in enumerate(said):
        meeting.join(f"talker {number}", WIRE, pcm)
    return meeting


def _heard_and_ideal(said: list[Pcm]) -> tuple[Samples, Samples]:
    """Give what a listener hears of these talkers, and the exact sum of them, side by side."""
    meeting = _meeting_with(said)
    meeting.run(len(said[0]) // samples_per_frame(WIRE.rate_hz) + _DELAY_TICKS)
    return _side_by_side(meeting.heard(_LISTENER), said)


def _side_by_side(heard: Pcm, said: list[Pcm]) -> tuple[Samples, Samples]:
    ideal = np.sum(np.stack(said).astype(np.int64), axis=0)
    begin = place_of(ideal.astype(np.float64), heard.astype(np.float64))
    passed = heard[begin : begin + len(ideal)].astype(np.int64)
    return passed, ideal[: len(passed)]


def longest_run(there: NDArray[np.bool_]) -> int:
    """Give the greatest number of samples in a row that are there."""
    edges = np.diff(np.concatenate(([0], there.astype(np.int8), [0])))
    lengths = np.flatnonzero(edges < 0) - np.flatnonzero(edges > 0)
    return int(lengths.max(initial=0))


def distortion(heard: NDArray[np.generic]) -> float:
    """Give the share of a sound that is none of the talkers' tones, by RMS."""
    time = np.arange(len(heard)) / WIRE.rate_hz
    waves = [wave(2 * np.pi * hz * time) for hz in TALKERS_HZ for wave in (np.sin, np.cos)]
    basis = np.stack(waves, axis=1)
    found, *_ = np.linalg.lstsq(basis, heard.astype(np.float64), rcond=None)
    rest = heard - basis @ found
    return float(np.sqrt(np.mean(rest**2) / np.mean((basis @ found) ** 2)))


def _last_difference_ms(heard: Samples, ideal: Samples) -> int:
    different = np.flatnonzero(heard != ideal)
    last = int(different[-1]) + 1 if len(different) else 0
    return math.ceil(last * 1000 / WIRE.rate_hz)
