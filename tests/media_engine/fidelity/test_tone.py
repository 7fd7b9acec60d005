"""A 16-bit tone through a meeting: every sample of it is accounted for."""

import numpy as np
import pytest

from media_engine.dialects import L16, WireFormat
from media_engine.pcm import FRAMES_PER_SECOND, Pcm, samples_per_frame
from tests.media_engine.fidelity.simulated_meeting import SimulatedMeeting
from tests.media_engine.fidelity.tone import (
    TONE_HZ,
    Account,
    account,
    tone,
    tone_through_a_meeting,
    worst_frame_snr_db,
)
from tests.media_engine.house import House

RATE_HZ = 16_000
FRAME = 320
WIDE = WireFormat(L16, RATE_HZ)
SECONDS = 10
SENT = tone(SECONDS, RATE_HZ)
SOMEWHERE = 3 * RATE_HZ + 7 * FRAME


# --- the meeting ---------------------------------------------------------------------------------


def test_in_ten_minutes_under_cpu_noise_no_sample_is_inserted_lost_or_changed() -> None:
    passage = tone_through_a_meeting(600)
    assert passage.account.is_exact, passage.account
    assert passage.resampled_snr_db > 70


@pytest.mark.parametrize("phase_ms", range(20))
def test_wherever_in_a_tick_frames_come_nothing_is_inserted_or_lost(phase_ms: int) -> None:
    passage = tone_through_a_meeting(30, phase_ms=phase_ms, seed=phase_ms)
    assert passage.account.is_exact, passage.account


def test_more_jitter_than_the_buffer_covers_is_seen() -> None:
    meeting = SimulatedMeeting()
    meeting.join("b", WIDE)
    meeting.join("a", WIDE, SENT, jitter_ms=150)
    meeting.run(SECONDS * FRAMES_PER_SECOND + 50)
    told = account(SENT, meeting.heard("b"), RATE_HZ)
    assert told.inserted and told.altered


@pytest.mark.parametrize("rate_hz", [8000, 16000, 24000, 48000])
@pytest.mark.parametrize("prefill", [1, 2])
def test_a_tone_passes_for_a_minute_without_a_bit_changed_or_a_sample_lost(
    rate_hz: int, prefill: int
) -> None:
    house = House(rate_hz)
    house.open("a", "b")
    for leg_id in "ab":
        house.join(leg_id, prefill=prefill)
    samples = samples_per_frame(rate_hz)
    sent = tone(60, rate_hz)
    house.registry.tick()  # the voices come in
    for start in range(0, len(sent), samples):
        house.legs["a"].receive(sent[start : start + samples].tobytes())
        house.registry.tick()
    delay = prefill * samples
    received = np.frombuffer(b"".join(house.outputs["b"].sent), "<i2")
    assert not received[:delay].any()
    assert (received[delay:] == sent[: len(sent) - delay + samples]).all()
    assert not any(np.frombuffer(payload, "<i2").any() for payload in house.outputs["a"].sent)


# --- the measures --------------------------------------------------------------------------------


def with_silence(pcm: Pcm) -> Pcm:
    return np.pad(pcm, (5 * FRAME, 3 * FRAME))


@pytest.mark.parametrize("rate_hz", [8000, 16000, 24000, 48000])
def test_no_two_frames_of_a_second_are_equal_and_both_ends_are_loud(rate_hz: int) -> None:
    sent = tone(2, rate_hz)
    frames = sent[:rate_hz].reshape(FRAMES_PER_SECOND, -1)
    assert len({frame.tobytes() for frame in frames}) == FRAMES_PER_SECOND
    assert sent[0] and sent[-1]
    spectrum = np.abs(np.fft.rfft(sent[:rate_hz].astype(float)))
    assert np.argmax(spectrum) == TONE_HZ


def test_a_tone_that_came_whole_is_exact() -> None:
    assert account(SENT, with_silence(SENT), RATE_HZ) == Account(0, 0, 0)


@pytest.mark.parametrize("frames", [1, 2, 20])
def test_lost_frames_are_counted(frames: int) -> None:
    place = slice(SOMEWHERE, SOMEWHERE + frames * FRAME)
    heard = with_silence(np.delete(SENT, place))
    assert account(SENT, heard, RATE_HZ) == Account(0, frames * FRAME, 0)


@pytest.mark.parametrize("frames", [1, 2, 20])
def test_repeated_frames_are_counted(frames: int) -> None:
    repeated = SENT[SOMEWHERE - frames * FRAME : SOMEWHERE]
    heard = with_silence(np.insert(SENT, SOMEWHERE, repeated))
    assert account(SENT, heard, RATE_HZ) == Account(frames * FRAME, 0, 0)


def test_a_frame_that_was_made_up_is_inserted_and_one_that_was_spoilt_is_not() -> None:
    made_up = np.full(FRAME, 77, np.int16)
    inserted = with_silence(np.insert(SENT, SOMEWHERE, made_up))
    assert account(SENT, inserted, RATE_HZ) == Account(FRAME, 0, FRAME)
    spoilt = SENT.copy()
    spoilt[SOMEWHERE : SOMEWHERE + FRAME] = made_up
    assert account(SENT, with_silence(spoilt), RATE_HZ) == Account(0, 0, FRAME)


@pytest.mark.parametrize("samples", [1, 16, 321])
def test_samples_that_are_missing_in_the_middle_of_a_frame_are_counted(samples: int) -> None:
    place = slice(SOMEWHERE + 5, SOMEWHERE + 5 + samples)
    told = account(SENT, with_silence(np.delete(SENT, place)), RATE_HZ)
    assert told.lost == samples and told.altered


def test_a_tone_that_is_cut_off_or_goes_on_is_not_whole() -> None:
    assert account(SENT, with_silence(SENT[:-FRAME]), RATE_HZ) == Account(0, FRAME, 0)
    assert account(SENT[:-FRAME], with_silence(SENT), RATE_HZ) == Account(FRAME, 0, 0)


def test_silence_is_no_tone() -> None:
    with pytest.raises(ValueError, match="nothing was heard"):
        account(SENT, np.zeros(10, np.int16), RATE_HZ)
    with pytest.raises(ValueError, match="less than two seconds"):
        worst_frame_snr_db(np.zeros(10 * RATE_HZ, np.int16), RATE_HZ)


def test_one_sample_too_few_puts_all_that_follows_out_of_phase() -> None:
    assert worst_frame_snr_db(with_silence(SENT), RATE_HZ) > 90
    one_less = np.delete(SENT, SOMEWHERE)
    # Sixteen are all but a whole turn, so as little as there ever is to see.
    a_turn_less = np.delete(SENT, slice(SOMEWHERE, SOMEWHERE + 16))
    assert worst_frame_snr_db(with_silence(one_less), RATE_HZ) < 20
    assert worst_frame_snr_db(with_silence(a_turn_less), RATE_HZ) < 50
