"""What concealment is worth: `python -m tests.benchmarks.concealment_quality`.

PESQ (ITU-T P.862, as MOS-LQO by P.862.1) of three synthetic voices at 8 kHz, of whose frames 3 %
are lost, once with silence in their place and once concealed as a leg does it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import mean
from typing import Final

import numpy as np
import soundfile
from pesq import pesq

from media_engine.concealment import HISTORY_MS, Concealer
from media_engine.pcm import Pcm, samples_per_frame
from media_engine.resample import resample_clip

LOST: Final = 0.03
RUNS: Final = (1, 2, 3)
"""How many frames in a row are lost: 20, 40 and 60 ms."""

TARGET: Final = 0.5
"""MOS that concealment is to win."""

RATE_HZ: Final = 8000

_VOICES: Final = Path(__file__).resolve().parents[2] / "conference_app" / "demo_voices"
_FRAME: Final = samples_per_frame(RATE_HZ)
_LOUD_BEFORE: Final = 5


@dataclass(frozen=True, slots=True)
class Worth:
    """Mean opinion scores, 1 to 4.5, of losses of `run` frames in a row."""

    run: int
    silence: float
    concealed: float

    @property
    def won(self) -> float:
        return self.concealed - self.silence


def measure(seeds: Sequence[int], runs: Iterable[int] = RUNS) -> list[Worth]:
    """Take the scores: the mean over the voices, and over losses at places that `seeds` say."""
    voices = [_read(path) for path in sorted(_VOICES.glob("*.flac"))]
    worths = []
    for run in runs:
        silence, concealed = [], []
        for voice in voices:
            for seed in seeds:
                lost = choose_lost(len(voice), run, seed)
                silence.append(_score(voice, _silenced(voice, lost)))
                concealed.append(_score(voice, _concealed(voice, lost)))
        worths.append(Worth(run, mean(silence), mean(concealed)))
    return worths


def choose_lost(frames: int, run: int, seed: int) -> set[int]:
    """Give the numbers of LOST of so many frames, in runs with at least two frames between them."""
    dice = Random(seed)
    lost: set[int] = set()
    for _ in range(round(frames * LOST / run)):
        while True:
            start = dice.randrange(_LOUD_BEFORE, frames - run)
            if not lost.intersection(range(start - 2, start + run + 2)):
                break
        lost.update(range(start, start + run))
    return lost


def table(worths: Iterable[Worth]) -> str:
    """Show the scores as a table in Markdown."""
    lines = [
        "| lost in a row | silence, MOS | concealed, MOS | won (target ≥ 0.5) |",
        "| ------------- | ------------ | -------------- | ------------------ |",
    ]
    lines += [
        f"| {worth.run * 20} ms         | {worth.silence:.2f}         | {worth.concealed:.2f}"
        f"           | {worth.won:.2f}               |"
        for worth in worths
    ]
    return "\n".join(lines)


def _read(path: Path) -> Pcm:
    sound, rate_hz = soundfile.read(path, dtype="int16")
    narrow = resample_clip(sound, rate_hz, RATE_HZ)
    return narrow[: len(narrow) // _FRAME * _FRAME].reshape(-1, _FRAME)


def _silenced(frames: Pcm, lost: set[int]) -> Pcm:
    silenced = frames.copy()
    silenced[sorted(lost)] = 0
    return silenced


def _concealed(frames: Pcm, lost: set[int]) -> Pcm:
    concealer = Concealer(RATE_HZ)
    recent: list[Pcm] = []
    heard = []
    for number, frame in enumerate(frames):
        if number in lost:
            heard.append(concealer.conceal(np.concatenate(recent)))
        else:
            heard.append(concealer.recover(frame))
            recent = [*recent, frame][-(HISTORY_MS // 20 + 1) :]
    return np.stack(heard)


def _score(true: Pcm, heard: Pcm) -> float:
    return float(pesq(RATE_HZ, true.reshape(-1), heard.reshape(-1), "nb"))


if __name__ == "__main__":
    print(table(measure(range(8))))
