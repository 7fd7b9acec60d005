import numpy as np
import pytest

from media_engine.music.strings import PluckedString
from media_engine.music.synth import Tone

RATE_HZ = 24000
BODY = ((400.0, 9.0, 2.0),)


def partial(tone: Tone, hz: float) -> tuple[float, float]:
    """Frequency and level of the strongest line within a quarter tone of `hz`."""
    size = 1 << 18
    spectrum = np.abs(np.fft.rfft(tone * np.hanning(len(tone)), size))
    axis = np.fft.rfftfreq(size, 1 / RATE_HZ)
    near = np.flatnonzero(np.abs(np.log2(np.maximum(axis, 1) / hz)) < 1 / 24)
    best = near[np.argmax(spectrum[near])]
    return float(axis[best]), float(spectrum[best])


def part_of(tone: Tone, start_s: float, end_s: float) -> Tone:
    return tone[int(start_s * RATE_HZ) : int(end_s * RATE_HZ)]


@pytest.mark.parametrize("hz", [73.42, 130.81, 261.63, 440.0, 987.77, 1318.51])
def test_a_string_is_in_tune_within_two_cents(hz: float) -> None:
    tone = PluckedString().tone(hz, 0.6, 1.0, RATE_HZ)
    found_hz, _ = partial(tone, hz)
    assert abs(1200 * np.log2(found_hz / hz)) < 2


def test_high_partials_die_first() -> None:
    tone = PluckedString().tone(220.0, 0.6, 2.0, RATE_HZ)
    early, late = part_of(tone, 0.1, 0.6), part_of(tone, 1.3, 1.8)
    lost = [partial(early, n * 220)[1] / partial(late, n * 220)[1] for n in (1, 3, 6)]
    assert 1 < lost[0] < lost[1] < lost[2]


def test_a_string_dies_as_fast_as_it_says() -> None:
    tone = PluckedString(ring_s=3.0).tone(220.0, 0.6, 2.5, RATE_HZ)
    early, late = (np.sqrt(np.mean(part_of(tone, at, at + 0.2) ** 2)) for at in (0.2, 2.2))
    # Two planes, 0.6 and 1.4 times as long: between 2 / 4.2 and 2 / 1.8 of 60 dB in two seconds.
    assert 28 < 20 * np.log10(early / late) < 67


def test_a_partial_with_a_node_under_the_finger_is_missing() -> None:
    tone = PluckedString(place=0.25).tone(220.0, 0.8, 1.0, RATE_HZ)
    levels = [partial(tone, n * 220)[1] for n in (3, 4, 5)]
    assert levels[1] < 0.05 * min(levels[0], levels[2])


def test_a_strong_pluck_is_brighter() -> None:
    gentle, strong = (PluckedString().tone(220.0, v, 0.5, RATE_HZ) for v in (0.2, 0.9))
    ratios = [partial(t, 1320)[1] / partial(t, 220)[1] for t in (gentle, strong)]
    assert ratios[1] > 1.3 * ratios[0]


@pytest.mark.parametrize("rate_hz", [8000, 24000, 48000])
@pytest.mark.parametrize("hz", [65.41, 440.0, 1760.0])
def test_a_tone_begins_at_rest_and_has_peak_1_and_no_dc(hz: float, rate_hz: int) -> None:
    tone = PluckedString().tone(hz, 0.6, 1.0, rate_hz)
    assert len(tone) == rate_hz
    assert np.max(np.abs(tone)) == pytest.approx(1.0)
    assert np.max(np.abs(tone[: rate_hz // 1000])) < 0.02
    assert abs(np.mean(tone)) < 2e-3


def test_a_tone_is_the_same_at_every_rate() -> None:
    low, high = (PluckedString().tone(220.0, 0.6, 0.5, rate_hz) for rate_hz in (12000, 24000))
    window = np.hanning(len(low))
    common = np.fft.rfft(low * window)[:1000], np.fft.rfft(high[::2] * window)[:1000]
    assert np.corrcoef(np.abs(common))[0, 1] > 0.99


def test_a_pickup_hears_nothing_of_a_partial_with_a_node_over_it() -> None:
    tone = PluckedString(body=(), pickup=0.2).tone(220.0, 0.8, 1.0, RATE_HZ)
    levels = [partial(tone, n * 220)[1] for n in (4, 5, 6)]
    assert levels[1] < 0.05 * min(levels[0], levels[2])


def test_a_body_rings_along() -> None:
    solid, hollow = (PluckedString(body=body).tone(200.0, 0.6, 1.0, RATE_HZ) for body in ((), BODY))
    ratios = [partial(tone, 400)[1] / partial(tone, 800)[1] for tone in (solid, hollow)]
    assert ratios[1] > 2 * ratios[0]
