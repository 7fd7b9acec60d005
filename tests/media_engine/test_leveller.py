"""Voices of one loudness, without pumping and without clicks."""

from functools import cache

import numpy as np
import pytest

from media_engine.leveller import (
    DOWN_DB_PER_S,
    MOST_GAIN_DB,
    TARGET_DBFS,
    UP_DB_PER_S,
    Leveller,
)
from media_engine.levels import rms_dbfs
from media_engine.pcm import FULL_SCALE, Wide
from media_engine.speech_detector import SpeechDetector
from tests.media_engine.spoken import (
    FRAME,
    NOISES,
    RATE_HZ,
    Frames,
    Talk,
    around,
    level,
    noise,
    talks,
)


@cache
def flow(talk: Talk) -> tuple[Wide, Frames]:
    """Ten seconds of a talk without its long pauses, and where in them there is speech."""
    kept = around(talk.spoken, 300)
    frames = np.concatenate([talk.sound.reshape(-1, FRAME)[kept]] * 6)[:500]
    spoken = np.concatenate([talk.spoken[kept]] * 6)[:500]
    return frames.reshape(-1), spoken


def levelled(*sounds: Wide) -> tuple[Wide, Wide]:
    """Sounds after the leveller, `(sounds, frames, FRAME)`, and its gains, `(sounds, frames)`."""
    rows = np.stack(sounds).reshape(len(sounds), -1, FRAME).astype(np.float32)
    detector, leveller = SpeechDetector(RATE_HZ), Leveller()
    for _ in sounds:
        detector.add_row()
        leveller.add_row()
    gains = []
    for frame in range(rows.shape[1]):
        now = rows[:, frame].copy()
        leveller.process(now, detector.process(now) & detector.speaking)
        rows[:, frame] = now
        gains.append(leveller.gains_db.copy())
    return rows, np.stack(gains, axis=1)


def speech_dbfs(frames: Wide, spoken: Frames, from_s: float, to_s: float) -> float:
    part = slice(int(from_s * 50), int(to_s * 50))
    said = frames[part][spoken[part]].astype(np.float64)
    return float(10 * np.log10(np.mean(np.square(said)) / FULL_SCALE**2))


def talkers(*dbfs: float) -> tuple[list[Wide], list[Frames]]:
    """Every voice of the set at each of these levels."""
    flows = [flow(talk) for talk in talks()]
    sounds = [level(sound, one, spoken) for one in dbfs for sound, spoken in flows]
    return sounds, [spoken for _ in dbfs for _, spoken in flows]


def test_talkers_at_35_and_12_dbfs_are_equal_after_5_s() -> None:
    sounds, spoken = talkers(-35, -12)
    frames, _ = levelled(*sounds)
    told = [speech_dbfs(*one, 5, 10) for one in zip(frames, spoken, strict=True)]
    quiet, loud = np.split(np.asarray(told), 2)
    # Each beside itself, and beside the next voice of the set.
    assert np.abs(quiet - loud).max() <= 3
    assert np.abs(quiet - np.roll(loud, 1)).max() <= 3
    assert np.mean(quiet) == pytest.approx(TARGET_DBFS, abs=1.5)
    assert np.mean(loud) == pytest.approx(TARGET_DBFS, abs=1.5)


def test_who_is_right_already_stays_as_he_is() -> None:
    sounds, _ = talkers(TARGET_DBFS)
    _, gains = levelled(*sounds)
    assert np.abs(gains).max() <= 3.5


def test_who_moves_away_from_the_microphone_is_followed() -> None:
    sound, spoken = flow(talks()[0])
    near, far = level(sound, -12, spoken), level(sound, -30, spoken)
    frames, _ = levelled(np.concatenate([near, far]))
    told = speech_dbfs(frames[0], np.concatenate([spoken, spoken]), 18, 20)
    assert told == pytest.approx(TARGET_DBFS, abs=3)


@pytest.mark.parametrize("kind", NOISES)
def test_noise_is_not_raised_in_pauses_or_alone(kind: str) -> None:
    sound, spoken = flow(talks()[1])
    hiss = noise(kind, 10 * RATE_HZ) * np.float32(FULL_SCALE * 10 ** (-45 / 20))
    talk = level(sound, -25, spoken) + hiss
    _, gains = levelled(np.concatenate([hiss, talk, hiss]))
    alone, after = gains[0, :500], gains[0, 1000 + 30 :]
    assert np.ptp(alone) == 0
    # 30 frames for the hang-over; what noise does by chance after that is less than anyone hears.
    assert np.ptp(after) <= 0.5


def test_the_gain_never_pumps() -> None:
    sounds, spoken = talkers(-35, -12)
    _, gains = levelled(*sounds)
    steps = np.diff(gains, axis=1) * 50
    assert steps.max() <= UP_DB_PER_S + 0.01
    assert steps.min() >= -DOWN_DB_PER_S - 0.01
    # Once it has found its place it stays about there, whatever word comes.
    assert np.ptp(gains[:, 300:], axis=1).max() <= 2
    # In pauses it does not move at all.
    pauses = ~np.stack([around(one, 100) for one in spoken])[:, 1:]
    assert np.abs(steps[pauses]).max() == 0


def test_gains_are_bounded() -> None:
    sound, spoken = flow(talks()[0])
    frames, gains = levelled(level(sound, -50, spoken), level(sound, 6, spoken))
    assert gains.max() == pytest.approx(MOST_GAIN_DB, abs=0.6) or gains[0].max() == 0
    assert gains.min() >= -MOST_GAIN_DB - 0.01


def test_a_gain_changes_without_a_step() -> None:
    leveller = Leveller()
    leveller.add_row()
    out = []
    for _ in range(100):
        frame = np.full((1, FRAME), 300, dtype=np.float32)
        leveller.process(frame, np.array([True]))
        out.append(frame[0])
    wave = np.concatenate(out)
    assert wave[-1] > 1000
    # A gain of 8 dB a second, spread over the samples: 1 part in 17 000 each.
    assert np.abs(np.diff(wave) / wave[:-1]).max() < 8 / 8.68 / RATE_HZ * 1.2


def test_silence_and_sound_of_nobody_pass_as_they_are() -> None:
    leveller = Leveller()
    leveller.add_row()
    frame = np.random.default_rng(1).normal(0, 3000, (1, FRAME)).astype(np.float32)
    same = frame.copy()
    leveller.process(same, np.array([False]))
    assert np.array_equal(same, frame)
    leveller.process(zeros := np.zeros_like(frame), np.array([True]))
    assert not zeros.any()
    assert np.isfinite(leveller.gains_db).all()


def test_rows_know_nothing_of_each_other_and_one_can_leave() -> None:
    sounds, _ = talkers(-30)
    three = sounds[:3]
    together, _ = levelled(*three)
    for frames, sound in zip(together, three, strict=True):
        assert np.array_equal(frames, levelled(sound)[0][0])
    leveller = Leveller()
    for _ in range(3):
        leveller.add_row()
    loud = np.stack([np.full(FRAME, 100 * 4**row, dtype=np.float32) for row in range(3)])
    for _ in range(200):
        leveller.process(loud.copy(), np.ones(3, dtype=bool))
    gains = leveller.gains_db
    leveller.remove_row(1)
    assert np.array_equal(leveller.gains_db, gains[[0, 2]])
    assert rms_dbfs(loud)[0] < rms_dbfs(loud)[2]


def test_a_row_that_is_released_comes_back_within_a_frame_without_a_step() -> None:
    leveller = Leveller()
    leveller.add_row()
    spoken = np.array([True])
    for _ in range(200):
        leveller.process(np.full((1, FRAME), 300, dtype=np.float32), spoken)
    before = 300 * 10 ** (leveller.gains_db[0] / 20)
    leveller.release(0)
    frame = np.full((1, FRAME), 300, dtype=np.float32)
    leveller.process(frame, ~spoken)
    assert before > 1000
    assert (leveller.gains_db[0], frame[0, -1]) == (0, 300)
    wave = np.append(before, frame[0])
    assert np.abs(np.diff(wave)).max() <= (before - 300) / FRAME * 1.01
