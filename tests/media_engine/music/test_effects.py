import numpy as np
import pytest

from media_engine.music.effects import Chorus, Echo, Effect, Equaliser, Overdrive, Tremolo, dips
from media_engine.music.synth import Tone

RATE_HZ = 8000
LOOP = 40000
EFFECTS = [
    Overdrive(drive_db=12.0),
    Equaliser(((100.0, -12.0), (1000.0, 0.0))),
    Echo(delay_s=0.3),
    Chorus(),
    Tremolo(swing_hz=4.0),
]
every_effect = pytest.mark.parametrize("effect", EFFECTS, ids=lambda effect: type(effect).__name__)


def sine(hz: float, level: float = 1.0) -> Tone:
    """A loop that holds a whole number of periods."""
    turns = round(hz * LOOP / RATE_HZ)
    return (level * np.sin(2 * np.pi * turns * np.arange(LOOP) / LOOP)).astype(np.float32)


def click(at: int) -> Tone:
    loop = np.zeros(LOOP, dtype=np.float32)
    loop[at] = 1.0
    return loop


def level(loop: Tone, hz: float) -> float:
    return float(np.abs(np.fft.rfft(loop)[round(hz * LOOP / RATE_HZ)]) * 2 / LOOP)


@every_effect
def test_a_loop_stays_a_loop(effect: Effect) -> None:
    out = effect.on(sine(400), RATE_HZ)
    assert out.dtype == np.float32
    assert len(out) == LOOP
    steps = np.abs(np.diff(np.append(out, out[0])))
    assert steps[-1] <= 1.01 * np.max(steps[:-1])


@every_effect
def test_what_comes_in_is_left_as_it_is(effect: Effect) -> None:
    loop = sine(400)
    effect.on(loop, RATE_HZ)
    assert np.array_equal(loop, sine(400))


@every_effect
def test_silence_stays_silence(effect: Effect) -> None:
    assert np.max(np.abs(effect.on(np.zeros(LOOP, dtype=np.float32), RATE_HZ))) < 1e-6


def test_overdrive_is_clean_when_quiet_and_clips_when_loud() -> None:
    drive = Overdrive(drive_db=20.0, bias=0.0)
    quiet, loud = drive.on(sine(400, 0.002), RATE_HZ), drive.on(sine(400), RATE_HZ)
    assert level(quiet, 400) == pytest.approx(0.02, rel=0.01)
    assert level(quiet, 1200) < 1e-3 * level(quiet, 400)
    assert level(loud, 1200) > 0.2 * level(loud, 400)
    assert np.max(np.abs(loud)) < 1.2


def test_a_bias_adds_even_partials() -> None:
    even, biased = (level(Overdrive(9.0, bias).on(sine(400), RATE_HZ), 800) for bias in (0, 0.3))
    assert even < 1e-5
    assert biased > 0.02


def test_overdrive_does_not_fold_over() -> None:
    loud = Overdrive(drive_db=12.0, bias=0.0).on(sine(1500), RATE_HZ)
    # The third partial, 4500 Hz, would fold to 3500 Hz, the fifth to 500 Hz.
    assert max(level(loud, 3500), level(loud, 500)) < 1e-3 * level(loud, 1500)


@pytest.mark.parametrize(("hz", "db"), [(100, -12), (200, -6), (400, 0), (1200, 0), (3400, 0)])
def test_an_equaliser_has_the_levels_that_were_drawn(hz: float, db: float) -> None:
    out = Equaliser(((100.0, -12.0), (400.0, 0.0))).on(sine(hz), RATE_HZ)
    assert 20 * np.log10(level(out, hz)) == pytest.approx(db, abs=0.5)


def test_an_equaliser_never_sounds_too_early() -> None:
    out = Equaliser(((100.0, -20.0), (400.0, 0.0), (2000.0, -20.0))).on(click(20000), RATE_HZ)
    assert np.max(np.abs(out[19900:20000])) < 0.01 * np.max(np.abs(out))


def test_an_echo_repeats_weaker_and_round_the_end() -> None:
    out = Echo(delay_s=0.5, level=0.4, fade=0.5, repeats=3).on(click(LOOP - 6000), RATE_HZ)
    heard = {at: out[at - 3 : at + 4].sum() for at in (LOOP - 2000, 2000, 6000)}
    assert list(heard.values()) == pytest.approx([0.4, 0.2, 0.1], rel=0.02)
    assert np.abs(out[7000 : LOOP - 6100]).max() < 1e-6


def test_a_chorus_adds_players_a_little_later() -> None:
    out = Chorus(depth_ms=2.0, level=0.5).on(click(20000), RATE_HZ)
    where = np.flatnonzero(np.abs(out) > 0.01) - 20000
    assert where[0] == 0
    assert 0.009 * RATE_HZ < where[1] < where[-1] < 0.020 * RATE_HZ


def test_a_tremolo_swings_down_and_up_a_whole_number_of_times() -> None:
    out = Tremolo(swing_hz=3.9, depth=0.5).on(np.ones(LOOP, dtype=np.float32), RATE_HZ)
    assert (out.min(), out.max()) == pytest.approx((0.5, 1.0), abs=1e-4)
    # 3.9 times a second for 5 s are 19.5 times, rounded.
    swings = np.abs(np.fft.rfft(out - out.mean()))
    assert swings[20] > 0.999 * np.linalg.norm(swings)


def test_a_side_chain_makes_way_and_comes_back() -> None:
    key = np.zeros(LOOP, dtype=np.float32)
    key[10000:10400] = sine(200)[:400]
    gain = dips(key, 6.0, RATE_HZ, release_s=0.2)
    assert 20 * np.log10(gain.min()) == pytest.approx(-6, abs=0.01)
    assert 10000 <= np.argmin(gain) < 10600
    assert gain[9990] == pytest.approx(1.0, abs=1e-3)
    assert gain[10400 + RATE_HZ // 2] > 0.97


def test_a_side_chain_without_a_sound_changes_nothing() -> None:
    assert np.all(dips(np.zeros(LOOP, dtype=np.float32), 6.0, RATE_HZ) == 1)
