"""Concealment: how near to the true continuation, without clicks, and silent in time."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

from media_engine.concealment import SILENT_AFTER_MS, Concealer
from media_engine.pcm import RATES_HZ, Pcm, samples_per_frame

PARTIALS = ((1, 4000, 0.0), (2, 3000, 0.7), (3, 2000, 1.9), (5, 1500, 0.3), (8, 800, 2.2))
HISTORY_FRAMES = 4


def voice(rate_hz: int, *, pitch_hz: float = 205, frames: int = 12) -> Pcm:
    """A steady voiced sound: a pitch with partials up to its eighth."""
    time = np.arange(frames * samples_per_frame(rate_hz)) / rate_hz
    sound = np.zeros_like(time)
    for partial, amplitude, phase in PARTIALS:
        sound += amplitude * np.sin(2 * np.pi * pitch_hz * partial * time + phase)
    return np.rint(sound).astype(np.int16)


def glide(rate_hz: int, *, frames: int = 12) -> Pcm:
    """A voice that rises from 110 to 170 Hz and swells: no period is like the one before."""
    time = np.arange(frames * samples_per_frame(rate_hz)) / rate_hz
    phase = 2 * np.pi * (110 * time + 125 * time**2)
    sound = (2000 + 30_000 * time) * (np.sin(phase) + 0.4 * np.sin(2 * phase + 1))
    return np.rint(sound).astype(np.int16)


def noise(rate_hz: int, *, frames: int = 12, seed: int = 7) -> Pcm:
    random = np.random.default_rng(seed)
    return random.normal(0, 3000, frames * samples_per_frame(rate_hz)).astype(np.int16)


def murmur(rate_hz: int) -> Pcm:
    """Noise below some 800 Hz: any seam in it stands out."""
    window = np.hanning(rate_hz // 400)
    return np.convolve(noise(rate_hz), window / np.linalg.norm(window), "same").astype(np.int16)


def conceal(sound: Pcm, rate_hz: int, frames: int) -> Pcm:
    """Give `sound` with `frames` frames after the first HISTORY_FRAMES lost and concealed."""
    start, end = (n * samples_per_frame(rate_hz) for n in (HISTORY_FRAMES, HISTORY_FRAMES + frames))
    concealer = Concealer(rate_hz)
    gap = [concealer.conceal(sound[:start]) for _ in range(frames)]
    return np.concatenate([sound[:start], *gap, concealer.recover(sound[end:])])


def intended_gain(rate_hz: int, samples: int) -> NDArray[np.float64]:
    at_ms = 1000 * np.arange(samples) / rate_hz
    return np.clip((60 - at_ms) / 50, 0, 1)


def greatest_jump(sound: Pcm) -> int:
    return int(np.abs(np.diff(sound.astype(int))).max())


def rms(sound: ArrayLike) -> float:
    return float(np.sqrt(np.mean(np.asarray(sound, dtype=float) ** 2)))


@pytest.mark.parametrize("frames", [1, 2, 3])
@pytest.mark.parametrize("pitch_hz", [80, 123, 200, 205, 317])
@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_a_steady_voice_goes_on_within_a_tenth_of_itself_while_it_fades(
    rate_hz: int, pitch_hz: float, frames: int
) -> None:
    sound = voice(rate_hz, pitch_hz=pitch_hz)
    start, length = (n * samples_per_frame(rate_hz) for n in (HISTORY_FRAMES, frames))
    concealed = conceal(sound, rate_hz, frames)[start : start + length]
    true = sound[start : start + length]
    assert rms(concealed - true * intended_gain(rate_hz, length)) < 0.1 * rms(true)


@pytest.mark.parametrize("make", [voice, glide, noise, murmur])
@pytest.mark.parametrize("frames", [1, 2, 3, 6])
@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_neither_seam_clicks(make: Callable[[int], Pcm], rate_hz: int, frames: int) -> None:
    sound = make(rate_hz)
    assert greatest_jump(conceal(sound, rate_hz, frames)) <= 1.5 * greatest_jump(sound)


@pytest.mark.parametrize("make", [voice, noise])
@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_a_gap_is_whole_for_10_ms_and_silent_from_60(
    make: Callable[[int], Pcm], rate_hz: int
) -> None:
    sound = make(rate_hz)
    gap = conceal(sound, rate_hz, 6)[HISTORY_FRAMES * samples_per_frame(rate_hz) :]
    ten_ms = rate_hz // 100
    assert rms(gap[:ten_ms]) == pytest.approx(rms(sound), rel=0.25)
    assert rms(gap[4 * ten_ms : 5 * ten_ms]) < 0.5 * rms(sound)
    assert not gap[rate_hz * SILENT_AFTER_MS // 1000 : 12 * ten_ms].any()


def test_noise_does_not_become_a_buzz_of_equal_frames() -> None:
    concealer = Concealer(8000)
    history = noise(8000)
    first, second = (concealer.conceal(history).astype(float) for _ in range(2))
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.3


def test_a_long_gap_is_not_one_period_over_and_over() -> None:
    concealer = Concealer(8000)
    gap = np.concatenate([concealer.conceal(noise(8000)) for _ in range(3)])
    at_20_ms, at_35_ms = gap[160:280].astype(float), gap[280:400].astype(float)
    assert abs(np.corrcoef(at_20_ms, at_35_ms)[0, 1]) < 0.5


@pytest.mark.parametrize("seed", range(10))
def test_noise_is_given_no_pitch(seed: int) -> None:
    frame = Concealer(8000).conceal(noise(8000, seed=seed)).astype(float)
    shifted = [frame[10 + lag : 32 + lag] for lag in range(40, 100)]
    assert max(np.corrcoef(frame[10:32], later)[0, 1] for later in shifted) < 0.9


def test_noise_keeps_its_loudness_at_first() -> None:
    history = noise(8000)
    frame = Concealer(8000).conceal(history)
    assert rms(frame) == pytest.approx(rms(history), rel=0.25)


@pytest.mark.parametrize("history", [np.zeros(480, np.int16), np.zeros(0, np.int16)])
def test_a_gap_at_the_very_start_is_silence(history: Pcm) -> None:
    concealer = Concealer(8000)
    frames = np.concatenate([concealer.conceal(history) for _ in range(3)])
    assert frames.shape == (480,)
    assert not frames.any()


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_a_gap_after_a_silence_is_silence_whatever_was_said_before(rate_hz: int) -> None:
    sound = voice(rate_hz)
    sound[-samples_per_frame(rate_hz) :] = 0
    assert not Concealer(rate_hz).conceal(sound).any()


def pulse(rate_hz: int, before_the_gap: int, height: int = 32767) -> Pcm:
    sound = np.zeros(HISTORY_FRAMES * samples_per_frame(rate_hz), np.int16)
    sound[-before_the_gap] = height
    return sound


def square(rate_hz: int, period: int) -> Pcm:
    at = np.arange(HISTORY_FRAMES * samples_per_frame(rate_hz))
    return np.where(at // (period // 2) % 2, -32768, 32767).astype(np.int16)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_a_gap_after_sound_that_is_no_voice_ends_as_any_other(rate_hz: int) -> None:
    length = samples_per_frame(rate_hz)
    odd = [
        *(pulse(rate_hz, place) for place in (1, 2, 20, length // 2, length - 1, length)),
        *(pulse(rate_hz, place, 16) for place in (1, length - 1, length)),
        *(square(rate_hz, period) for period in (2, 4, 64, length)),
        *(np.full(HISTORY_FRAMES * length, dc, np.int16) for dc in (-32768, 16, 32767)),
    ]
    for sound in odd:
        concealer = Concealer(rate_hz)
        gap = np.concatenate([concealer.conceal(sound) for _ in range(4)])
        assert not gap[rate_hz * SILENT_AFTER_MS // 1000 :].any()


def test_a_history_that_is_too_short_counts_as_preceded_by_silence() -> None:
    short = voice(8000, frames=2)
    padded = np.concatenate([np.zeros(800, np.int16), short])
    assert np.array_equal(Concealer(8000).conceal(short), Concealer(8000).conceal(padded))


def test_what_is_ahead_is_heard_before_the_gap_and_the_gap_goes_on_from_there() -> None:
    sound, ahead = voice(8000), 57
    whole, split = Concealer(8000), Concealer(8000)
    expected = np.concatenate([whole.conceal(sound[:697]) for _ in range(3)])
    frames = [split.conceal(sound[: 697 - ahead], sound[697 - ahead : 697]) for _ in range(3)]
    assert np.array_equal(np.concatenate(frames)[:ahead], sound[697 - ahead : 697])
    assert np.array_equal(np.concatenate(frames)[ahead:], expected[: 480 - ahead])


def test_a_voice_that_gets_quieter_goes_on_to_do_so() -> None:
    fading = (voice(8000) * np.exp(-np.arange(12 * 160) / 300)).astype(np.int16)
    steady, quieter = (Concealer(8000).conceal(sound[:640]) for sound in (voice(8000), fading))
    fall = rms(quieter[80:]) / rms(quieter[:80])
    assert fall < 0.9 * rms(steady[80:]) / rms(steady[:80])


@pytest.mark.parametrize("hz_per_s", [-250, 250])
@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_a_pitch_that_glides_goes_on_to_do_so(rate_hz: int, hz_per_s: float) -> None:
    time = np.arange(12 * samples_per_frame(rate_hz)) / rate_hz
    turns = 150 * time + hz_per_s / 2 * time**2
    sound = sum(4000 / n * np.sin(2 * np.pi * n * turns + n) for n in range(1, 5))
    gliding = np.rint(sound).astype(np.int16)
    start, length = HISTORY_FRAMES * samples_per_frame(rate_hz), samples_per_frame(rate_hz)
    true = gliding[start : start + length]
    gap = conceal(gliding, rate_hz, 1)[start : start + length]
    assert rms(gap - true * intended_gain(rate_hz, length)) < 0.3 * rms(true)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_a_burst_that_dies_away_is_not_made_longer(rate_hz: int) -> None:
    burst = noise(rate_hz)[: HISTORY_FRAMES * samples_per_frame(rate_hz)]
    at_ms = np.arange(-len(burst), 0) * 1000 / rate_hz
    dying = (burst * 10 ** (-at_ms / 40 - 1)).clip(-20_000, 20_000).astype(np.int16)
    gap = Concealer(rate_hz).conceal(dying)
    ten_ms = rate_hz // 100
    assert rms(gap[ten_ms:]) < 0.7 * rms(gap[:ten_ms]) < rms(dying[-ten_ms:])


def test_only_the_first_frame_of_a_gap_looks_at_the_history() -> None:
    one, other = Concealer(8000), Concealer(8000)
    one.conceal(voice(8000))
    other.conceal(voice(8000))
    assert np.array_equal(one.conceal(voice(8000)), other.conceal(np.zeros(480, np.int16)))


def test_the_loudest_sound_is_clipped_and_does_not_wrap_around() -> None:
    time = np.arange(800) / 8000
    sound = np.clip(60_000 * np.sin(2 * np.pi * 200 * time), -32768, 32767).astype(np.int16)
    gap = Concealer(8000).conceal(sound[:640])[:80].astype(float)
    true = sound[640:720].astype(float)
    assert np.abs(true).max() == 32768
    assert np.abs(gap - true).max() < 25_000


def test_recovery_crosses_over_5_ms_and_leaves_the_rest_alone() -> None:
    concealer = Concealer(8000)
    concealer.conceal(np.zeros(480, np.int16))
    real = np.full(160, 1000, np.int16)
    recovered = concealer.recover(real)
    assert np.array_equal(recovered[40:], real[40:])
    assert np.all(np.diff(recovered[:40]) > 0)
    assert real.min() == 1000


def test_recovery_ends_the_gap() -> None:
    concealer = Concealer(8000)
    frame = voice(8000, frames=1)
    concealer.conceal(voice(8000))
    assert concealer.recover(frame) is not frame
    assert concealer.recover(frame) is frame


@pytest.mark.parametrize(("gaps", "concealing"), [(0, False), (1, True), (9, True)])
def test_it_tells_whether_there_is_a_gap(gaps: int, concealing: bool) -> None:
    concealer = Concealer(8000)
    for _ in range(gaps):
        concealer.conceal(voice(8000))
    assert concealer.concealing is concealing
    concealer.recover(voice(8000))
    assert concealer.concealing is False


def test_recovery_takes_frames_that_can_not_be_written_to() -> None:
    concealer = Concealer(8000)
    concealer.conceal(voice(8000))
    frame = np.frombuffer(voice(8000, frames=1).tobytes(), np.int16)
    assert len(concealer.recover(frame)) == len(frame)


def test_a_rate_that_is_not_spoken_is_refused() -> None:
    with pytest.raises(ValueError, match="11025"):
        Concealer(11025)
