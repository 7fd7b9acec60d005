"""Where the sound of a recording begins and ends: silence by level, against the file's own noise.

Levels are taken of blocks of 20 ms, a tick's length, so that a cut is between two frames of the
meeting. Memory: one block of the file and four bytes for each 20 ms of it (3 MB for four hours).
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import soundfile
from numpy.typing import NDArray

from media_engine.levels import rms_dbfs
from media_engine.pcm import FRAMES_PER_SECOND, Pcm, Wide
from media_engine.recording import wav_header

SILENT_DBFS: Final = -60.0
"""What is below is silence in any file: the noise of a quiet line is at -65 to -75 dBFS."""

LOUDEST_NOISE_DBFS: Final = -46.0
"""Steady sound above it may as well be music, so it is not taken for noise."""

_NOISE_PERCENTILE: Final = 2
"""So few, and with the mixer's own zeros among them, that soft words at the end are not taken for
the noise under loud ones: rather too much is kept than a word lost.
"""

_ABOVE_NOISE_DB: Final = 8.0
_BELOW_LOUDEST_DB: Final = 10.0
"""A file whose noise and sound differ by less has no noise that could be told from its sound."""

_RUN: Final = 5
_OF_A_RUN: Final = 3
"""Sound is where 60 of 100 ms are above the noise: a click of a handset is shorter."""

_LOUD_RUN: Final = 10
MARGIN_BLOCKS: Final = 8
"""160 ms stay before the first and after the last sound: breath, the attack of a consonant."""

_SECONDS_A_READ: Final = 4


def find_sound(path: Path) -> range | None:
    """Give the samples from the first to the last sound of a file, with a margin; None: there is
    nothing but silence.

    Sound is where one of the channels has some. Raises soundfile.SoundFileError. Takes seconds for
    hours: not for the loop that ticks.
    """
    with soundfile.SoundFile(path) as file:
        block = max(1, file.samplerate // FRAMES_PER_SECOND)
        blocks = find_sound_in(_levels(file, block))
        if blocks is None:
            return None
        return range(blocks.start * block, min(blocks.stop * block, file.frames))


def find_sound_in(levels: NDArray[np.float32]) -> range | None:
    """Give the blocks from the first to the last sound, with MARGIN_BLOCKS on either side.

    `levels`: dBFS of each block of 20 ms.
    """
    if not len(levels):
        return None
    above = levels > _threshold(levels)
    around = np.convolve(above, np.ones(_RUN, np.int8))[_RUN // 2 :][: len(above)]
    sounds = np.flatnonzero(above & (around >= _OF_A_RUN))
    if not len(sounds):
        sounds = np.flatnonzero(above)  # all too short, and sound nevertheless
    if not len(sounds):
        return None
    first, last = int(sounds[0]), int(sounds[-1])
    return range(max(0, first - MARGIN_BLOCKS), min(len(levels), last + 1 + MARGIN_BLOCKS))


def _threshold(levels: NDArray[np.float32]) -> float:
    """Give the level above which a block is sound."""
    noise = min(float(np.percentile(levels, _NOISE_PERCENTILE)), LOUDEST_NOISE_DBFS)
    # Power over 200 ms, so that a click does not make a file loud.
    power = np.convolve(10 ** (levels / 10), np.full(_LOUD_RUN, 1 / _LOUD_RUN))
    loudest = 10 * float(np.log10(np.max(power)))
    return max(SILENT_DBFS, min(noise + _ABOVE_NOISE_DB, loudest - _BELOW_LOUDEST_DB))


def copy_part(source: Path, part: range, target: Path) -> None:
    """Write some samples of a file into a 16-bit WAV file of the same rate and channels, and sync
    it.

    Raises OSError (a full disk) or soundfile.SoundFileError.
    """
    with soundfile.SoundFile(source) as whole, target.open("wb") as cut:
        data_bytes = len(part) * whole.channels * 2
        cut.write(wav_header(whole.samplerate, data_bytes, whole.channels))
        whole.seek(part.start)
        for pcm in read_pcm(whole, _SECONDS_A_READ * whole.samplerate, len(part)):
            cut.write(pcm.astype("<i2", copy=False).tobytes())
        cut.flush()
        os.fsync(cut.fileno())


def read_pcm(file: soundfile.SoundFile, samples: int, most: int | None = None) -> Iterator[Pcm]:
    """Read on in blocks `(samples, channels)`, to the end or to `most` samples of each channel."""
    left = file.frames if most is None else most
    while left > 0:
        pcm: Pcm = file.read(min(samples, left), dtype="int16", always_2d=True)
        if not len(pcm):
            return
        left -= len(pcm)
        yield pcm


def _levels(file: soundfile.SoundFile, block: int) -> NDArray[np.float32]:
    """Give the level of each block of the file, of its loudest channel; the last may be short."""
    parts: list[NDArray[np.float32]] = []
    for pcm in read_pcm(file, block * FRAMES_PER_SECOND * _SECONDS_A_READ):
        whole = len(pcm) // block * block
        channels: Wide = pcm.T.astype(np.float32)
        for part, length in ((channels[:, :whole], block), (channels[:, whole:], len(pcm) - whole)):
            if part.size:
                levels = rms_dbfs(part.reshape(-1, length))
                parts.append(levels.reshape(len(channels), -1).max(axis=0))
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)
