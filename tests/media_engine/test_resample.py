"""Resampling: fidelity, delay and seams of live banks; length and alignment of clips."""

import itertools

import numpy as np
import pytest

from media_engine.errors import UnsupportedFormat
from media_engine.pcm import RATES_HZ, Pcm, Wide, samples_per_frame
from media_engine.resample import CLIP_RATES_HZ, Resampler, resample_clip
from tests.media_engine.fidelity.rates import IN_BAND, images_db, in_band_snr_db, stream, tone

PAIRS = list(itertools.permutations(RATES_HZ, 2))


def chirp(rate_hz: int, seconds: float, up_to_hz: float) -> Wide:
    time = np.arange(round(rate_hz * seconds)) / rate_hz
    return (10_000 * np.sin(np.pi * up_to_hz * time**2 / seconds)).astype(np.float32)


@pytest.mark.parametrize(("from_hz", "to_hz"), PAIRS)
def test_tones_in_band_keep_80_db_over_everything_else(from_hz: int, to_hz: int) -> None:
    for place, snr_db in in_band_snr_db(from_hz, to_hz).items():
        assert snr_db > 80, place


@pytest.mark.parametrize(("from_hz", "to_hz"), PAIRS)
def test_tones_in_band_come_out_as_loud_and_exactly_as_late_as_stated(
    from_hz: int, to_hz: int
) -> None:
    delay = Resampler(from_hz, to_hz).delay_samples
    for place in IN_BAND:
        hz = place * min(from_hz, to_hz)
        heard = stream(tone(hz, from_hz, from_hz // 10), from_hz, to_hz)
        expected = np.roll(tone(hz, to_hz, len(heard)), delay)
        settled = slice(2 * delay + 1, None)
        assert np.abs(heard - expected)[settled].max() < 15, hz


@pytest.mark.parametrize(("from_hz", "to_hz"), PAIRS)
def test_images_are_70_db_down(from_hz: int, to_hz: int) -> None:
    for place, image_db in images_db(from_hz, to_hz).items():
        assert image_db < -70, place


@pytest.mark.parametrize(("from_hz", "to_hz"), PAIRS)
def test_the_delay_is_at_most_2_5_ms(from_hz: int, to_hz: int) -> None:
    assert 0 < Resampler(from_hz, to_hz).delay_samples <= 0.0025 * to_hz


@pytest.mark.parametrize(("from_hz", "to_hz"), PAIRS)
def test_a_constant_stays_what_it_is(from_hz: int, to_hz: int) -> None:
    heard = stream(np.full(from_hz // 10, 10_000.0), from_hz, to_hz)
    assert heard[samples_per_frame(to_hz) :] == pytest.approx(10_000, rel=5e-6)


@pytest.mark.parametrize("legs", [1, 7, 60])
@pytest.mark.parametrize(("from_hz", "to_hz"), PAIRS)
def test_a_chirp_over_many_frames_is_that_converted_in_one_go(
    from_hz: int, to_hz: int, legs: int
) -> None:
    low = min(from_hz, to_hz)
    heard = stream(chirp(from_hz, 0.2, 0.4 * low), from_hz, to_hz, legs)
    delay = Resampler(from_hz, to_hz).delay_samples
    at_once = resample_clip(
        np.rint(chirp(from_hz, 0.2, 0.4 * low)).astype(np.int16), from_hz, to_hz
    )
    inside = slice(to_hz // 50, -to_hz // 50)
    difference = heard[delay:][inside] - at_once[: len(at_once) - delay][inside]
    # Both round; the filters' ripple is 10 000 * 0.01 dB at most.
    assert np.abs(difference).max() < 15


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_equal_rates_pass_through_untouched_and_at_once(rate_hz: int) -> None:
    resampler = Resampler(rate_hz, rate_hz, 2)
    frames = np.random.default_rng(1).normal(0, 9000, (2, rate_hz // 50)).astype(np.float32)
    assert resampler.process(frames) is frames
    assert resampler.delay_samples == 0


@pytest.mark.parametrize("to_hz", [8000, 16000])
def test_the_caller_may_give_the_array_for_the_result(to_hz: int) -> None:
    frames = np.ones((3, 160), np.float32)
    out = np.empty((3, to_hz // 50), np.float32)
    assert Resampler(8000, to_hz, 3).process(frames, out) is out
    assert np.array_equal(out, Resampler(8000, to_hz, 3).process(frames))


@pytest.mark.parametrize("to_hz", [8000, 16000])
def test_int16_frames_are_taken_as_they_are(to_hz: int) -> None:
    pcm = np.rint(tone(1000, 8000, 160)).astype(np.int16)[np.newaxis]
    wide = Resampler(8000, to_hz, 1).process(pcm.astype(np.float32))
    heard = Resampler(8000, to_hz, 1).process(pcm)
    assert heard.dtype == np.float32
    assert np.array_equal(heard, wide)


@pytest.mark.parametrize("shape", [(2, 161), (1, 160), (160,)])
@pytest.mark.parametrize("to_hz", [8000, 16000])
def test_frames_of_another_shape_are_refused(shape: tuple[int, ...], to_hz: int) -> None:
    with pytest.raises(ValueError, match="2 frames of 160"):
        Resampler(8000, to_hz, 2).process(np.zeros(shape, np.float32))


@pytest.mark.parametrize("rates", [(8000, 11025), (44100, 16000)])
def test_live_rates_are_only_those_that_we_speak(rates: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="unsupported sample rate"):
        Resampler(*rates)


def test_an_empty_bank_gives_an_empty_result() -> None:
    assert Resampler(8000, 16000).process(np.zeros((0, 160), np.float32)).shape == (0, 320)


def test_a_row_keeps_its_own_past_while_others_come_and_go() -> None:
    alone, bank = Resampler(8000, 16000, 1), Resampler(8000, 16000, 3)
    place = 2
    for number, frame in enumerate(chirp(8000, 0.2, 3000).reshape(-1, 160)):
        if number == 2:
            bank.remove_row(0)
            place = 0
        if number in (3, 4, 5, 6, 7):
            assert bank.add_row() == len(bank) - 1
        if number == 8:
            bank.remove_row(len(bank) - 1)
        frames = np.full((len(bank), 160), -5000, np.float32)
        frames[place] = frame
        expected = alone.process(frame[np.newaxis])[0]
        assert bank.process(frames)[place] == pytest.approx(expected, abs=0.01)


def test_the_last_row_takes_the_place_of_one_that_is_removed() -> None:
    levels = np.arange(1, 5) * 1000.0
    bank = Resampler(16000, 8000, 4)
    bank.process(np.repeat(levels[:, np.newaxis], 320, axis=1).astype(np.float32))
    bank.remove_row(1)
    kept = levels[[0, 3, 2], np.newaxis]
    heard = bank.process(np.repeat(kept, 320, axis=1).astype(np.float32))
    assert heard == pytest.approx(np.repeat(kept, 160, axis=1), rel=1e-4)


def test_a_new_row_hears_nothing_of_one_that_was_removed() -> None:
    bank = Resampler(8000, 16000, 1)
    bank.process(np.full((1, 160), 10_000, np.float32))
    bank.remove_row(0)
    bank.add_row()
    assert not bank.process(np.zeros((1, 160), np.float32)).any()


@pytest.mark.parametrize("index", [-1, 2])
def test_only_a_row_that_is_there_can_be_removed(index: int) -> None:
    with pytest.raises(IndexError):
        Resampler(8000, 16000, 2).remove_row(index)


@pytest.mark.parametrize("rates", [(16000, 8000), (8000, 16000), (48000, 8000), (8000, 8000)])
def test_rows_with_the_same_sound_are_converted_once_and_part_without_a_seam(
    rates: tuple[int, int],
) -> None:
    rng = np.random.default_rng(7)
    one_by_one, together = Resampler(*rates, 4), Resampler(*rates, 4)
    samples = rates[0] // 50
    first, group = np.array([0, 2]), np.array([0, 0, 1, 0])
    for number in range(9):
        sounds = rng.integers(-9000, 9000, (4, samples)).astype(np.float32)
        if number % 3:
            frames = sounds[first[group]]
            heard = together.process_alike(frames[first], first, group)[group]
        else:
            frames = sounds
            heard = together.process(frames)
        if number % 3 == 0 and rates[0] != rates[1]:
            # They must have had the same sound for as long as the filter reaches.
            one_by_one.process(frames)
            frames = np.repeat(sounds[:1], 4, axis=0)
            together.process(frames)
            one_by_one.process(frames)
            continue
        assert heard == pytest.approx(one_by_one.process(frames), abs=0.01)


CLIP_PAIRS = [
    (44100, 16000),
    (11025, 8000),
    (22050, 48000),
    (8000, 48000),
    (48000, 8000),
    (44056, 16000),
    (16000, 16000),
]


@pytest.mark.parametrize("samples", [0, 1, 2, 999, 30_001])
@pytest.mark.parametrize(("from_hz", "to_hz"), CLIP_PAIRS)
def test_a_clip_has_the_length_of_its_time(from_hz: int, to_hz: int, samples: int) -> None:
    converted = resample_clip(np.zeros(samples, np.int16), from_hz, to_hz)
    assert converted.dtype == np.int16
    assert len(converted) == round(samples * to_hz / from_hz)


@pytest.mark.parametrize(("from_hz", "to_hz"), CLIP_PAIRS)
def test_a_clip_stays_aligned_from_beginning_to_end(from_hz: int, to_hz: int) -> None:
    for place in (0.02, 0.2, 0.4, 0.45):
        hz = place * min(from_hz, to_hz)
        clip = np.rint(tone(hz, from_hz, from_hz)).astype(np.int16)
        heard = resample_clip(clip, from_hz, to_hz)
        error = np.abs(heard - tone(hz, to_hz, len(heard)))
        assert error[to_hz // 50 : -to_hz // 50].max() < 2, hz


def test_nothing_of_a_clip_folds_back() -> None:
    clip = np.rint(tone(8050, 44100, 44100)).astype(np.int16)
    assert np.abs(resample_clip(clip, 44100, 16000)[320:-320]).max() <= 1


def test_a_clip_of_many_batches_is_that_of_its_parts() -> None:
    clip = np.rint(chirp(48000, 60, 3000)).astype(np.int16)
    whole = resample_clip(clip, 48000, 8000)
    second = resample_clip(clip[48000 * 30 : 48000 * 32], 48000, 8000)
    assert np.abs(whole[8000 * 31 : 8000 * 31 + 4000] - second[8000:12000]).max() <= 1


def test_a_loud_clip_is_clipped_and_does_not_wrap_around() -> None:
    square = np.where(np.arange(8000) % 80 < 40, 32767, -32768).astype(np.int16)
    heard = resample_clip(square, 8000, 16000)
    middle: Pcm = heard[8000 + 10 : 8000 + 70]
    assert middle.min() > 30_000


@pytest.mark.parametrize("rate_hz", [-8000, 0, CLIP_RATES_HZ.start - 1, CLIP_RATES_HZ.stop, 2**32])
def test_a_file_may_not_claim_any_rate(rate_hz: int) -> None:
    with pytest.raises(UnsupportedFormat, match=str(rate_hz)):
        resample_clip(np.zeros(10, np.int16), rate_hz, 8000)
