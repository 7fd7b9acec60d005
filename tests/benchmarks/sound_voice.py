"""The figures of voices: who speaks, how loud, how noisy.

`python -m tests.benchmarks.sound_voice` prints them.

Each is of the code that a tick runs, fed with the synthetic set of `tests.media_engine.spoken`.
"""

import time
from collections.abc import Sequence
from typing import Final

import numpy as np
from pesq import pesq

from media_engine.leveller import Leveller
from media_engine.noise_suppression import DELAY_MS, MOST_VOICES, NoiseSuppression
from media_engine.pcm import FULL_SCALE, Wide
from media_engine.speech_detector import SpeechDetector
from media_engine.voice_processing import VoiceProcessing
from tests.benchmarks.limits import Limit
from tests.benchmarks.rows import Mark, Row, one, rows_table
from tests.media_engine.spoken import (
    FRAME,
    NOISES,
    RATE_HZ,
    Frames,
    Talk,
    around,
    in_noise,
    level,
    noise,
    precision_and_recall,
    talks,
)

_SHARE: Final = Limit("≥", 0.9)
_SNR_DB: Final = 10
_QUIET_S: Final = 60
_LEGS: Final = 200
_TICKS: Final = 200
_OF_THE_SET: Final = (0, 3, 4, 7)
"""Two men and two women, who make pauses: PESQ takes its time."""


def rows() -> list[Row]:
    """Take all figures; some 20 s."""
    return [*_talking(), *_loudness(), *_noisiness(), *_costs()]


# --- who speaks ----------------------------------------------------------------------------------


def _talking() -> list[Row]:
    told = [_talking_in(kind) for kind in (None, *NOISES)]
    return [*told, _noise_alone()]


def _talking_in(kind: str | None) -> Row:
    sounds = [talk.sound if kind is None else in_noise(talk, kind, _SNR_DB) for talk in talks()]
    found = _detected(sounds)
    marks = [
        precision_and_recall(told, talk.spoken) for told, talk in zip(found, talks(), strict=True)
    ]
    late = [
        delay
        for told, talk in zip(found, talks(), strict=True)
        for delay in _delays_ms(told, talk.spoken)
    ]
    precision, recall = np.mean(marks, axis=0)
    worst = np.min(marks)
    where = "no noise" if kind is None else f"{kind} noise, {_SNR_DB} dB SNR"
    return Row(
        f"talking, {where}: precision / recall",
        (Mark(_SHARE, float(precision), 2), Mark(_SHARE, float(recall), 2)),
        f"worst of {len(marks)} voices {worst:.2f}; told after {np.median(late):.0f} ms, median",
    )


def _noise_alone() -> Row:
    sounds = [
        noise(kind, _QUIET_S * RATE_HZ) * np.float32(FULL_SCALE * 10 ** (dbfs / 20))
        for kind in NOISES
        for dbfs in (-50, -35, -20)
    ]
    starts = sum(int(np.sum(np.diff(told.astype(int)) == 1)) for told in _detected(sounds))
    minutes = len(sounds) * _QUIET_S / 60
    what = f"talking, {minutes:.0f} minutes of steady noise: times speech was told"
    return one(what, Limit("=", 0), starts)


def _detected(sounds: Sequence[Wide]) -> list[Frames]:
    frames = max(len(sound) for sound in sounds) // FRAME
    stacked = np.zeros((len(sounds), frames, FRAME), dtype=np.float32)
    for row, sound in zip(stacked, sounds, strict=True):
        row.reshape(-1)[: len(sound)] = sound
    detector = SpeechDetector(RATE_HZ)
    for _ in sounds:
        detector.add_row()
    told = np.zeros((len(sounds), frames), dtype=np.bool_)
    for frame in range(frames):
        detector.process(stacked[:, frame])
        told[:, frame] = detector.speaking
    return [row[: len(sound) // FRAME] for row, sound in zip(told, sounds, strict=True)]


def _delays_ms(told: Frames, spoken: Frames) -> list[int]:
    """How long after each beginning of a turn it was told."""
    turns = np.flatnonzero(np.diff(around(spoken, 300).astype(int)) == 1) + 1 + 15
    found = [np.flatnonzero(told[turn : turn + 50]) for turn in turns]
    return [int(late[0]) * 20 for late in found if len(late)]


# --- how loud ------------------------------------------------------------------------------------


def _loudness() -> list[Row]:
    flows = [_without_pauses(talk.sound, talk.spoken) for talk in talks()]
    sounds = [level(sound, dbfs, spoken) for dbfs in (-35, -12) for sound, spoken in flows]
    levelled, gains = _levelled(sounds)
    spoken = [one for _ in range(2) for _, one in flows]
    told = [
        _speech_dbfs(frames[250:], one[250:]) for frames, one in zip(levelled, spoken, strict=True)
    ]
    quiet, loud = np.split(np.asarray(told), 2)
    apart = np.abs(quiet - np.roll(loud, 1))
    steady = np.ptp(gains[:, 300:], axis=1).max()
    pauses = ~np.stack([around(one, 100) for one in spoken])[:, 1:]
    moved = np.abs(np.diff(gains, axis=1))[pauses].max() * 50
    return [
        one(
            "loudness, talkers of −35 and −12 dBFS, after 5 s: difference, dB",
            Limit("≤", 3),
            float(apart.max()),
            1,
            f"the worst of {len(apart)} pairs; median {np.median(apart):.1f}",
        ),
        Row(
            "loudness, what they end at, mean, dBFS",
            told=f"{np.mean(quiet):.1f} / {np.mean(loud):.1f}".replace("-", "−"),
        ),
        Row("loudness, gain's range from the 6th to the 10th second, dB", told=f"{steady:.1f}"),
        one("loudness, the gain's speed in pauses, dB/s", Limit("=", 0), float(moved), 1),
    ]


def _without_pauses(sound: Wide, spoken: Frames) -> tuple[Wide, Frames]:
    kept = around(spoken, 300)
    frames = np.concatenate([sound.reshape(-1, FRAME)[kept]] * 6)[:500]
    return frames.reshape(-1), np.concatenate([spoken[kept]] * 6)[:500]


def _levelled(sounds: Sequence[Wide]) -> tuple[Wide, Wide]:
    frames = np.stack(sounds).reshape(len(sounds), -1, FRAME)
    detector, leveller = SpeechDetector(RATE_HZ), Leveller()
    for _ in sounds:
        detector.add_row()
        leveller.add_row()
    gains = np.zeros(frames.shape[:2], dtype=np.float32)
    for number in range(frames.shape[1]):
        now = frames[:, number].copy()
        leveller.process(now, detector.process(now) & detector.speaking)
        frames[:, number] = now
        gains[:, number] = leveller.gains_db
    return frames, gains


def _speech_dbfs(frames: Wide, spoken: Frames) -> float:
    said = frames[spoken].astype(np.float64)
    return float(10 * np.log10(np.mean(np.square(said)) / FULL_SCALE**2))


# --- how noisy -----------------------------------------------------------------------------------


def _noisiness() -> list[Row]:
    return [_noisiness_in(kind) for kind in NOISES] + [_without_noise()]


def _noisiness_in(kind: str) -> Row:
    voices = [talks()[number] for number in _OF_THE_SET]
    noisy = [in_noise(talk, kind, _SNR_DB) for talk in voices]
    clean = [_denoised(sound) for sound in noisy]
    before, after = (
        float(np.mean([_quality(talk, sound) for talk, sound in zip(voices, sounds, strict=True)]))
        for sounds in (noisy, clean)
    )
    less = [
        _in_pauses_db(talk, was) - _in_pauses_db(talk, now)
        for talk, was, now in zip(voices, noisy, clean, strict=True)
    ]
    return Row(
        f"noise suppression, {kind} noise, {_SNR_DB} dB SNR: dB less in pauses / PESQ won",
        (Mark(Limit("≥", 6), float(np.mean(less))), Mark(Limit("≥", 0), after - before, 2)),
        f"{before:.2f} → {after:.2f}",
    )


def _without_noise() -> Row:
    voices = [talks()[number] for number in _OF_THE_SET]
    told = [_quality(talk, _denoised(talk.sound)) for talk in voices]
    return Row(
        "noise suppression, no noise: PESQ of what remains (4.6 at best)",
        told=f"{np.mean(told):.1f}",
    )


def _denoised(sound: Wide) -> Wide:
    suppression = NoiseSuppression(RATE_HZ)
    suppression.add(0)
    rows = sound.copy()[np.newaxis]
    for start in range(0, len(sound), FRAME):
        suppression.process(rows[:, start : start + FRAME])
    return rows[0, RATE_HZ * DELAY_MS // 1000 :]


def _quality(talk: Talk, sound: Wide) -> float:
    clean = talk.sound[: len(sound)]
    return float(pesq(RATE_HZ, clean / FULL_SCALE, sound / FULL_SCALE, "wb"))


def _in_pauses_db(talk: Talk, sound: Wide) -> float:
    frames = sound[: len(sound) // FRAME * FRAME].reshape(-1, FRAME)
    pauses = ~around(talk.spoken, 200)[: len(frames)]
    pauses[:100] = False
    return float(10 * np.log10(np.mean(np.square(frames[pauses].astype(np.float64)))))


# --- what it costs -------------------------------------------------------------------------------


def _costs() -> list[Row]:
    nothing = VoiceProcessing(RATE_HZ)
    watched = VoiceProcessing(RATE_HZ)
    levelled = VoiceProcessing(RATE_HZ)
    denoised = VoiceProcessing(RATE_HZ)
    for row in range(MOST_VOICES):
        denoised.denoise(row, True)
    for row in range(_LEGS):
        watched.watch(row, lambda speaking, ago: None)
        levelled.level(row, True)
    return [
        Row(f"cost a tick, {legs} legs {name}", told=_cost(processing, legs))
        for name, processing, legs in (
            ("with all off", nothing, _LEGS),
            ("watched", watched, _LEGS),
            ("levelled", levelled, _LEGS),
            ("freed of noise", denoised, MOST_VOICES),
        )
    ]


def _cost(processing: VoiceProcessing, legs: int) -> str:
    """CPU time of a tick, the least of five runs: others' work makes it more, never less."""
    random = np.random.default_rng(1)
    spoken = random.normal(0, 1000, (_LEGS, FRAME)).astype(np.float32)
    taken = []
    for _ in range(5):
        began = time.process_time()
        for _ in range(_TICKS):
            processing.tick(spoken)
        taken.append((time.process_time() - began) / _TICKS)
    us = min(taken) * 1e6
    return f"{us:.1f} µs, {us / legs:.2f} µs a leg"


if __name__ == "__main__":
    print(rows_table(rows()))
