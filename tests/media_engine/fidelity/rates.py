"""What becomes of a tone when live sound goes from one rate to another, and what comes beside."""

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from media_engine.pcm import Wide, samples_per_frame
from media_engine.resample import Resampler

Signal: TypeAlias = NDArray[np.float64]

IN_BAND: Final = (0.0375, 0.125, 0.25, 0.34, 0.4, 0.425)
"""Of the lower rate: 300 to 3400 Hz where that is 8 kHz, up to 6800 where it is 16."""

FOLDING: Final = (0.575, 0.6, 0.7, 0.9)
"""Of the lower rate: tones that would come back into the band."""

_TENTH: Final = 10
"""Tones last so many parts of a second."""


def tone(hz: float, rate_hz: int, samples: int, peak: float = 10_000) -> Signal:
    return peak * np.sin(2 * np.pi * hz * np.arange(samples) / rate_hz)


def stream(sound: NDArray[np.floating], from_hz: int, to_hz: int, legs: int = 1) -> Wide:
    """Give what the last of `legs` equal legs hears of `sound`, frame by frame."""
    resampler = Resampler(from_hz, to_hz, legs)
    frames = sound.astype(np.float32).reshape(-1, samples_per_frame(from_hz))
    converted = [resampler.process(np.tile(frame, (legs, 1)))[-1] for frame in frames]
    return np.concatenate(converted)


def in_band_snr_db(from_hz: int, to_hz: int) -> dict[float, float]:
    """Give, for each place of a tone in the band, how far everything else is below it."""
    return {
        place: signal_to_noise(_settled(from_hz, to_hz, place), place * min(from_hz, to_hz), to_hz)
        for place in IN_BAND
    }


def images_db(from_hz: int, to_hz: int) -> dict[float, float]:
    """Give the strongest image of each tone against the tone: of those in the band where the rate
    rises, of those that would fold where it falls.
    """
    if from_hz > to_hz:
        return {place: _folded_db(from_hz, to_hz, place) for place in FOLDING}
    return {place: _image_db(from_hz, to_hz, place) for place in IN_BAND}


def signal_to_noise(sound: Wide, hz: float, rate_hz: int) -> float:
    """Give how far below the tone everything else is, in dB, whatever its level and phase."""
    fitted = _part(sound, hz, rate_hz)
    return decibels(np.mean(fitted**2) / np.mean((sound - fitted) ** 2))


def decibels(power_ratio: ArrayLike) -> float:
    return float(10 * np.log10(np.maximum(power_ratio, 1e-20)))


def _settled(from_hz: int, to_hz: int, place: float) -> Wide:
    """What is heard of a tone at this place of the lower rate, after its first frame."""
    hz = place * min(from_hz, to_hz)
    heard = stream(tone(hz, from_hz, from_hz // _TENTH), from_hz, to_hz)
    return heard[samples_per_frame(to_hz) :]


def _folded_db(from_hz: int, to_hz: int, place: float) -> float:
    said = tone(place * to_hz, from_hz, from_hz // _TENTH)
    return decibels(np.mean(_settled(from_hz, to_hz, place) ** 2) / np.mean(said**2))


def _image_db(from_hz: int, to_hz: int, place: float) -> float:
    hz = place * from_hz
    sound = _settled(from_hz, to_hz, place)
    said = _part(sound, hz, to_hz)
    turns = range(1, to_hz // from_hz + 1)
    images = [abs(turn * from_hz + side * hz) for turn in turns for side in (-1, 1)]
    beside = [_part(sound - said, image, to_hz) for image in images if image < to_hz / 2]
    return decibels(max((np.mean(part**2) for part in beside), default=0) / np.mean(said**2))


def _part(sound: Wide | Signal, hz: float, rate_hz: int) -> Signal:
    """The part of a sound that is a sine of this frequency."""
    phase = 2 * np.pi * hz * np.arange(len(sound)) / rate_hz
    basis = np.stack([np.sin(phase), np.cos(phase)], axis=1)
    weights = np.linalg.lstsq(basis, sound.astype(float), rcond=None)[0]
    fitted: Signal = basis @ weights
    return fitted
