"""L16 is the samples themselves, little-endian."""

import numpy as np
import pytest

from media_engine.codecs import get_codec
from media_engine.errors import MalformedMessage

L16 = get_codec("audio/x-L16")


def test_the_low_byte_comes_first() -> None:
    assert L16.encode(np.array([1, -2, 0x1234], np.int16)) == b"\x01\x00\xfe\xff\x34\x12"
    assert L16.decode(b"\x01\x00\xfe\xff\x34\x12").tolist() == [1, -2, 0x1234]


def test_every_sample_survives_a_round_trip() -> None:
    pcm = np.arange(-32768, 32768).astype(np.int16)
    assert np.array_equal(L16.decode(L16.encode(pcm)), pcm)


def test_big_endian_samples_are_turned_not_copied_as_they_are() -> None:
    assert L16.encode(np.array([258], np.int16).astype(">i2")) == b"\x02\x01"


def test_rows_are_encoded_one_after_another() -> None:
    rows = np.arange(6, dtype=np.int16).reshape(2, 3)
    assert L16.decode(L16.encode(rows)).tolist() == [0, 1, 2, 3, 4, 5]


def test_half_a_sample_is_malformed() -> None:
    with pytest.raises(MalformedMessage, match="3 in all"):
        L16.decode(b"\0\0\0")


def test_silence_is_zero() -> None:
    assert L16.decode(L16.silence).tolist() == [0]
    assert len(L16.silence) == L16.bytes_per_sample == 2
