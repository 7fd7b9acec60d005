from dataclasses import replace

import numpy as np
import pytest

from media_engine.music.analogue import Analogue, Wave
from media_engine.music.synth import Envelope, Tone

RATE_HZ = 16000
STILL = Envelope(attack_s=0.005, decay_s=60.0, sustain=1.0)
OPEN = Analogue("saw", STILL, closed_hz=200.0, open_hz=6000.0, sweep=STILL, cents=(0.0,))
CLOSING = replace(OPEN, sweep=Envelope(attack_s=0.005, decay_s=0.4))


def level(tone: Tone, hz: float) -> float:
    spectrum = np.abs(np.fft.rfft(tone * np.hanning(len(tone))))
    axis = np.fft.rfftfreq(len(tone), 1 / RATE_HZ)
    return float(spectrum[np.abs(axis - hz) < 6].max())


@pytest.mark.parametrize(
    ("wave", "second", "third"),
    [("saw", 1 / 2, 1 / 3), ("square", 0, 1 / 3), ("triangle", 0, 1 / 9)],
)
def test_a_wave_has_its_partials(wave: Wave, second: float, third: float) -> None:
    tone = replace(OPEN, wave=wave).tone(200.0, 1.0, 1.0, RATE_HZ)
    found = [level(tone, n * 200) / level(tone, 200) for n in (2, 3)]
    assert found == pytest.approx([second, third], abs=0.01)


def test_nothing_folds_over() -> None:
    tone = OPEN.tone(1510.0, 1.0, 1.0, RATE_HZ)
    heard = [level(tone, n * 1510) for n in (1, 2, 3, 4)]
    folded = [level(tone, RATE_HZ - n * 1510) for n in (6, 7, 8, 9)]
    assert max(folded) < 1e-3 * min(heard)


def test_the_filter_closes_while_the_tone_sounds() -> None:
    tone = CLOSING.tone(200.0, 1.0, 1.0, RATE_HZ)
    early, late = tone[:1600], tone[-1600:]
    assert level(late, 1600) / level(late, 200) < 0.1 * level(early, 1600) / level(early, 200)


def test_a_gentle_note_is_darker() -> None:
    gentle, hard = (OPEN.tone(200.0, velocity, 1.0, RATE_HZ) for velocity in (0.2, 1.0))
    assert level(gentle, 2400) / level(gentle, 200) < 0.5 * level(hard, 2400) / level(hard, 200)


def test_resonance_lifts_the_edge_of_the_filter() -> None:
    voice = replace(OPEN, open_hz=1200.0)
    plain, sharp = (replace(voice, resonance=r).tone(200.0, 1.0, 1.0, RATE_HZ) for r in (0.0, 1.0))
    assert level(sharp, 1200) / level(sharp, 200) > 1.7 * level(plain, 1200) / level(plain, 200)


def test_oscillators_out_of_tune_beat() -> None:
    tone = replace(OPEN, cents=(-10.0, 10.0)).tone(400.0, 1.0, 1.0, RATE_HZ)
    frames = np.abs(tone).reshape(50, -1).max(axis=1)
    assert frames.min() < 0.6 * frames.max()


def test_vibrato_swings_around_the_pitch_after_a_while() -> None:
    voice = replace(OPEN, vibrato_cents=50.0, vibrato_hz=5.0, vibrato_after_s=0.5)
    tone = voice.tone(1000.0, 0.0, 2.0, RATE_HZ)
    spectra = [np.abs(np.fft.rfft(tone[at : at + RATE_HZ // 2])) for at in (0, RATE_HZ)]
    around = [s[480:521].sum() - s[499:502].sum() for s in spectra]
    assert around[1] > 2 * around[0]
    assert np.average(np.arange(480, 521), weights=spectra[1][480:521]) == pytest.approx(500, abs=2)


@pytest.mark.parametrize("hz", [55.0, 440.0, 1760.0])
def test_a_tone_begins_at_0_and_has_peak_1(hz: float) -> None:
    tone = CLOSING.tone(hz, 0.6, 0.3, RATE_HZ)
    assert tone.dtype == np.float32
    assert len(tone) == RATE_HZ * 3 // 10
    assert np.max(np.abs(tone)) == pytest.approx(1.0)
    assert abs(tone[0]) < 1e-6
