"""What is said, and measures of what is heard: in samples at 16 kHz and in frames."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import soundfile
from numpy.typing import NDArray

from conference_app.headless_caller import HeadlessCaller, HeardFrame
from media_engine.codecs import get_codec
from media_engine.dialects import WireFormat
from media_engine.levels import FLOOR_DBFS
from media_engine.pcm import FRAMES_PER_SECOND, FULL_SCALE, Pcm, samples_per_frame
from media_engine.resample import resample_clip

RATE_HZ: Final = 16_000
FRAME: Final = samples_per_frame(RATE_HZ)

Signal: TypeAlias = NDArray[np.float64]
"""Sound at 16 kHz on the int16 scale, to be measured."""

_VOICES: Final = Path(__file__).resolve().parents[2] / "conference_app" / "demo_voices"

SEGMENT_S: Final = 1.0
"""Delays change when the machine stalls; within one segment they are taken as constant."""

LONGEST_DELAY_S: Final = 1.0
"""An echo, or a voice on its way, is looked for up to this."""


# --- What callers say ----------------------------------------------------------------------------


@cache
def voice(name: str, rate_hz: int = RATE_HZ) -> Pcm:
    """Twelve seconds of speech of alice, bob or carol."""
    sound, file_rate_hz = soundfile.read(_VOICES / f"{name}.flac", dtype="int16")
    return resample_clip(sound, file_rate_hz, rate_hz)


def noise(seed: int, seconds: float, rate_hz: int = RATE_HZ) -> Pcm:
    """Noise at -21 dBFS, of which no two frames are equal."""
    samples = np.random.default_rng(seed).uniform(-5000, 5000, round(seconds * rate_hz))
    return samples.astype(np.int16)


def tone(hz: float, seconds: float, rate_hz: int = RATE_HZ, level: float = 0.25) -> Pcm:
    """A sine; `level` is its peak, 1 being full scale."""
    time = np.arange(round(seconds * rate_hz)) / rate_hz
    return np.rint(level * (FULL_SCALE - 1) * np.sin(2 * np.pi * hz * time)).astype(np.int16)


MOST: Final = 0.9
"""The share of frames that must arrive untouched: a stall of the machine spoils some, by gaps that
are concealed and delay that is shed again.
"""

SILENCE: Final[Pcm] = np.zeros(0, dtype=np.int16)
"""For HeadlessCaller.play: say nothing."""


# --- What was heard ------------------------------------------------------------------------------


def heard(caller: HeadlessCaller, since_s: float = 0.0, until_s: float = float("inf")) -> Signal:
    """What a caller read in a time, at 16 kHz."""
    return as_signal(caller.heard(since_s, until_s), caller.wire.rate_hz)


def as_signal(pcm: Pcm, rate_hz: int) -> Signal:
    return resample_clip(pcm, rate_hz, RATE_HZ).astype(np.float64)


def by_telephone(pcm: Pcm, wire: WireFormat) -> Signal:
    """Sound at 16 kHz as one with this wire can hear it at best."""
    narrow = resample_clip(pcm, RATE_HZ, wire.rate_hz)
    return as_signal(narrow, wire.rate_hz)


def level_dbfs(sound: Signal) -> float:
    """The level of all of it; -96 for silence, or for nothing at all."""
    return float(frame_levels_dbfs(sound[np.newaxis])[0]) if len(sound) else FLOOR_DBFS


def tone_dbfs(sound: Signal, hz: float) -> float:
    """The level of one sine in a sound, whatever else is in it; -96 for none."""
    turns = np.exp(-2j * np.pi * hz * np.arange(len(sound)) / RATE_HZ)
    peak = 2 * abs(np.mean(sound * turns)) / FULL_SCALE if len(sound) else 0.0
    return max(FLOOR_DBFS, float(20 * np.log10(max(peak, 1e-9) / np.sqrt(2))))


def frame_levels_dbfs(frames: Signal) -> Signal:
    """The level of each row; -96 for silence."""
    power = np.mean(np.square(frames), axis=-1) / FULL_SCALE**2
    levels: Signal = 10 * np.log10(np.maximum(power, 10 ** (FLOOR_DBFS / 10)))
    return levels


def levels_of(frames: Iterable[HeardFrame], wire: WireFormat) -> Signal:
    """The level of each frame that a caller heard."""
    payloads = [frame.payload for frame in frames]
    pcm = get_codec(wire.encoding).decode(b"".join(payloads)).astype(np.float64)
    return frame_levels_dbfs(pcm.reshape(len(payloads), -1))


def arrival_times(frames: Sequence[HeardFrame]) -> Signal:
    """When each frame would have been read on a machine that is never busy.

    The server sends by an exact clock; of the hundred frames around each one the median says where
    that clock stands, and a stall of the reader moves it by nothing.
    """
    clock = np.arange(len(frames)) / FRAMES_PER_SECOND
    offsets = np.array([frame.at_s for frame in frames]) - clock
    around = [np.median(offsets[max(0, n - 50) : n + 50]) for n in range(len(frames))]
    return np.asarray(around) + clock


# --- How alike two sounds are --------------------------------------------------------------------


def correlation(one: Signal, other: Signal) -> float:
    """-1 to 1, without moving either; 0 where one is silent."""
    energy = float(np.sqrt(np.dot(one, one) * np.dot(other, other)))
    return float(np.dot(one, other)) / energy if energy else 0.0


def best_lag(sound: Signal, spoken: Signal, lags: range) -> tuple[int, float]:
    """Find where `spoken` is in `sound`: the lag at which they are most alike, and how much.

    With lag n, `spoken[t]` is at `sound[t + n]`; the alikeness is 0 to 1, whichever the sign.
    """
    size = 1 << (len(sound) + len(spoken)).bit_length()
    spectrum = np.fft.rfft(sound, size) * np.conj(np.fft.rfft(spoken, size))
    places = np.asarray(lags)
    products = np.abs(np.fft.irfft(spectrum, size)[places])
    power = np.concatenate(([0.0], np.cumsum(np.square(sound))))
    begins, ends = (np.clip(edge, 0, len(sound)) for edge in (places, places + len(spoken)))
    energies = power[ends] - power[begins]
    # In a stretch that is all but silent, anything would seem alike.
    energies = np.maximum(energies, max(0.01 * energies.max(), 1.0))
    alike = products / np.sqrt(energies * max(float(np.dot(spoken, spoken)), 1.0))
    best = int(np.argmax(alike))
    return lags[best], float(alike[best])


def share_heard(sound: Signal, spoken: Signal) -> float:
    """How alike `spoken`, of some seconds, is to what there is somewhere in `sound`: 0 to 1.

    Of its segments the median counts: a stall of the machine changes the delay between two.
    """
    everywhere = range(len(sound))
    alike = [best_lag(sound, spoken[part], everywhere)[1] for part in segments(len(spoken))]
    return float(np.median(alike))


def place_of(sound: Signal, wanted: Pcm) -> int | None:
    """The sample at which `wanted` begins in `sound`, where it is there, bit for bit or nearly."""
    if len(sound) < len(wanted):
        return None
    expected = wanted.astype(float)
    place, _ = best_lag(sound, expected, range(max(1, len(sound) - len(expected))))
    # A first frame may be a cross-fade.
    there = correlation(sound[place + FRAME : place + len(wanted)], expected[FRAME:])
    return place if there > 0.95 else None


def segments(length: int) -> list[slice]:
    """Cut so many samples into whole segments."""
    step = round(SEGMENT_S * RATE_HZ)
    return [slice(start, start + step) for start in range(0, length - step + 1, step)]


def aligned(spoken: Signal, sound: Signal) -> Signal:
    """Move a looped `spoken` to where it is in `sound`, segment by segment; as long as `sound`.

    A segment may have come up to LONGEST_DELAY_S late, or early when something before it was lost.
    """
    reach = round(LONGEST_DELAY_S * RATE_HZ)
    looped = np.pad(np.resize(spoken, len(sound)), reach)
    moved = np.zeros(len(sound))
    for part in segments(len(sound)):
        around = looped[part.start : part.stop + 2 * reach]
        place, _ = best_lag(around, sound[part], range(2 * reach))
        moved[part] = around[place:][: part.stop - part.start]
    return moved


def shares_of_the_possible(sound: Signal, parts: Sequence[Signal]) -> list[float]:
    """How alike `sound` is to each of its aligned parts; 1 is what their ideal mix reaches.

    The median over the segments counts: a stall of the machine is not a fault of the mixing.
    """
    ideal = np.sum(parts, axis=0)
    return [
        float(
            np.median(
                [
                    correlation(sound[part], one[part]) / correlation(ideal[part], one[part])
                    for part in segments(len(sound))
                ]
            )
        )
        for one in parts
    ]


# --- Frames that can be told apart ---------------------------------------------------------------


def frame_finder(spoken: Pcm) -> Callable[[bytes], int | None]:
    """Give what says which frame of `spoken` a payload is, bit for bit; None: none of them.

    For wires of 16-bit samples at the mixing rate, where nothing may change a lone voice. Where a
    grown delay was shortened by a part of a frame, frames begin between those that were spoken:
    such a one is that in which it begins.
    """
    return payload_finder(spoken.astype("<i2").tobytes(), 2 * FRAME)


def payload_finder(whole: bytes, size: int) -> Callable[[bytes], int | None]:
    """Give the same for encoded sound, in frames of `size` bytes."""
    numbers = {whole[at : at + size]: at // size for at in range(0, len(whole) - size + 1, size)}

    def find(payload: bytes) -> int | None:
        number = numbers.get(payload)
        if number is None and (at := whole.find(payload)) >= 0:
            number = at // size
        return number

    return find


def frame_numbers(frames: Iterable[HeardFrame], spoken: Pcm) -> list[int | None]:
    """Say for each frame heard which one of `spoken` it is, as frame_finder() does."""
    find = frame_finder(spoken)
    return [find(frame.payload) for frame in frames]


def share_of_frames_heard(numbers: Iterable[int | None]) -> float:
    """Of the frames from the first to the last one heard, how many were heard (0 to 1)."""
    known = {number for number in numbers if number is not None}
    return len(known) / (max(known) - min(known) + 1) if known else 0.0
