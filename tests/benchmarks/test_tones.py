import numpy as np
import pytest

from media_engine.codecs import get_codec
from media_engine.dialects import L16, MULAW, WireFormat
from tests.benchmarks.tones import expected_spectra, heard_right, make_tones, share_heard_right

ROOMS = ("a", "a", "b", "a", "b", "a")
WIRE = WireFormat(MULAW, 8000)
WIDE = WireFormat(L16, 16_000)
PAYLOADS = make_tones(ROOMS, 1, WIRE)
EXPECTED = expected_spectra(ROOMS, PAYLOADS, WIRE)[0]
CODEC = get_codec(MULAW)


def mix(*callers: int, moved_by: int = 0) -> bytes:
    """Encode the sum of some callers' tones."""
    spoken = [CODEC.decode(PAYLOADS[caller]).astype(np.int32) for caller in callers]
    total = np.sum(spoken, axis=0) if spoken else np.zeros(160)
    return CODEC.encode(np.roll(total, moved_by).astype(np.int16))


@pytest.mark.parametrize("moved_by", [0, 1, 47])
def test_the_sum_of_the_others_in_the_room_is_right_in_any_phase(moved_by: int) -> None:
    assert share_heard_right([mix(1, 3, 5, moved_by=moved_by)] * 3, EXPECTED, WIRE) == 1


@pytest.mark.parametrize(
    "heard",
    [
        pytest.param(mix(), id="silence"),
        pytest.param(mix(1, 3), id="one too few"),
        pytest.param(mix(0, 1, 3, 5), id="oneself too"),
        pytest.param(mix(1, 2, 3, 5), id="one of another room"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_anything_else_is_wrong(heard: bytes) -> None:
    assert list(heard_right([heard, mix(1, 3, 5)], EXPECTED, WIRE)) == [False, True]


def test_nothing_heard_is_nothing_right() -> None:
    assert share_heard_right([], EXPECTED, WIRE) == 0


def test_two_hundred_in_a_room_do_not_clip() -> None:
    payloads = make_tones(("hall",) * 200, 1, WIRE)
    total = np.sum([CODEC.decode(payload).astype(np.int32) for payload in payloads], axis=0)
    assert np.abs(total).max() < 20_000


def test_wide_sound_is_looked_at_at_its_own_rate() -> None:
    payloads = make_tones(("a", "a"), 1, WIDE)
    expected = expected_spectra(("a", "a"), payloads, WIDE)
    assert [len(payload) for payload in payloads] == [640, 640]
    assert share_heard_right([payloads[1], payloads[0]], expected[0], WIDE) == 0.5


def test_who_listens_hears_all_who_talk_in_that_meeting_and_is_heard_by_nobody() -> None:
    rooms = ("hall", "hall", "listens-hall", "other")
    payloads = make_tones(rooms, 1, WIRE)
    expected = expected_spectra(rooms, payloads, WIRE)
    both = CODEC.decode(payloads[0]).astype(np.int32) + CODEC.decode(payloads[1])
    heard = CODEC.encode(both.astype(np.int16))
    assert len(set(payloads)) == len(rooms)
    assert share_heard_right([heard, payloads[0]], expected[2], WIRE) == 0.5
    leak = both + CODEC.decode(payloads[2])
    assert share_heard_right([CODEC.encode(leak.astype(np.int16))], expected[2], WIRE) == 0
    assert share_heard_right([payloads[1], heard], expected[0], WIRE) == 0.5
