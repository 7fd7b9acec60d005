import pytest

from media_engine.mpeg_frames import measure, with_length
from tests.media_engine.sound_files import encoded, mp3_without_header, tone

PLENTY = 10**9
ID3 = b"ID3\x04\x00\x00\x00\x00\x02\x01" + b"\xff\xfb\x94\xc4" + bytes(253)
"""257 bytes, among them what looks like a frame of 48 kHz."""
ID3_AT_THE_END = b"TAG" + bytes(125)


@pytest.mark.parametrize("mode", ["CONSTANT", "AVERAGE", "VARIABLE"])
@pytest.mark.parametrize("rate_hz", [8000, 16000, 22050, 44100, 48000])
def test_all_frames_are_counted(rate_hz: int, mode: str) -> None:
    mp3 = encoded(tone(3, rate_hz), rate_hz, "mp3", bitrate_mode=mode, compression_level=0.5)
    length = measure(mp3, PLENTY)
    assert length is not None
    assert length.rate_hz == rate_hz
    assert 0 <= length.samples - 3 * rate_hz <= 4 * 1152


@pytest.mark.parametrize(
    ("before", "after"), [(b"", b""), (ID3, b""), (b"", ID3_AT_THE_END), (bytes(3000), b"\xff" * 9)]
)
def test_what_is_no_frame_is_skipped(before: bytes, after: bytes) -> None:
    mp3 = mp3_without_header(encoded(tone(1, 16000), 16000, "mp3"))
    alone, surrounded = measure(mp3, PLENTY), measure(before + mp3 + after, PLENTY)
    assert alone is not None and surrounded is not None
    assert surrounded.samples == alone.samples
    assert surrounded.first_frame_at == len(before)


def test_the_walk_ends_where_too_much_was_found() -> None:
    length = measure(encoded(tone(3, 16000), 16000, "mp3"), 16000)
    assert length is not None
    assert 16000 < length.samples <= 16000 + 576


@pytest.mark.parametrize(
    "content", [b"", b"ID3", b"RIFF" * 100, b"\xff" * 100_000, bytes(100_000), b"\xff\xfb\xf4\xc4"]
)
def test_what_is_no_mp3_has_no_length(content: bytes) -> None:
    assert measure(content, PLENTY) is None


@pytest.mark.parametrize("stereo", [False, True])
@pytest.mark.parametrize("rate_hz", [8000, 16000, 44100])
def test_the_length_is_written_where_decoders_look_for_it(rate_hz: int, stereo: bool) -> None:
    sound = tone(2, rate_hz)
    sound = sound[:, None].repeat(2, axis=1) if stereo else sound
    mp3 = encoded(sound, rate_hz, "mp3", bitrate_mode="VARIABLE", compression_level=0.5)
    plain = mp3_without_header(mp3)
    length = measure(plain, PLENTY)
    assert length is not None
    framed = with_length(plain, length)
    assert framed.index(b"Xing") == mp3.index(b"Xing")
    longer = measure(framed, PLENTY)
    assert longer is not None
    assert longer.samples - length.samples == (1152 if rate_hz == 44100 else 576)
