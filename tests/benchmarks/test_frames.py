import pytest
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from tests.benchmarks.frames import BINARY, CLOSE, PING, client_frame, cut_frames


def parsed_by_websockets(frame: bytes) -> Frame:
    reader = StreamReader()
    reader.feed_data(frame)
    parsing = Frame.parse(reader.read_exact, mask=True)
    with pytest.raises(StopIteration) as finished:
        next(parsing)
    parsed: Frame = finished.value.value
    return parsed


@pytest.mark.parametrize("length", [0, 125, 126, 640, 65_535])
def test_a_client_frame_is_what_a_server_reads(length: int) -> None:
    payload = bytes(range(256)) * 256
    parsed = parsed_by_websockets(client_frame(BINARY, payload[:length]))
    assert (parsed.opcode, bytes(parsed.data)) == (Opcode.BINARY, payload[:length])


def test_frames_are_cut_wherever_the_stream_is_split() -> None:
    sent = [(PING, b"p"), (BINARY, b"\x81" * 160), (BINARY, b""), (CLOSE, b"\x03\xe8bye")]
    stream = b"".join(Frame(Opcode(opcode), data).serialize(mask=False) for opcode, data in sent)
    for split in range(len(stream) + 1):
        first, rest = cut_frames(stream[:split])
        second, rest = cut_frames(rest + stream[split:])
        assert (first + second, rest) == (sent, b"")


@pytest.mark.parametrize(
    "stream", [client_frame(BINARY, b"masked"), b"\x02\x01a", b"\x80\x01a", b"\x82\x7f" + bytes(8)]
)
def test_what_no_server_of_sound_sends_is_an_error(stream: bytes) -> None:
    with pytest.raises(ValueError):
        cut_frames(stream)
