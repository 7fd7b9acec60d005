"""Plain meetings, mixed together, are what the hearing matrix makes of each of them."""

import numpy as np
import pytest

from media_engine.mixing import HearingMatrix
from media_engine.pcm import Rows, Wide
from media_engine.plain_mixing import PlainMixing

ROWS, SAMPLES = 64, 320
UNTOUCHED = np.float32(7)


def spoken_by_all(seed: int = 1) -> Wide:
    rng = np.random.default_rng(seed)
    return rng.integers(-30_000, 30_000, (ROWS, SAMPLES)).astype(np.float32)


def seated(*sizes: int, seed: int = 2) -> list[Rows]:
    """Rows for meetings of these sizes, in no order."""
    free = np.random.default_rng(seed).permutation(ROWS).astype(np.intp)
    ends = np.cumsum(sizes)
    return [free[end - size : end] for size, end in zip(sizes, ends, strict=True)]


def by_matrix(meetings: list[Rows], spoken: Wide) -> Wide:
    heard = np.full_like(spoken, UNTOUCHED)
    for rows in meetings:
        matrix = HearingMatrix()
        for _ in rows:
            matrix.add(1)
        matrix.mix(spoken[rows])  # their coming in is a ramp
        assert matrix.is_plain
        heard[rows] = matrix.mix(spoken[rows])[0]
    return heard


@pytest.mark.parametrize("sizes", [(), (1,), (4, 4, 4), (2, 7, 2, 1, 7, 40), (64,)])
def test_each_hears_what_the_hearing_matrix_says(sizes: tuple[int, ...]) -> None:
    meetings, spoken = seated(*sizes), spoken_by_all()
    heard = np.full_like(spoken, UNTOUCHED)
    PlainMixing().mix(meetings, spoken, heard)
    assert np.array_equal(heard, by_matrix(meetings, spoken))


def test_meetings_may_change_from_tick_to_tick() -> None:
    mixing = PlainMixing()
    for tick, sizes in enumerate([(4, 4), (4, 4), (4,), (4, 5), (5, 4), ()]):
        meetings, spoken = seated(*sizes, seed=tick), spoken_by_all(tick)
        heard = np.full_like(spoken, UNTOUCHED)
        mixing.mix(meetings, spoken, heard)
        assert np.array_equal(heard, by_matrix(meetings, spoken)), tick


def is_plain(matrix: HearingMatrix) -> bool:
    return matrix.is_plain


def test_a_matrix_with_a_change_or_an_exception_is_not_plain() -> None:
    matrix = HearingMatrix()
    for _ in range(3):
        matrix.add(1)
    assert not is_plain(matrix), "they are coming in"
    frame = spoken_by_all()[:3]
    matrix.mix(frame)
    assert is_plain(matrix)
    changes = [
        (lambda: matrix.set_voice(0, 0), lambda: matrix.set_voice(0, 1)),
        (lambda: matrix.set_deaf(1, True), lambda: matrix.set_deaf(1, False)),
        (lambda: matrix.set_gain(0, 1, 0.5), lambda: matrix.set_gain(0, 1, None)),
    ]
    for change, undo in changes:
        for step in (change, lambda: matrix.mix(frame), undo):
            step()
            assert not is_plain(matrix)
        matrix.mix(frame)
        assert is_plain(matrix)
