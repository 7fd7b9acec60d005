"""Who speaks: found in clean speech and in noise, and in nothing else."""

import numpy as np
import pytest

from media_engine.codecs import get_codec
from media_engine.dialects import MULAW
from media_engine.pcm import FULL_SCALE, Wide, samples_per_frame
from media_engine.resample import resample_clip
from media_engine.speech_detector import HANGOVER_TICKS, SpeechDetector
from tests.media_engine.spoken import (
    NOISES,
    RATE_HZ,
    Frames,
    in_noise,
    level,
    noise,
    precision_and_recall,
    talks,
)

LEAST = 0.9


def detected(*sounds: Wide, rate_hz: int = RATE_HZ) -> list[Frames]:
    """In which frames of each sound somebody speaks; all are looked at side by side."""
    detector = SpeechDetector(rate_hz)
    samples = samples_per_frame(rate_hz)
    longest = max(map(len, sounds))
    rows = np.stack([np.pad(sound, (0, longest - len(sound))) for sound in sounds])
    for _ in sounds:
        detector.add_row()
    told = []
    for start in range(0, longest - samples + 1, samples):
        detector.process(rows[:, start : start + samples].astype(np.float32))
        told.append(detector.speaking.copy())
    found = np.stack(told, axis=1)
    return [row[: len(sound) // samples] for row, sound in zip(found, sounds, strict=True)]


def begun(told: Frames) -> int:
    """How often somebody began to speak."""
    return int(np.sum(np.diff(np.append(False, told).astype(int)) == 1))


def at(sound: Wide, dbfs: float) -> Wide:
    """Noise of RMS 1 at a level."""
    return sound * np.float32(FULL_SCALE * 10 ** (dbfs / 20))


# --- what speech is ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [None, *NOISES])
def test_speech_is_found_in_noise_10_db_below_it(kind: str | None) -> None:
    sounds = [talk.sound if kind is None else in_noise(talk, kind, 10) for talk in talks()]
    marks = [
        precision_and_recall(told, talk.spoken)
        for told, talk in zip(detected(*sounds), talks(), strict=True)
    ]
    precision, recall = np.mean(marks, axis=0)
    assert (precision >= LEAST, recall >= LEAST) == (True, True), marks
    # Not one voice of the set is left out for the sake of the others.
    assert min(min(mark) for mark in marks) >= 0.8, marks


@pytest.mark.parametrize("dbfs", [-40, -10])
def test_a_quiet_voice_is_found_as_a_loud_one_is(dbfs: float) -> None:
    some = talks()[:4]
    sounds = [level(talk.sound, dbfs, talk.spoken) for talk in some]
    for told, talk in zip(detected(*sounds), some, strict=True):
        assert min(precision_and_recall(told, talk.spoken)) >= LEAST


def test_speech_is_found_by_telephone() -> None:
    talk = talks()[0]
    codec = get_codec(MULAW)
    pcm = resample_clip(talk.sound.astype(np.int16), RATE_HZ, 8000)
    (told,) = detected(codec.decode(codec.encode(pcm)).astype(np.float32), rate_hz=8000)
    assert min(precision_and_recall(told, talk.spoken[: len(told)])) >= LEAST


@pytest.mark.parametrize("rate_hz", [8000, 24_000, 48_000])
def test_the_rate_makes_no_difference(rate_hz: int) -> None:
    talk = talks()[1]
    pcm = resample_clip(in_noise(talk, "fan", 10).astype(np.int16), RATE_HZ, rate_hz)
    (told,) = detected(pcm.astype(np.float32), rate_hz=rate_hz)
    assert min(precision_and_recall(told, talk.spoken[: len(told)])) >= LEAST


# --- what is none --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", NOISES)
@pytest.mark.parametrize("dbfs", [-50, -35, -20])
def test_steady_noise_is_no_speech(kind: str, dbfs: float) -> None:
    noises = [at(noise(kind, 20 * RATE_HZ, seed), dbfs) for seed in range(6)]
    assert [begun(told) for told in detected(*noises)] == [0] * len(noises)


@pytest.mark.parametrize("kind", NOISES)
def test_noise_that_is_switched_on_is_no_speech(kind: str) -> None:
    quiet = np.zeros(2 * RATE_HZ, dtype=np.float32)
    noises = [
        np.concatenate([quiet, at(noise(kind, 5 * RATE_HZ, seed), -25)]) for seed in range(40)
    ]
    # Chance has its part in noise: one in twenty may be taken for a word.
    assert sum(begun(told) for told in detected(*noises)) <= 2


def test_speech_that_ends_in_noise_has_ended() -> None:
    talk = talks()[0]
    sound = np.concatenate([talk.sound, np.zeros(4 * RATE_HZ, dtype=np.float32)])
    sound[len(talk.sound) - RATE_HZ :] += at(noise("fan", 5 * RATE_HZ), -35)
    (told,) = detected(sound)
    assert told.any()
    assert not told[-50:].any()


def test_a_keyboard_is_no_speech() -> None:
    random = np.random.default_rng(3)
    sound = random.standard_normal(20 * RATE_HZ).astype(np.float32) * 3
    decay = np.exp(-np.arange(300) / 60)
    for moment in np.cumsum(random.uniform(0.06, 0.25, 100)):
        click = random.standard_normal(300) * 6000 * decay
        start = int(moment * RATE_HZ)
        sound[start : start + 300] += click[: max(0, len(sound) - start)]
    assert begun(detected(sound)[0]) == 0


def test_keys_of_a_telephone_are_no_speech() -> None:
    sound = np.random.default_rng(1).standard_normal(8 * RATE_HZ) * 3
    time = np.arange(RATE_HZ // 10) / RATE_HZ
    for number, (low, high) in enumerate(((697, 1209), (770, 1336), (852, 1477), (941, 1633)) * 8):
        start = int((0.5 + number * 0.2) * RATE_HZ) + 37 * number
        wave = np.sin(2 * np.pi * low * time) + np.sin(2 * np.pi * high * time)
        sound[start : start + len(time)] += 5000 * wave
    assert begun(detected(sound.astype(np.float32))[0]) == 0


@pytest.mark.parametrize("hz", [150, 440, 1000])
def test_a_tone_is_no_speech(hz: float) -> None:
    time = np.arange(5 * RATE_HZ) / RATE_HZ
    tone = 8000 * np.sin(2 * np.pi * hz * time)
    quiet = np.zeros(RATE_HZ)
    sound = np.concatenate([quiet, tone, quiet]).astype(np.float32)
    assert begun(detected(sound)[0]) == 0


# --- how it is told ------------------------------------------------------------------------------


def babble(frame: int) -> Wide:
    hz = (300, 1200, 500, 2500, 800)[frame % 5]
    return (3000 * np.sin(2 * np.pi * hz * np.arange(320) / RATE_HZ)).astype(np.float32)[np.newaxis]


def test_a_turn_tells_when_it_began() -> None:
    detector = SpeechDetector(RATE_HZ)
    detector.add_row()
    silence = np.zeros((1, 320), dtype=np.float32)
    for _ in range(50):
        detector.process(silence)
    frames = 0
    while not detector.speaking[0]:
        assert detector.process(babble(frames)).all()
        frames += 1
    assert 2 < detector.ago[0] == frames < 8
    for _ in range(HANGOVER_TICKS):
        assert detector.speaking[0]
        assert not detector.process(silence).any()
    assert (detector.speaking[0], detector.ago[0]) == (False, HANGOVER_TICKS)


def test_rows_know_nothing_of_each_other() -> None:
    voices = [in_noise(talk, "pink", 15)[: 6 * RATE_HZ] for talk in talks()[:5]]
    together = detected(*voices)
    for told, voice in zip(together, voices, strict=True):
        assert np.array_equal(told, detected(voice)[0])


def test_a_row_that_is_removed_takes_nothing_with_it() -> None:
    first, second, third = (talk.sound[: 8 * RATE_HZ] for talk in talks()[:3])
    detector = SpeechDetector(RATE_HZ)
    for _ in range(3):
        detector.add_row()
    rows = np.stack([first, second, third]).reshape(3, -1, 320)
    half = rows.shape[1] // 2
    for frame in range(half):
        detector.process(rows[:, frame])
    detector.remove_row(1)
    assert len(detector) == 2
    told = []
    for frame in range(half, 2 * half):
        detector.process(rows[[0, 2], frame])
        told.append(detector.speaking.copy())
    expected = [row[half : 2 * half] for row in detected(first, third)]
    assert np.array_equal(np.stack(told, axis=1), np.stack(expected))
