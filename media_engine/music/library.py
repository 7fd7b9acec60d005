"""Hold music on disk: each piece is played once, kept as a file, and loaded at the wanted rate.

Files are FLAC, 16 bit, 24 kHz: the instruments, cymbals and all, have less than a thousandth of
their power above 8 kHz. A file's name holds a fingerprint of its score and of the synthesiser, so
that a changed piece is played anew and an old file is never taken for it.
"""

import inspect
import os
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final
from uuid import uuid4

import numpy as np
import soundfile

from media_engine.errors import EngineError
from media_engine.music import (
    analogue,
    drums,
    effects,
    electric,
    loudness,
    performance,
    room,
    strings,
    synth,
)
from media_engine.music.pieces import PIECES
from media_engine.music.score import Piece
from media_engine.pcm import Pcm, samples_per_frame
from media_engine.resample import resample_clip

RENDER_RATE_HZ: Final = 24000
JOINT_MS: Final = 10
SYNTHESISER: Final = (
    synth,
    strings,
    analogue,
    drums,
    electric,
    effects,
    room,
    performance,
    loudness,
)


class UnknownMusic(EngineError):
    """No such genre or piece; the text names those that there are."""


def genres() -> tuple[str, ...]:
    """The names of the genres that there is music for."""
    return tuple(PIECES)


def piece_file(directory: Path, genre: str, number: int) -> Path:
    """Give the file of piece `number` (from 0) of a genre; play the piece first if there is none.

    Playing takes seconds of CPU: not for the loop that ticks. Safe with several processes at once:
    a file appears complete or not at all. Raises UnknownMusic, and OSError if the directory can not
    be written.
    """
    pieces = _pieces(genre)
    if not 0 <= number < len(pieces):
        raise UnknownMusic(f"{genre} has pieces 0 to {len(pieces) - 1}, not {number}")
    path = directory / f"{genre}-{number}-{_fingerprint(pieces[number])}.flac"
    if not path.exists():
        directory.mkdir(parents=True, exist_ok=True)
        _write(path, performance.perform(pieces[number], RENDER_RATE_HZ))
    return path


def load_music(directory: Path, genre: str, rate_hz: int) -> tuple[Pcm, ...]:
    """Load the pieces of a genre: loops of whole frames, whose end flows into their beginning.

    Plays those that are not in `directory` yet, see `piece_file`. Raises UnknownMusic, and
    ValueError for a rate that we do not speak.
    """
    samples_per_frame(rate_hz)
    files = [piece_file(directory, genre, number) for number in range(len(_pieces(genre)))]
    return tuple(_load_loop(path, rate_hz) for path in files)


def medley(loops: Sequence[Pcm], rate_hz: int) -> Pcm:
    """Join several loops to one, without a click where the echo of each one's end is cut off.

    A single loop comes back untouched, since its end already flows into its beginning.
    """
    if len(loops) == 1:
        return loops[0]
    edge = JOINT_MS * rate_hz // 1000
    rise = 0.5 - 0.5 * np.cos(np.pi * np.arange(edge) / edge)
    joined = [loop.copy() for loop in loops]
    for loop in joined:
        loop[:edge] = np.rint(loop[:edge] * rise)
        loop[-edge:] = np.rint(loop[-edge:] * rise[::-1])
    return np.concatenate(joined)


def _pieces(genre: str) -> tuple[Piece, ...]:
    if genre not in PIECES:
        raise UnknownMusic(f"no music of the genre {genre!r}: there is {', '.join(PIECES)}")
    return PIECES[genre]


def _fingerprint(piece: Piece) -> str:
    sources = "".join(inspect.getsource(module) for module in SYNTHESISER)
    return sha256((repr(piece) + sources).encode()).hexdigest()[:12]


def _write(path: Path, sound: Pcm) -> None:
    """Write aside and rename, with the content on disk before its name is."""
    aside = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        with aside.open("xb") as file:
            soundfile.write(file, sound, RENDER_RATE_HZ, format="FLAC", subtype="PCM_16")
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def _load_loop(path: Path, rate_hz: int) -> Pcm:
    """Load a loop; the resampler hears it go round, where it would else hear silence."""
    sound, file_rate_hz = soundfile.read(path, dtype="int16")
    around = samples_per_frame(file_rate_hz)
    turning = np.concatenate((sound[-around:], sound, sound[:around]))
    resampled = resample_clip(turning, file_rate_hz, rate_hz)
    edge = samples_per_frame(rate_hz)
    return np.ascontiguousarray(resampled[edge:-edge], dtype=np.int16)
