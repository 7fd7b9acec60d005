import numpy as np
import pytest

from media_engine.dtmf import GAP_S, LEVEL, TONE_S, key_tones
from media_engine.errors import EngineError
from media_engine.pcm import FULL_SCALE, RATES_HZ, Pcm

KEYS = {
    **{key: (697, hz) for key, hz in zip("123A", (1209, 1336, 1477, 1633), strict=True)},
    **{key: (770, hz) for key, hz in zip("456B", (1209, 1336, 1477, 1633), strict=True)},
    **{key: (852, hz) for key, hz in zip("789C", (1209, 1336, 1477, 1633), strict=True)},
    **{key: (941, hz) for key, hz in zip("*0#D", (1209, 1336, 1477, 1633), strict=True)},
}
ALL_HZ = (697, 770, 852, 941, 1209, 1336, 1477, 1633)


def amplitude(sound: Pcm, hz: float, rate_hz: int) -> float:
    """Goertzel's algorithm: how strong one frequency is in it, relative to full scale."""
    turn = np.exp(-2j * np.pi * hz * np.arange(len(sound)) / rate_hz)
    return float(2 * abs(np.dot(sound, turn)) / len(sound) / FULL_SCALE)


def steady(sound: Pcm, rate_hz: int) -> Pcm:
    """The tone without its edges: 80 ms."""
    return sound[round(0.01 * rate_hz) : round((TONE_S - 0.01) * rate_hz)]


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("key", KEYS)
def test_each_key_is_its_two_tones_and_nothing_else(key: str, rate_hz: int) -> None:
    sound = steady(key_tones(key, rate_hz), rate_hz)
    expected = sum(
        LEVEL * FULL_SCALE * np.sin(2 * np.pi * hz * (np.arange(len(sound)) / rate_hz + 0.01))
        for hz in KEYS[key]
    )
    assert np.abs(sound - expected).max() <= 0.5001


@pytest.mark.parametrize("key", KEYS)
def test_a_receiver_hears_two_equal_tones_20_db_above_all_others(key: str) -> None:
    sound = steady(key_tones(key, 8000), 8000)
    heard = {hz: 20 * np.log10(amplitude(sound, hz, 8000)) for hz in ALL_HZ}
    row, column = (heard.pop(hz) for hz in KEYS[key])
    # ITU-T Q.24: a receiver takes a twist of at least 4 dB.
    assert row == pytest.approx(column, abs=1)
    assert row == pytest.approx(-14, abs=0.5)
    assert max(heard.values()) < -34


def test_edges_are_soft() -> None:
    sound = key_tones("5", 48000).astype(float)
    first_ms, after_the_edge = np.abs(sound[:48]).max(), np.abs(sound[480:960]).max()
    assert first_ms < after_the_edge / 4
    assert abs(sound[round(TONE_S * 48000) - 1]) < after_the_edge / 20


@pytest.mark.parametrize(
    ("digits", "seconds"),
    [("", 0), ("1", TONE_S + GAP_S), ("12", 2 * (TONE_S + GAP_S)), ("w", 0.5), ("W", 1.0)],
)
@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_tones_and_pauses_have_their_length(digits: str, seconds: float, rate_hz: int) -> None:
    assert len(key_tones(digits, rate_hz)) == round(seconds * rate_hz)


def test_pauses_are_silent_and_keys_come_in_order() -> None:
    one, pause, two = np.split(key_tones("1w2", 8000), [1600, 5600])
    assert not pause.any()
    np.testing.assert_array_equal(one, key_tones("1", 8000))
    np.testing.assert_array_equal(two, key_tones("2", 8000))


@pytest.mark.parametrize("digits", ["E", "a", "1 2", "+1", "٣", "\n"])
def test_any_other_character_is_refused(digits: str) -> None:
    with pytest.raises(EngineError, match="is not a key"):
        key_tones(digits, 8000)
