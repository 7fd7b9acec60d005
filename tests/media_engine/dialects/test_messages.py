"""The typed objects: which formats are spoken, and what must not show."""

import pytest

from media_engine.dialects.messages import ALAW, L16, MULAW, Start, WireFormat
from media_engine.errors import UnsupportedFormat


@pytest.mark.parametrize(
    ("wire", "bytes_per_frame"),
    [
        (WireFormat(L16, 8000), 320),
        (WireFormat(L16, 16000), 640),
        (WireFormat(L16, 24000), 960),
        (WireFormat(L16, 48000), 1920),
        (WireFormat(MULAW, 8000), 160),
        (WireFormat(ALAW, 8000), 160),
    ],
)
def test_spoken_formats_know_the_size_of_their_frame(
    wire: WireFormat, bytes_per_frame: int
) -> None:
    assert wire.bytes_per_frame == bytes_per_frame


@pytest.mark.parametrize(
    ("encoding", "rate_hz", "channels"),
    [
        (MULAW, 16000, 1),
        (ALAW, 16000, 1),
        (L16, 44100, 1),
        (L16, 0, 1),
        (L16, 16000, 2),
        ("audio/opus", 48000, 1),
        ("", 8000, 1),
    ],
)
def test_other_formats_are_refused_with_the_list_of_spoken_ones(
    encoding: str, rate_hz: int, channels: int
) -> None:
    with pytest.raises(UnsupportedFormat) as raised:
        WireFormat(encoding, rate_hz, channels)
    assert "audio/x-l16 at 8000, 16000, 24000, 48000 Hz; audio/x-mulaw at 8000 Hz" in str(
        raised.value
    )


def test_a_token_does_not_show_in_logs() -> None:
    assert "secret" not in repr(Start("room", None, WireFormat(MULAW, 8000), token="secret"))
