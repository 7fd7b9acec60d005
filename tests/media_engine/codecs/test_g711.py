"""Both laws against bit-level implementations of ITU-T G.711, written apart from the tables."""

from collections.abc import Callable

import numpy as np
import pytest

from media_engine.codecs import Codec, get_codec
from media_engine.errors import UnsupportedFormat
from media_engine.pcm import Pcm

EVERY_SAMPLE = np.arange(-32768, 32768).astype(np.int16)
EVERY_CODE = bytes(range(256))


def mulaw_code(sample: int) -> int:
    sign, magnitude = (0x80, sample) if sample >= 0 else (0, ~sample)
    biased = min((magnitude >> 2) + 33, 0x1FFF)
    segment = biased.bit_length() - 6
    return (sign | segment << 4 | (biased >> (segment + 1)) & 15) ^ 0x7F


def mulaw_sample(code: int) -> int:
    word = code ^ 0x7F
    magnitude = ((((word & 15) << 1) + 33) << (word >> 4 & 7)) - 33 << 2
    return magnitude if word & 0x80 else -magnitude


def alaw_code(sample: int) -> int:
    sign, magnitude = (0x80, sample) if sample >= 0 else (0, ~sample)
    magnitude >>= 4
    segment = max(magnitude.bit_length() - 4, 0)
    return (sign | segment << 4 | (magnitude >> max(segment - 1, 0)) & 15) ^ 0x55


def alaw_sample(code: int) -> int:
    word = code ^ 0x55
    segment, step = word >> 4 & 7, word & 15
    magnitude = step << 4 | 8
    if segment > 0:
        magnitude = magnitude + 0x100 << segment - 1
    return magnitude if word & 0x80 else -magnitude


MULAW = pytest.param("audio/x-mulaw", mulaw_code, mulaw_sample, id="mulaw")
ALAW = pytest.param("audio/x-alaw", alaw_code, alaw_sample, id="alaw")


@pytest.mark.parametrize(("encoding", "code", "sample"), [MULAW, ALAW])
def test_every_code_and_every_sample_is_as_in_the_standard(
    encoding: str, code: Callable[[int], int], sample: Callable[[int], int]
) -> None:
    codec = get_codec(encoding)
    assert codec.decode(EVERY_CODE).tolist() == [sample(byte) for byte in EVERY_CODE]
    assert codec.encode(EVERY_SAMPLE) == bytes(code(value) for value in EVERY_SAMPLE.tolist())


@pytest.mark.parametrize(
    ("encoding", "code", "sample"),
    [
        ("audio/x-mulaw", 0x80, 32124),
        ("audio/x-mulaw", 0x00, -32124),
        ("audio/x-mulaw", 0xFF, 0),
        ("audio/x-alaw", 0xAA, 32256),
        ("audio/x-alaw", 0x2A, -32256),
        ("audio/x-alaw", 0xD5, 8),
    ],
)
def test_landmarks_of_the_tables(encoding: str, code: int, sample: int) -> None:
    assert get_codec(encoding).decode(bytes([code])).tolist() == [sample]


@pytest.mark.parametrize(
    ("encoding", "unstable"), [("audio/x-mulaw", [0x7F]), ("audio/x-alaw", [])]
)
def test_a_code_survives_a_round_trip_but_for_the_negative_zero(
    encoding: str, unstable: list[int]
) -> None:
    codec = get_codec(encoding)
    again = codec.encode(codec.decode(EVERY_CODE))
    assert [code for code in EVERY_CODE if again[code] != code] == unstable


@pytest.mark.parametrize("encoding", ["audio/x-mulaw", "audio/x-alaw"])
def test_silence_is_the_code_of_zero(encoding: str) -> None:
    codec = get_codec(encoding)
    assert len(codec.silence) == codec.bytes_per_sample == 1
    assert codec.silence == codec.encode(np.zeros(1, np.int16))


def scattered(rows: Pcm) -> Pcm:
    """Give the same samples, but not side by side in memory."""
    return np.repeat(rows, 2, axis=-1)[..., ::2]


@pytest.mark.parametrize("codec", [get_codec("audio/x-mulaw"), get_codec("audio/x-alaw")])
def test_a_batch_is_the_joined_frames(codec: Codec) -> None:
    frames = EVERY_SAMPLE[::2].reshape(4, -1)
    joined = b"".join(codec.encode(frame) for frame in frames)
    assert codec.encode(frames) == codec.encode(scattered(frames)) == joined
    rows = codec.decode(joined).reshape(4, -1)
    assert np.array_equal(rows[2], codec.decode(codec.encode(frames[2])))


@pytest.mark.parametrize("encoding", ["audio/x-mulaw", "audio/x-MULAW", "AUDIO/X-ALAW"])
def test_encodings_compare_without_case(encoding: str) -> None:
    assert get_codec(encoding).name == encoding.lower()


def test_an_unknown_encoding_is_refused_and_the_known_are_named() -> None:
    with pytest.raises(UnsupportedFormat, match=r"'audio/opus'.*audio/x-alaw, audio/x-l16"):
        get_codec("audio/opus")
