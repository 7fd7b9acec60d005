import numpy as np
import pytest

from media_engine.music import drums
from media_engine.music.drums import HAT, KICK, OPEN_HAT, RIDE, SNARE, Cymbal, Drum
from media_engine.music.synth import Tone, Voice

RATE_HZ = 12000
KIT = {name: voice for name, voice in vars(drums).items() if isinstance(voice, Drum | Cymbal)}
every_drum = pytest.mark.parametrize("voice", KIT.values(), ids=KIT)


def hit(voice: Voice, hz: float = 440.0, velocity: float = 0.7) -> Tone:
    return voice.tone(hz, velocity, voice.release_s + 0.1, RATE_HZ)


def share(tone: Tone, low_hz: float, high_hz: float) -> float:
    power = np.abs(np.fft.rfft(tone)) ** 2
    axis = np.fft.rfftfreq(len(tone), 1 / RATE_HZ)
    return float(power[(axis >= low_hz) & (axis < high_hz)].sum() / power.sum())


def crossings(tone: Tone) -> int:
    return int(np.count_nonzero(np.diff(np.signbit(tone))))


@every_drum
def test_a_hit_begins_without_a_click_and_has_peak_1(voice: Voice) -> None:
    tone = hit(voice)
    assert np.max(np.abs(tone)) == pytest.approx(1.0)
    assert np.max(np.abs(tone[:2])) < 0.1


@every_drum
def test_a_hit_has_died_away_when_its_note_is_released(voice: Voice) -> None:
    left = hit(voice)[round(voice.release_s * RATE_HZ) :]
    assert np.max(np.abs(left)) < 0.004
    assert voice.release_s < 2.5


@every_drum
def test_the_same_hit_has_the_same_samples(voice: Voice) -> None:
    assert np.array_equal(hit(voice), hit(voice))


@every_drum
def test_a_telephone_hears_every_drum(voice: Voice) -> None:
    assert share(hit(voice), 300, 3400) > 0.02


def test_a_kick_drops_in_pitch() -> None:
    tone = Drum(hz=100.0, ring_s=2.0, drop=4.0, drop_s=0.05).tone(440.0, 1.0, 0.6, RATE_HZ)
    tenth = RATE_HZ // 10
    assert crossings(tone[:tenth]) > 1.4 * crossings(tone[tenth : 2 * tenth])
    assert crossings(tone[-3 * tenth :]) == pytest.approx(60, abs=1)


def test_the_pitch_of_a_note_tunes_a_drum() -> None:
    plain, high = (np.abs(np.fft.rfft(hit(Drum(100.0, 1.0), hz))) for hz in (440.0, 660.0))
    assert np.argmax(high) == pytest.approx(1.5 * np.argmax(plain), abs=2)


def test_punch_makes_partials() -> None:
    soft, hard = (hit(Drum(100.0, 1.0, punch=punch)) for punch in (0.0, 3.0))
    assert share(hard, 280, 320) > 100 * share(soft, 280, 320)


def test_metal_is_above_skin() -> None:
    assert share(hit(HAT), 2000, 6000) > 0.7
    assert share(hit(KICK), 0, 300) > 0.9
    assert share(hit(SNARE), 0, 150) < 0.1


def test_open_metal_rings_longer() -> None:
    energies = [np.square(hit(voice)).sum() for voice in (HAT, OPEN_HAT, RIDE)]
    assert energies == sorted(energies)


def test_metal_that_is_hit_hard_rings_longer() -> None:
    gentle, hard = (hit(RIDE, velocity=velocity)[RATE_HZ // 3 :] for velocity in (0.2, 1.0))
    assert np.abs(gentle).max() < 0.7 * np.abs(hard).max()
