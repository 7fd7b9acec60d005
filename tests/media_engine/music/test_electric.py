import numpy as np
import pytest

from media_engine.music.electric import CABINET, CRUNCH, STRING, Bent
from media_engine.music.synth import Additive, Envelope, Partial, Tone

RATE_HZ = 24000
SINE = Additive((Partial(1, 1.0, 60.0),), Envelope(0.005, 60.0, 1.0), release_s=0.3)


def pitch_hz(tone: Tone) -> float:
    spectrum = np.abs(np.fft.rfft(tone * np.hanning(len(tone)), 1 << 18))
    return float(np.argmax(spectrum) * RATE_HZ / (1 << 18))


def cents(tone: Tone, hz: float) -> float:
    return float(1200 * np.log2(pitch_hz(tone) / hz))


def test_a_scoop_comes_from_below_and_arrives() -> None:
    tone = Bent(SINE, scoop=2.0, scoop_s=0.2, vibrato_cents=0.0).tone(500, 1.0, 1.0, RATE_HZ)
    assert -200 < cents(tone[: RATE_HZ // 20], 500) < -120
    assert cents(tone[RATE_HZ // 4 :], 500) == pytest.approx(0, abs=1)


def test_vibrato_sets_in_late_and_swings_both_ways() -> None:
    tone = Bent(SINE, vibrato_cents=40, vibrato_hz=5, vibrato_after_s=0.5).tone(500, 1, 2, RATE_HZ)
    assert cents(tone[: RATE_HZ // 2], 500) == pytest.approx(0, abs=1)
    swing = [cents(tone[at : at + 1200], 500) for at in range(RATE_HZ, 2 * RATE_HZ - 1200, 600)]
    assert min(swing) < -25
    assert max(swing) > 25


def test_a_voice_that_is_not_bent_sounds_as_it_was() -> None:
    plain = STRING.tone(220.0, 0.7, 1.0, RATE_HZ)
    assert Bent(STRING, vibrato_cents=0.0).tone(220.0, 0.7, 1.0, RATE_HZ) == pytest.approx(plain)


def test_bending_adds_no_noise() -> None:
    tone = Bent(SINE, vibrato_cents=15.0).tone(1500.0, 1.0, 2.0, RATE_HZ)
    power = np.abs(np.fft.rfft(tone * np.hanning(len(tone)))) ** 2
    axis = np.fft.rfftfreq(len(tone), 1 / RATE_HZ)
    assert power[np.abs(axis - 1500) > 200].sum() < 1e-6 * power.sum()


def test_a_bent_voice_is_released_like_the_voice() -> None:
    assert Bent(SINE).release_s == SINE.release_s


def test_a_fifth_through_the_amplifier_sounds_an_octave_below() -> None:
    chord = STRING.tone(220.0, 0.8, 2.0, RATE_HZ) + STRING.tone(330.0, 0.8, 2.0, RATE_HZ)
    driven = np.asarray(chord * 0.5, dtype=np.float32)
    for effect in CRUNCH:
        driven = effect.on(driven, RATE_HZ)
    clean, crunched = (np.abs(np.fft.rfft(sound))[210:231].max() / 1e3 for sound in (chord, driven))
    assert crunched > 10 * clean


def test_the_cabinet_passes_the_guitar_and_no_fizz() -> None:
    heard = np.abs(np.fft.rfft(CABINET.response(RATE_HZ), RATE_HZ))
    assert heard[300:2500].min() > 0.7
    assert heard[60] < 0.2
    assert heard[6000:].max() < 0.1
