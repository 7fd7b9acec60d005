"""Voices before they are mixed: whoever wants something done with one, gets just that."""

import numpy as np
import pytest

from media_engine.pcm import Wide
from media_engine.voice_processing import VoiceProcessing
from tests.media_engine.spoken import FRAME, RATE_HZ, around, in_noise, level, talks

ROWS = (5, 2, 7)
SECONDS = 8


class Ears:
    """What was told of each row: whether it speaks, and since which tick."""

    def __init__(self) -> None:
        self.tick = 0
        self.told: dict[int, list[tuple[bool, int]]] = {row: [] for row in ROWS}

    def of(self, row: int) -> "Ear":
        return Ear(self, row)


class Ear:
    def __init__(self, ears: Ears, row: int) -> None:
        self._ears = ears
        self._row = row

    def __call__(self, speaking: bool, ago: int) -> None:
        self._ears.told[self._row].append((speaking, self._ears.tick + 1 - ago))


def voices() -> Wide:
    """Three voices and five rows of noise, which nobody asks for, `(rows, frames, FRAME)`."""
    sounds = np.random.default_rng(0).normal(0, 50, (8, SECONDS * RATE_HZ))
    for row, talk, dbfs in zip(ROWS, talks(), (-35, -18, -12), strict=False):
        sounds[row] = level(talk.sound, dbfs, talk.spoken)[: SECONDS * RATE_HZ]
    return sounds.reshape(8, -1, FRAME).astype(np.float32)


def heard(processing: VoiceProcessing, spoken: Wide, ears: Ears | None = None) -> Wide:
    """What is mixed of each row."""
    out = spoken.copy()
    for tick in range(spoken.shape[1]):
        if ears is not None:
            ears.tick = tick
        now = out[:, tick].copy()
        processing.tick(now)
        out[:, tick] = now
    return out


def test_where_nobody_wants_anything_nothing_is_touched() -> None:
    class Untouchable:
        """Sound that fails whoever looks at it."""

        def __getitem__(self, _: object) -> None:
            raise AssertionError("it was read")

    VoiceProcessing(RATE_HZ).tick(Untouchable())  # type: ignore[arg-type]
    processing = VoiceProcessing(RATE_HZ)
    processing.watch(3, lambda speaking, ago: None)
    processing.level(4, True)
    processing.unwatch(3)
    processing.level(4, False)
    processing.tick(np.zeros((8, FRAME), dtype=np.float32))
    processing.tick(Untouchable())  # type: ignore[arg-type]


def test_who_is_watched_is_told_of_and_left_as_he_is() -> None:
    spoken, ears = voices(), Ears()
    processing = VoiceProcessing(RATE_HZ)
    for row in ROWS:
        processing.watch(row, ears.of(row))
    assert np.array_equal(heard(processing, spoken, ears), spoken)
    for row, talk in zip(ROWS, talks(), strict=False):
        states = [speaking for speaking, _ in ears.told[row]]
        assert states[:2] == [True, False]
        # Told late, but of the moment: within 200 ms of where the clean sound begins.
        assert abs(ears.told[row][0][1] - int(talk.spoken.argmax())) <= 10


def test_who_is_levelled_is_levelled_and_nobody_else() -> None:
    spoken = voices()
    processing = VoiceProcessing(RATE_HZ)
    processing.level(ROWS[0], True)
    out = heard(processing, spoken)
    changed = {row for row in range(8) if not np.array_equal(out[row], spoken[row])}
    assert changed == {ROWS[0]}
    power = np.square(out[ROWS[0], -100:]).sum() / np.square(spoken[ROWS[0], -100:]).sum()
    assert 10 * np.log10(power) == pytest.approx(17, abs=3)


def test_one_who_joins_or_leaves_disturbs_no_other() -> None:
    spoken, alone, among = voices(), Ears(), Ears()
    first = VoiceProcessing(RATE_HZ)
    first.watch(ROWS[1], alone.of(ROWS[1]))
    first.level(ROWS[1], True)
    expected = heard(first, spoken, alone)[ROWS[1]]
    second = VoiceProcessing(RATE_HZ)
    for row in ROWS:
        second.watch(row, among.of(row))
        second.level(row, True)
    out = spoken[ROWS[1]].copy()
    for tick in range(spoken.shape[1]):
        among.tick = tick
        now = spoken[:, tick].copy()
        second.tick(now)
        out[tick] = now[ROWS[1]]
        if tick == 150:
            second.unwatch(ROWS[0])
        if tick == 200:
            second.level(ROWS[0], False)
            second.unwatch(ROWS[2])
    # Sums of another number of rows differ in the last bit.
    assert np.allclose(out, expected, rtol=1e-4, atol=1e-2)
    assert among.told[ROWS[1]] == alone.told[ROWS[1]]


def test_who_begins_to_watch_is_told_who_speaks_already() -> None:
    spoken, ears = in_noise(talks()[0], "fan", 20).reshape(1, -1, FRAME), Ears()
    processing = VoiceProcessing(RATE_HZ)
    processing.level(0, True)
    heard(processing, spoken[:, :100])
    ears.told[0] = []
    processing.watch(0, ears.of(0))
    heard(processing, spoken[:, 100:102], ears)
    assert [speaking for speaking, _ in ears.told[0]] == [True]


def test_who_is_levelled_no_more_comes_back_and_is_forgotten() -> None:
    spoken = voices()
    processing = VoiceProcessing(RATE_HZ)
    processing.level(ROWS[0], True)
    heard(processing, spoken)
    processing.level(ROWS[0], False)
    out = heard(processing, spoken)
    assert not np.array_equal(out[ROWS[0], 0], spoken[ROWS[0], 0]) or not spoken[ROWS[0], 0].any()
    assert np.array_equal(out[ROWS[0], 1:], spoken[ROWS[0], 1:])
    processing.level(ROWS[0], True)
    processing.level(ROWS[0], False)
    processing.level(ROWS[0], True)
    assert not np.array_equal(heard(processing, spoken)[ROWS[0]], spoken[ROWS[0]])


def test_who_is_left_alone_leaves_nothing_to_who_comes_after() -> None:
    spoken = voices()
    processing = VoiceProcessing(RATE_HZ)
    processing.level(ROWS[0], True)
    processing.denoise(ROWS[0], True)
    heard(processing, spoken)
    processing.leave_alone(ROWS[0])
    assert np.array_equal(heard(processing, spoken), spoken)


def test_noise_is_taken_out_before_anybody_listens() -> None:
    noisy = in_noise(talks()[0], "fan", 10).reshape(1, -1, FRAME)
    processing = VoiceProcessing(RATE_HZ)
    processing.denoise(0, True)
    processing.denoise(0, True)
    quiet = ~around(talks()[0].spoken, 200)
    quiet[:100] = False
    out = heard(processing, noisy)
    assert processing.noisy == 0
    before, after = (np.square(sound[0, quiet]).mean() for sound in (noisy, out))
    assert 10 * np.log10(before / after) > 6
