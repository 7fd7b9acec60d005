"""What only the whole of a piece shows: its loudness, its seam, its build-up, its cost."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from media_engine.music.library import RENDER_RATE_HZ
from media_engine.music.loudness import integrated_lufs, peak_dbfs
from media_engine.music.performance import perform
from media_engine.music.pieces import PIECES
from media_engine.music.score import Piece
from media_engine.pcm import Pcm

EVERY_PIECE = [piece for pieces in PIECES.values() for piece in pieces]
BEATS_OF_A_SECTION = 24

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("piece", EVERY_PIECE, ids=lambda piece: piece.title),
]


@cache
def whole(piece: Piece) -> Pcm:
    return perform(piece, RENDER_RATE_HZ)


def test_the_loudness_is_23_below_full_scale(piece: Piece) -> None:
    assert integrated_lufs(whole(piece), RENDER_RATE_HZ) == pytest.approx(-23, abs=0.2)
    assert peak_dbfs(whole(piece)) <= -1


def test_the_sections_differ_and_none_is_lost_on_a_noisy_line(piece: Piece) -> None:
    marks = piece.seconds_at(np.arange(0, piece.beats, BEATS_OF_A_SECTION).tolist())
    levels = [
        integrated_lufs(whole(piece)[start:end], RENDER_RATE_HZ)
        for start, end in pairwise(np.rint(marks * RENDER_RATE_HZ).astype(int))
    ]
    assert 0.3 < max(levels) - min(levels) < 6


def test_it_never_pauses(piece: Piece) -> None:
    second = whole(piece)[: len(whole(piece)) // RENDER_RATE_HZ * RENDER_RATE_HZ].astype(float)
    levels = np.sqrt(np.mean(second.reshape(-1, RENDER_RATE_HZ) ** 2, axis=1))
    assert levels.min() > 32768 * 10 ** (-55 / 20)


def test_there_is_no_click_nor_at_the_seam(piece: Piece) -> None:
    sound = whole(piece).astype(float)
    assert np.abs(np.diff(sound)).max() < 0.5 * np.abs(sound).max()
    bends = np.abs(np.diff(np.append(sound, sound[:3]), n=3))
    assert bends[-3:].max() <= np.quantile(bends, 0.999)


def test_a_telephone_carries_all_of_it(piece: Piece) -> None:
    spectrum = np.fft.rfft(whole(piece))
    hz = np.fft.rfftfreq(len(whole(piece)), 1 / RENDER_RATE_HZ)
    spectrum[(hz < 300) | (hz > 3400)] = 0
    through = np.fft.irfft(spectrum, len(whole(piece))).astype(np.float32)
    assert integrated_lufs(through, RENDER_RATE_HZ) > -23 - 2.5
