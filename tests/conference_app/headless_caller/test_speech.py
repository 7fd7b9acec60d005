"""What a caller says: its sound in frames, then silence or nothing."""

import numpy as np
import pytest

from conference_app.headless_caller.speech import Speech
from media_engine.codecs import get_codec
from media_engine.dialects import ALAW, L16, MULAW, WireFormat

WIDE = WireFormat(L16, 16000)
RAMP = np.arange(-400, 400, dtype=np.int16)


def said(speech: Speech, frames: int) -> bytes:
    return b"".join(speech.next_payload() or b"" for _ in range(frames))


def test_a_sound_is_said_bit_exactly_and_padded_to_whole_frames() -> None:
    speech = Speech(WIDE, send_silence=False)
    speech.play(RAMP, loop=False)
    assert said(speech, 5) == RAMP.astype("<i2").tobytes() + bytes(960 * 2 - 1600)
    assert not speech.playing


@pytest.mark.parametrize("wire", [WIDE, WireFormat(MULAW, 8000), WireFormat(ALAW, 8000)])
def test_silence_follows_in_the_encoding_of_the_wire(wire: WireFormat) -> None:
    payload = Speech(wire, send_silence=True).next_payload()
    assert payload is not None and len(payload) == wire.bytes_per_frame
    assert np.abs(get_codec(wire.encoding).decode(payload)).max() <= 8


def test_nothing_follows_where_silence_is_not_sent() -> None:
    assert Speech(WIDE, send_silence=False).next_payload() is None


def test_a_loop_has_no_seam() -> None:
    speech = Speech(WIDE, send_silence=False)
    speech.play(RAMP, loop=True)
    assert said(speech, 5) == np.concatenate([RAMP, RAMP]).astype("<i2").tobytes()


def test_a_new_sound_takes_the_place_of_the_old() -> None:
    speech = Speech(WIDE, send_silence=False)
    speech.play(RAMP, loop=True)
    speech.next_payload()
    speech.play(RAMP[::-1], loop=False)
    assert said(speech, 1) == RAMP[::-1][:320].astype("<i2").tobytes()
    speech.play(RAMP[:0], loop=True)
    assert speech.next_payload() is None
