"""How exact the sound is: `python -m tests.benchmarks.sound_exact` prints the table.

Taken in simulated time: payloads go through all of the engine, as live ones do, and only the clock
is ours. So the figures are of the code and not of a machine, and are the same in each run.
"""

import itertools
from typing import Final

from media_engine.dialects import L16, MULAW, WireFormat
from media_engine.pcm import RATES_HZ
from tests.benchmarks.limits import Limit
from tests.benchmarks.rows import Mark, Row, one, rows_table
from tests.media_engine.fidelity.loudness import (
    eight_loud_talkers,
    touched_below_the_ceiling,
    touched_in_a_mix_of_ones_own,
)
from tests.media_engine.fidelity.mix import mix_snr_db, noise, own_voice_db, voice
from tests.media_engine.fidelity.mute import mute_takes_at_most_ms
from tests.media_engine.fidelity.rates import images_db, in_band_snr_db
from tests.media_engine.fidelity.tone import tone_through_a_meeting

MINUTES: Final = 10

_PHONE: Final = WireFormat(MULAW, 8000)
_LINEAR: Final = tuple(WireFormat(L16, rate_hz) for rate_hz in RATES_HZ)
_SEEDS: Final = range(5)
_NONE: Final = Limit("=", 0)


def rows() -> list[Row]:
    """Take all figures; of several the worst one counts."""
    return [*_tone_rows(), *_mix_rows(), *_rate_rows(), *_loudness_rows(), _mute_row()]


def _tone_rows() -> list[Row]:
    passage = tone_through_a_meeting(60 * MINUTES)
    told = passage.account
    what = f"1 kHz tone, 16 bits, {MINUTES} minutes in a meeting of three"
    return [
        Row(
            f"{what}: samples inserted / lost",
            (Mark(_NONE, told.inserted), Mark(_NONE, told.lost)),
        ),
        one(f"{what}: samples changed", _NONE, told.altered),
        one(
            "the same tone heard at 8 kHz: worst 20 ms against one sine, dB",
            Limit("≥", 70),
            passage.resampled_snr_db,
            1,
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
        one("mix of two talkers over μ-law, SNR, dB", Limit("≥", 34), min(over_mulaw), 1),
        one("mix of two talkers in 16 bits, SNR, dB", Limit("≥", 70), min(in_16_bits), 1),
        one("own voice in one's own mix, dB", Limit("<", -80), own, 1),
    ]


def _rate_rows() -> list[Row]:
    pairs = list(itertools.permutations(RATES_HZ, 2))
    snr_db = min(min(in_band_snr_db(*pair).values()) for pair in pairs)
    images = max(max(images_db(*pair).values()) for pair in pairs)
    what = "resampling between 8, 16, 24 and 48 kHz"
    return [
        one(f"{what}, SNR up to 0.425 of the lower rate, dB", Limit("≥", 80), snr_db, 1),
        one(f"{what}, images and what folds, dB", Limit("<", -70), images, 1),
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
        one(f"{what}: clipped samples in a row", Limit("<", 3), run),
        one(f"{what}: distortion from the second second on, %", Limit("<", 3), distortion * 100, 3),
        Row(
            f"{what}: first second, while the gain falls: beside the tones / above 2.5 kHz",
            told=f"{onset * 100:.0f} % / {splash_db:.0f} dB".replace("-", "−"),
        ),
        one(f"{what}: each sample as it was again after, ms", Limit("<", 500), recovered_ms),
        one("a mix that peaks at −1 dBFS: samples changed", _NONE, touched),
        one(f"{what}, one heard alone: samples changed", _NONE, elsewhere),
    ]


def _mute_row() -> Row:
    wires = (_PHONE, *_LINEAR)
    most_ms = max(mute_takes_at_most_ms(*pair) for pair in itertools.product(wires, repeat=2))
    what = "mute, from the order to the last sound sent, at most, ms"
    return one(what, Limit("≤", 60), most_ms, 1)


def main() -> None:
    """Print the table."""
    print(rows_table(rows()))


if __name__ == "__main__":
    main()
