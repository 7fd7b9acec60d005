from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import pytest

from media_engine.music.beeps import ENTER_NOTES_HZ, EXIT_NOTES_HZ, enter_beep, exit_beep
from media_engine.music.loudness import peak_dbfs
from media_engine.pcm import RATES_HZ, Pcm

Beep: TypeAlias = Callable[[int], Pcm]

both_beeps = pytest.mark.parametrize("beep", [enter_beep, exit_beep])
every_rate = pytest.mark.parametrize("rate_hz", RATES_HZ)


def strongest_hz(sound: Pcm, rate_hz: int) -> float:
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), 1 << 16))
    return float(np.argmax(spectrum) * rate_hz / (1 << 16))


@both_beeps
@every_rate
def test_a_beep_is_short_and_quiet(beep: Beep, rate_hz: int) -> None:
    sound = beep(rate_hz)
    assert sound.dtype == np.int16
    assert 0.250 <= len(sound) / rate_hz <= 0.400
    assert -22 < peak_dbfs(sound) <= -20


@both_beeps
@every_rate
def test_a_beep_begins_and_ends_without_a_click(beep: Beep, rate_hz: int) -> None:
    sound = beep(rate_hz).astype(int)
    peak = np.max(np.abs(sound))
    assert abs(sound[0]) <= 1
    assert abs(sound[-1]) <= 1
    edge = rate_hz // 1000
    assert np.max(np.abs(sound[:edge])) < 0.05 * peak
    assert np.max(np.abs(sound[-edge:])) < 0.05 * peak


@both_beeps
@every_rate
def test_a_telephone_passes_all_of_a_beep(beep: Beep, rate_hz: int) -> None:
    power = np.abs(np.fft.rfft(beep(rate_hz).astype(float))) ** 2
    hz = np.fft.rfftfreq(len(beep(rate_hz)), 1 / rate_hz)
    assert power[(hz < 300) | (hz > 3400)].sum() < 1e-3 * power.sum()
    assert power[hz > 3400].sum() < 1e-5 * power.sum()


@pytest.mark.parametrize(
    ("beep", "notes_hz"), [(enter_beep, ENTER_NOTES_HZ), (exit_beep, EXIT_NOTES_HZ)]
)
@every_rate
def test_one_note_is_heard_after_the_other(
    beep: Beep, notes_hz: tuple[float, float], rate_hz: int
) -> None:
    first, second = np.split(beep(rate_hz), [rate_hz * 130 // 1000])
    assert strongest_hz(first, rate_hz) == pytest.approx(notes_hz[0], abs=8)
    assert strongest_hz(second, rate_hz) == pytest.approx(notes_hz[1], abs=8)


def test_entering_rises_and_leaving_falls() -> None:
    assert ENTER_NOTES_HZ[0] < ENTER_NOTES_HZ[1]
    assert EXIT_NOTES_HZ[0] > EXIT_NOTES_HZ[1]


@every_rate
def test_entering_and_leaving_differ_in_their_spectrum(rate_hz: int) -> None:
    enter, leave = (np.abs(np.fft.rfft(b(rate_hz).astype(float))) for b in (enter_beep, exit_beep))
    assert enter @ leave < 0.35 * np.linalg.norm(enter) * np.linalg.norm(leave)


@both_beeps
def test_a_beep_is_made_once_and_can_not_be_written_to(beep: Beep) -> None:
    assert beep(8000) is beep(8000)
    with pytest.raises(ValueError, match="read-only"):
        beep(8000)[0] = 1


def test_a_rate_that_we_do_not_speak_is_refused() -> None:
    with pytest.raises(ValueError, match="11025"):
        enter_beep(11025)
