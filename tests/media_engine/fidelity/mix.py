"""How near a mix comes to the sum of what was said, and how much of oneself is in one's own."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import soundfile
from numpy.typing import NDArray

from media_engine.codecs import get_codec
from media_engine.dialects import WireFormat
from media_engine.pcm import FRAMES_PER_SECOND, FULL_SCALE, Pcm, to_pcm
from media_engine.resample import resample_clip
from tests.media_engine.fidelity.simulated_meeting import SimulatedMeeting

SECONDS: Final = 6
BAND_HZ: Final = (300.0, 3400.0)
"""What a telephone carries."""

NOMINAL_DBFS: Final = -26.0
"""Of a talker: what codecs are tested with (ITU-T P.56 and G.191); the sum of a few is below full
scale still.
"""

Signal: TypeAlias = NDArray[np.float64]

_VOICES: Final = Path(__file__).resolve().parents[3] / "conference_app" / "demo_voices"
_FLOOR: Final = 1e-6
"""What silence counts as: a thousandth of an int16 step."""

_SETTLE_TICKS: Final = 10
_SAYS_NOTHING: Final[Pcm] = np.zeros(0, dtype=np.int16)


@cache
def voice(name: str, rate_hz: int, level_dbfs: float = NOMINAL_DBFS) -> Pcm:
    """Speech of alice, bob or carol within the telephone's band, SECONDS of it."""
    sound, file_rate_hz = soundfile.read(_VOICES / f"{name}.flac", dtype="int16")
    speech = resample_clip(sound, file_rate_hz, rate_hz)[: SECONDS * rate_hz]
    return to_level(in_band(speech.astype(np.float64), rate_hz), level_dbfs)


@cache
def noise(seed: int, rate_hz: int, level_dbfs: float = NOMINAL_DBFS) -> Pcm:
    """Noise within the telephone's band, SECONDS of it."""
    white = np.random.default_rng(seed).standard_normal(SECONDS * rate_hz)
    return to_level(in_band(white, rate_hz), level_dbfs)


def in_band(sound: Signal, rate_hz: int) -> Signal:
    spectrum = np.fft.rfft(sound)
    hz = np.fft.rfftfreq(len(sound), 1 / rate_hz)
    spectrum[(hz < BAND_HZ[0]) | (hz > BAND_HZ[1])] = 0
    return np.fft.irfft(spectrum, len(sound))


def to_level(sound: Signal, level_dbfs: float) -> Pcm:
    wanted = FULL_SCALE * 10 ** (level_dbfs / 20)
    return to_pcm((sound * wanted / np.sqrt(np.mean(sound**2))).astype(np.float32))


def mix_snr_db(talkers: Sequence[Pcm], wire: WireFormat) -> float:
    """Let talkers, at the rate of the wire, be heard by one more on the same wire; give how far all
    that is not the sum of what they said is below it.

    The sum is that of the originals, before any codec has touched them.
    """
    meeting = SimulatedMeeting()
    meeting.join("listener", wire)
    meeting.run(_SETTLE_TICKS)
    for number, said in enumerate(talkers):
        meeting.join(f"talker {number}", wire, said)
    meeting.run(SECONDS * FRAMES_PER_SECOND + _SETTLE_TICKS)
    total: Signal = np.sum(np.stack(talkers).astype(np.float64), axis=0)
    return _snr_db(meeting.heard("listener").astype(np.float64), total)


def best_possible_snr_db(talkers: Sequence[Pcm], wire: WireFormat) -> float:
    """Give the same for a mix in which nothing is lost but by the codec, once in and once out."""
    codec = get_codec(wire.encoding)
    said = [codec.decode(codec.encode(pcm)).astype(np.float32) for pcm in talkers]
    heard = codec.decode(codec.encode(to_pcm(np.sum(said, axis=0))))
    return _snr_db(heard.astype(np.float64), np.sum(np.stack(talkers).astype(np.float64), axis=0))


def own_voice_db(wire: WireFormat) -> float:
    """Let one talk with two others, and be silent with the same two; give how loud the difference
    in what it hears is, against its voice.
    """
    own = noise(1, wire.rate_hz)
    talking, silent = (_heard_beside_others(says, wire) for says in (own, _SAYS_NOTHING))
    difference = talking.astype(np.float64) - silent
    return _decibels(_power(difference), _power(own.astype(np.float64)))


def _heard_beside_others(says: Pcm, wire: WireFormat) -> Pcm:
    meeting = SimulatedMeeting()
    for seed in (2, 3):
        meeting.join(f"other {seed}", wire, noise(seed, wire.rate_hz))
    meeting.join("talker", wire, says)
    meeting.run(SECONDS * FRAMES_PER_SECOND)
    return meeting.heard("talker")


def place_of(said: Signal, heard: Signal) -> int:
    """Give the sample of `heard` from which it is most like `said`."""
    size = 1 << (len(heard) + len(said)).bit_length()
    spectrum = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(said, size))
    return int(np.argmax(np.fft.irfft(spectrum, size)[: len(heard)]))


def _snr_db(heard: Signal, said: Signal) -> float:
    """Compare what was heard with what was said, at whatever delay."""
    lag = place_of(said, heard)
    # At both ends the filters and the voice's coming in are not yet, or no more, in their course.
    inside = slice(len(said) // 20, -len(said) // 20)
    error = heard[lag : lag + len(said)][inside] - said[inside]
    return _decibels(_power(said[inside]), _power(error))


def _power(sound: Signal) -> float:
    return float(np.mean(np.square(sound)))


def _decibels(power: float, against: float) -> float:
    return float(10 * np.log10(max(power, _FLOOR) / max(against, _FLOOR)))
