"""How exact the sound is: `python -m tests.benchmarks.sound_exact` prints the table.

Taken in simulated time: payloads go through all of the engine, as live ones do, and only the clock
is ours. So the figures are of the code and not of a machine, and are the same in each run.
"""

import itertools
from typing import Final, TypeAlias

from media_engine.dialects import L16, MULAW, WireFormat
from media_engine.pcm import RATES_HZ
from tests.media_engine.fidelity.loudness import (
    eight_loud_talkers,
    touched_below_the_ceiling,
    touched_in_a_mix_of_ones_own,
)
from tests.media_engine.fidelity.mix import mix_snr_db, noise, own_voice_db, voice
from tests.media_engine.fidelity.mute import mute_takes_at_most_ms
from tests.media_engine.fidelity.rates import images_db, in_band_snr_db
from tests.media_engine.fidelity.tone import tone_through_a_meeting

Row: TypeAlias = tuple[str, str, str]
"""What, target, figure."""

MINUTES: Final = 10

_PHONE: Final = WireFormat(MULAW, 8000)
_LINEAR: Final = tuple(WireFormat(L16, rate_hz) for rate_hz in RATES_HZ)
_SEEDS: Final = range(5)


def rows() -> list[Row]:
    """Take all figures; of several the worst one counts."""
    return [*_tone_rows(), *_mix_rows(), *_rate_rows(), *_loudness_rows(), _mute_row()]


def _tone_rows() -> list[Row]:
    passage = tone_through_a_meeting(60 * MINUTES)
    told = passage.account
    what = f"1 kHz tone, 16 bits, {MINUTES} minutes in a meeting of three"
    return [
        (f"{what}: samples inserted / lost", "0 / 0", f"{told.inserted} / {told.lost}"),
        (f"{what}: samples changed", "0", f"{told.altered}"),
        (
            "the same tone heard at 8 kHz: worst 20 ms against one sine, dB",
            "≥ 70",
            f"{passage.resampled_snr_db:.1f}",
        ),
    ]


def _mix_rows() -> list[Row]:
    over_mulaw = (
        mix_snr_db((voice("alice", 8000), voice("bob", 8000)), _PHONE),
        mix_snr_db((noise(1, 8000), noise(2, 8000)), _PHONE),
    )
    in_16_bits = (
        mix_snr_db((noise(1, wire.rate_hz), noise(2, wire.rate_hz)), wire) for wire in _LINEAR
    )
    own = max(own_voice_db(wire) for wire in (_PHONE, *_LINEAR))
    return [
        ("mix of two talkers over μ-law, SNR, dB", "≥ 34", f"{min(over_mulaw):.1f}"),
        ("mix of two talkers in 16 bits, SNR, dB", "≥ 70", f"{min(in_16_bits):.1f}"),
        ("own voice in one's own mix, dB", "< −80", _negative(own)),
    ]


def _rate_rows() -> list[Row]:
    pairs = list(itertools.permutations(RATES_HZ, 2))
    snr_db = min(min(in_band_snr_db(*pair).values()) for pair in pairs)
    images = max(max(images_db(*pair).values()) for pair in pairs)
    what = "resampling between 8, 16, 24 and 48 kHz"
    return [
        (f"{what}, SNR up to 0.425 of the lower rate, dB", "≥ 80", f"{snr_db:.1f}"),
        (f"{what}, images and what folds, dB", "< −70", _negative(images)),
    ]


def _loudness_rows() -> list[Row]:
    limited = [eight_loud_talkers(seed) for seed in _SEEDS]
    run = max(one.longest_clipped_run for one in limited)
    distortion = max(one.distortion for one in limited)
    onset = max(one.onset_distortion for one in limited)
    splash_db = max(one.onset_splash_db for one in limited)
    recovered_ms = max(one.recovered_ms for one in limited)
    touched = sum(touched_below_the_ceiling(seed) for seed in _SEEDS)
    elsewhere = sum(touched_in_a_mix_of_ones_own(seed) for seed in _SEEDS)
    what = "eight talkers at −10 dBFS"
    return [
        (f"{what}: clipped samples in a row", "< 3", f"{run}"),
        (f"{what}: distortion from the second second on, %", "< 3", f"{distortion * 100:.3f}"),
        (
            f"{what}: first second, beside the tones at one level, %; above 2.5 kHz, dB",
            "the gain falls; no splash",
            f"{onset * 100:.0f}; {_negative(splash_db)}",
        ),
        (f"{what}: each sample as it was again after, ms", "< 500", f"{recovered_ms}"),
        ("a mix that peaks at −1 dBFS: samples changed", "0", f"{touched}"),
        (f"{what}, one heard alone: samples changed", "0", f"{elsewhere}"),
    ]


def _mute_row() -> Row:
    wires = (_PHONE, *_LINEAR)
    most_ms = max(mute_takes_at_most_ms(*pair) for pair in itertools.product(wires, repeat=2))
    return ("mute, from the order to the last sound sent, at most, ms", "≤ 60", f"{most_ms:.1f}")


def _negative(decibels: float) -> str:
    return f"−{-decibels:.1f}"


def main() -> None:
    """Print the table."""
    for what, target, figure in rows():
        print(f"{what:<80} {target:>7} {figure:>8}")


if __name__ == "__main__":
    main()
