import numpy as np
import pytest

from media_engine.music.synth import (
    Additive,
    Envelope,
    Fm,
    Noise,
    Partial,
    Tone,
    Voice,
    damped,
)

RATE_HZ = 16000
ENVELOPE = Envelope(attack_s=0.01, decay_s=2.0)
BELL = Additive((Partial(1, 1.0, 3.0), Partial(2, 0.3, 1.0)), ENVELOPE, darkness=1.0)
PIANO = Fm(ratio=2.0, index=1.5, index_decay_s=0.5, envelope=ENVELOPE)
BRUSH = Noise(hz=2000.0, width=1.0, envelope=Envelope(attack_s=0.005, decay_s=0.2))
every_voice = pytest.mark.parametrize("voice", [BELL, PIANO, BRUSH])


def power_at(tone: Tone, hz: float) -> float:
    """Power within 3 % of a frequency, as part of the whole."""
    power = np.abs(np.fft.rfft(tone * np.hanning(len(tone)))) ** 2
    axis = np.fft.rfftfreq(len(tone), 1 / RATE_HZ)
    return float(power[np.abs(axis / hz - 1) < 0.03].sum() / power.sum())


@every_voice
def test_a_tone_has_peak_1_and_begins_at_0(voice: Voice) -> None:
    tone = voice.tone(440.0, 0.7, 0.5, RATE_HZ)
    assert len(tone) == RATE_HZ // 2
    assert tone.dtype == np.float32
    assert np.max(np.abs(tone)) == pytest.approx(1.0)
    assert abs(tone[0]) < 1e-6


@every_voice
def test_the_same_note_has_the_same_samples(voice: Voice) -> None:
    once, again = (voice.tone(330.0, 0.5, 0.3, RATE_HZ) for _ in range(2))
    assert np.array_equal(once, again)


@pytest.mark.parametrize(
    ("voice", "hz", "folded_hz"),
    # The second partial of one, the second upper side band of the other, mirrored at half the rate.
    [(BELL, RATE_HZ * 0.4375, RATE_HZ * 0.125), (PIANO, RATE_HZ * 0.1375, RATE_HZ * 0.3125)],
)
def test_a_high_note_does_not_fold_over(voice: Voice, hz: float, folded_hz: float) -> None:
    tone = voice.tone(hz, 1.0, 0.5, RATE_HZ)
    assert power_at(tone, hz) > 0.9
    assert power_at(tone, folded_hz) < 1e-4


def test_an_additive_tone_holds_its_partials_and_nothing_else() -> None:
    tone = BELL.tone(500.0, 1.0, 1.0, RATE_HZ)
    assert power_at(tone, 500) + power_at(tone, 1000) > 0.99
    assert power_at(tone, 1000) > 0.005


def test_a_gentle_note_is_darker() -> None:
    hard, gentle = (BELL.tone(500.0, velocity, 1.0, RATE_HZ) for velocity in (1.0, 0.2))
    assert power_at(gentle, 1000) < 0.5 * power_at(hard, 1000)


def test_a_second_sine_makes_the_tone_beat() -> None:
    still = Envelope(attack_s=0.01, decay_s=60.0, sustain=1.0)
    tone = Additive((Partial(1, 1.0, 60.0),), still, shimmer_hz=2.0).tone(440.0, 1.0, 1.0, RATE_HZ)
    around = {at: np.max(np.abs(tone[int(at * RATE_HZ) :][:200])) for at in (0.25, 0.5, 0.75)}
    assert around[0.25] < 0.5 * around[0.5]
    assert around[0.75] < 0.5 * around[0.5]


def test_fm_makes_side_bands_at_the_ratio() -> None:
    tone = PIANO.tone(400.0, 1.0, 1.0, RATE_HZ)
    assert power_at(tone, 400 + 800) > 0.01
    assert power_at(tone, 600) < 1e-3


def test_percussion_is_noise_around_its_frequency() -> None:
    power = np.abs(np.fft.rfft(BRUSH.tone(440.0, 1.0, 0.5, RATE_HZ))) ** 2
    octaves = np.log2(np.maximum(np.fft.rfftfreq(RATE_HZ // 2, 1 / RATE_HZ), 1) / 2000)
    assert power[np.abs(octaves) < 1].sum() > 0.9 * power.sum()


def test_an_envelope_rises_decays_and_holds() -> None:
    curve = Envelope(attack_s=0.1, decay_s=0.5, sustain=0.4).curve(RATE_HZ, RATE_HZ)
    assert curve[0] == 0
    assert curve[RATE_HZ // 10] == pytest.approx(1.0, abs=1e-3)
    assert curve[-1] == pytest.approx(0.4, abs=2e-3)
    assert np.all(np.diff(curve[: RATE_HZ // 10]) > 0)
    assert np.all(np.diff(curve[RATE_HZ // 10 + 1 :]) < 0)


def test_a_damped_tone_is_untouched_while_held_and_then_dies_away() -> None:
    ended = damped(np.ones(RATE_HZ, dtype=np.float32), 0.25, 0.25, RATE_HZ)
    assert len(ended) == RATE_HZ // 2
    assert np.all(ended[: RATE_HZ // 4] == 1)
    assert np.all(np.diff(ended[RATE_HZ // 4 :]) <= 0)
    assert ended[-1] == 0


def test_a_tone_that_is_too_short_still_ends_softly() -> None:
    tone = np.ones(RATE_HZ // 10, dtype=np.float32)
    ended = damped(tone, 1.0, 0.5, RATE_HZ)
    assert ended[-1] == 0
    assert np.max(np.abs(np.diff(ended))) < 0.05
    assert np.all(tone == 1)
