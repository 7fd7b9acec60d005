import numpy as np
import pytest

from media_engine.music.room import Room, add_round, convolve_round

RATE_HZ = 8000


def test_what_passes_the_end_goes_on_at_the_beginning() -> None:
    loop = np.zeros(4)
    add_round(loop, 3, np.array([1.0, 2.0, 3.0]))
    add_round(loop, -1, np.array([10.0, 20.0]))
    assert list(loop) == [22, 3, 0, 11]


def test_a_sound_longer_than_the_loop_goes_round_and_round() -> None:
    loop = np.zeros(3)
    add_round(loop, 2, np.ones(8))
    assert list(loop) == [3, 2, 3]


@pytest.mark.parametrize("length", [3000, 40000])
def test_convolution_goes_round(length: int) -> None:
    random = np.random.default_rng(3)
    loop = random.standard_normal(length).astype(np.float32)
    response = random.standard_normal(700).astype(np.float32)
    direct = np.fft.irfft(np.fft.rfft(loop) * np.fft.rfft(response, length), length)
    assert convolve_round(loop, response) == pytest.approx(direct, abs=1e-3)


def test_a_room_answers_late_with_energy_1_and_dies_away() -> None:
    answer = Room(decay_s=1.0, distance_s=0.02).response(RATE_HZ)
    assert np.all(answer[: RATE_HZ // 50] == 0)
    assert np.linalg.norm(answer) == pytest.approx(1.0)
    early, late = (np.linalg.norm(answer[at : at + 800]) for at in (400, 5000))
    assert late < 0.05 * early


def test_highs_die_first_in_a_room() -> None:
    answer = Room(decay_s=1.0).response(RATE_HZ)
    hz = np.fft.rfftfreq(2000, 1 / RATE_HZ)

    def brightness(at: int) -> float:
        power = np.abs(np.fft.rfft(answer[at : at + 2000])) ** 2
        return float((hz * power).sum() / power.sum())

    assert brightness(5000) < 0.7 * brightness(0)


def test_a_room_that_is_dry_adds_nothing() -> None:
    dry = np.random.default_rng(1).standard_normal(RATE_HZ).astype(np.float32)
    assert np.array_equal(Room(wet=0.0).around(dry, RATE_HZ), dry)
