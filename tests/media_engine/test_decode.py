import struct

import numpy as np
import pytest

from media_engine.decode import DecodeLimits, UndecodableSound, decode_sound
from media_engine.pcm import Pcm
from tests.media_engine.sound_files import (
    FORMATS,
    encoded,
    flac_that_claims,
    mp3_that_claims,
    mp3_without_header,
    tone,
    wav,
)


def level_at(sound: Pcm, hz: float, rate_hz: int) -> float:
    """Amplitude of one frequency in the middle second."""
    middle = sound[len(sound) // 2 - rate_hz // 2 :][:rate_hz]
    turn = np.exp(-2j * np.pi * hz * np.arange(len(middle)) / rate_hz)
    return float(2 * abs(np.dot(middle, turn)) / len(middle))


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_is_read_at_its_level_and_length(name: str) -> None:
    sound = decode_sound(encoded(tone(3, 48000), 48000, name), 16000)
    assert len(sound) == pytest.approx(48000, abs=20)
    assert level_at(sound, 440, 16000) == pytest.approx(8000, rel=0.02)


@pytest.mark.parametrize("rate_hz", [8000, 11025, 22050, 44100, 96000])
def test_each_rate_becomes_the_mixing_rate(rate_hz: int) -> None:
    assert len(decode_sound(encoded(tone(2, rate_hz), rate_hz), 16000)) == 32000


def test_the_mixing_rate_itself_is_exact() -> None:
    np.testing.assert_array_equal(
        decode_sound(encoded(tone(2, 16000), 16000), 16000), tone(2, 16000)
    )


def test_channels_are_mixed_down() -> None:
    left, right = tone(1, 16000), tone(1, 16000, amplitude=2000)
    mono = decode_sound(encoded(np.stack([left, right], axis=1), 16000), 16000)
    np.testing.assert_allclose(mono, (left.astype(int) + right) / 2, atol=0.51)


@pytest.mark.parametrize("mode", ["CONSTANT", "AVERAGE", "VARIABLE"])
def test_an_mp3_without_a_length_is_read_to_its_end(mode: str) -> None:
    at = np.arange(20 * 44100) / 44100
    loud_in_turns = (tone(20, 44100) * (at % 4 < 2)).astype(np.int16)
    mp3 = encoded(loud_in_turns, 44100, "mp3", bitrate_mode=mode, compression_level=0.5)
    sound = decode_sound(mp3_without_header(mp3), 16000)
    assert len(sound) / 16000 == pytest.approx(20, abs=0.1)
    assert np.abs(sound[-4 * 16000 : -3 * 16000]).max() > 6000


@pytest.mark.parametrize("frames", [0, 10, 0x30D40, 0x7FFFFFFF, 0xFFFFFFFF])
def test_an_mp3_that_lies_about_its_length_is_read_to_its_end(frames: int) -> None:
    mp3 = mp3_that_claims(encoded(tone(5, 48000), 48000, "mp3"), frames)
    assert len(decode_sound(mp3, 16000)) / 16000 == pytest.approx(5, abs=0.1)


def test_blocks_of_a_variable_mp3_join_without_a_seam() -> None:
    sweep = tone(10, 48000) + np.random.default_rng(3).integers(-300, 300, 480000)
    mp3 = encoded(
        sweep.astype(np.int16), 48000, "mp3", bitrate_mode="VARIABLE", compression_level=0.5
    )
    sound = decode_sound(mp3, 48000).astype(float)[4800:-4800]
    fitted = sound - tone(10, 48000)[4800:-4800]
    assert np.abs(fitted).max() < 1000


def test_a_streamed_flac_is_read_to_its_last_sample() -> None:
    flac = flac_that_claims(encoded(tone(3, 16000), 16000, "flac"), 0)
    np.testing.assert_array_equal(decode_sound(flac, 16000), tone(3, 16000))


@pytest.mark.parametrize("name", ["wav", "mp3", "flac", "ogg", "opus"])
def test_a_file_that_breaks_off_is_given_as_far_as_it_goes(name: str) -> None:
    noise = np.random.default_rng(1).integers(-5000, 5000, 10 * 16000).astype(np.int16)
    content = encoded(noise, 16000, name)
    sound = decode_sound(content[: len(content) // 2], 16000)
    assert 3 < len(sound) / 16000 < 7


def test_what_no_sound_should_have_in_it_does_no_harm() -> None:
    values = np.array([np.nan, np.inf, -np.inf, 1e38, 0.5, 0.0], np.float32)
    sound = decode_sound(encoded(values, 16000, "wav-float"), 16000)
    np.testing.assert_array_equal(sound, [0, 32767, -32768, 32767, 16384, 0])


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (DecodeLimits(seconds=1.8), "longer than 2 s"),
        (DecodeLimits(samples=29_000), "longer than 2 s"),
        (DecodeLimits(rate_hz=8000), "1 channels at 16000 Hz"),
        (DecodeLimits(channels=0), "1 channels at 16000 Hz"),
    ],
)
@pytest.mark.parametrize("name", ["wav", "mp3", "flac"])
def test_more_than_is_allowed_is_refused(name: str, limits: DecodeLimits, reason: str) -> None:
    with pytest.raises(UndecodableSound, match=reason):
        decode_sound(encoded(tone(2, 16000), 16000, name), 16000, limits)


@pytest.mark.parametrize("name", ["wav", "mp3", "flac", "ogg"])
def test_exactly_what_is_allowed_is_not_refused(name: str) -> None:
    sound = decode_sound(encoded(tone(2, 16000), 16000, name), 16000, DecodeLimits(seconds=2))
    assert len(sound) == 32000


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"\xff", b"hello", b"<html>not found</html>", bytes(1000), b"\x89PNG\r\n" * 50),
        *(b"RIFF", b"fLaC", b"OggS", b"ID3", b"\xff\xfb\x94\xc4", wav(b"")[:30]),
        *(wav(bytes(100), channels=0), wav(bytes(100), rate_hz=0), wav(bytes(100), rate_hz=999)),
        wav(bytes(100), extra=b"fact" + struct.pack("<I", 0)),
        b"Creative Voice File\x1a" + bytes(100),
    ],
)
def test_what_is_no_sound_file_is_refused(content: bytes) -> None:
    with pytest.raises(UndecodableSound, match="not a sound file|not played here"):
        decode_sound(content, 16000)


@pytest.mark.parametrize("content", [wav(b""), wav(bytes(400), claim=0)])
def test_a_file_without_sound_is_refused(content: bytes) -> None:
    with pytest.raises(UndecodableSound, match="there is no sound in it"):
        decode_sound(content, 16000)


def test_a_refusal_names_no_object_of_ours() -> None:
    with pytest.raises(UndecodableSound) as refusal:
        decode_sound(b"RIFF" + bytes(100), 16000)
    assert "BytesIO" not in str(refusal.value)
