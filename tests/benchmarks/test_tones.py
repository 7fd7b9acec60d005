import numpy as np
import pytest

from media_engine.codecs import get_codec
from media_engine.dialects import MULAW
from tests.benchmarks.tones import expected_spectra, make_tones, share_heard_right

ROOMS = ("a", "a", "b", "a", "b", "a")
PAYLOADS = make_tones(ROOMS, seed=1)
CODEC = get_codec(MULAW)


def mix(*callers: int, moved_by: int = 0) -> bytes:
    """Encode the sum of some callers' tones."""
    spoken = [CODEC.decode(PAYLOADS[caller]).astype(np.int32) for caller in callers]
    total = np.sum(spoken, axis=0) if spoken else np.zeros(160)
    return CODEC.encode(np.roll(total, moved_by).astype(np.int16))


@pytest.mark.parametrize("moved_by", [0, 1, 47])
def test_the_sum_of_the_others_in_the_room_is_right_in_any_phase(moved_by: int) -> None:
    expected = expected_spectra(ROOMS, PAYLOADS)[0]
    assert share_heard_right([mix(1, 3, 5, moved_by=moved_by)] * 3, expected) == 1


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
    expected = expected_spectra(ROOMS, PAYLOADS)[0]
    assert share_heard_right([heard, mix(1, 3, 5)], expected) == 0.5


def test_nothing_heard_is_nothing_right() -> None:
    assert share_heard_right([], expected_spectra(ROOMS, PAYLOADS)[0]) == 0


def test_two_hundred_in_a_room_do_not_clip() -> None:
    payloads = make_tones(("hall",) * 200, seed=1)
    total = np.sum([CODEC.decode(payload).astype(np.int32) for payload in payloads], axis=0)
    assert np.abs(total).max() < 20_000
