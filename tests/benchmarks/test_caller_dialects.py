import json

from media_engine.dialects.twilio import TWILIO
from tests.benchmarks.caller_dialects import caller_dialect
from tests.benchmarks.frames import BINARY, TEXT, client_frame, cut_frames
from tests.benchmarks.job import WIRES

SOUND = bytes(range(160))


def unmasked(frame: bytes) -> tuple[int, bytes]:
    """Read a client's frame, whose mask is zeros."""
    size = int.from_bytes(frame[2:4]) if frame[1] & 0x7F == 126 else frame[1] & 0x7F
    return frame[0] & 0x0F, frame[-size:]


def test_twilio_callers_are_understood_by_a_server_that_expects_twilio() -> None:
    dialect = caller_dialect("twilio", WIRES["twilio"], "AC1")
    server = TWILIO.server()
    start = [server.receive(message) for message in dialect.opening("hall", 3)][1]
    assert getattr(start, "to", None) == "hall"
    track = dialect.track(SOUND, 3)
    for _ in range(2):
        opcode, message = unmasked(track(0.0))
        assert (opcode, server.receive(message.decode())) == (TEXT, SOUND)
    said = json.loads(message)
    assert (said["sequenceNumber"], said["media"]["chunk"]) == ("3", "2")
    assert said["media"]["timestamp"] == "20"


def test_what_a_twilio_server_says_is_sound_or_it_is_not() -> None:
    dialect = caller_dialect("twilio", WIRES["twilio"], "AC1")
    server = TWILIO.server()
    for message in dialect.opening("hall", 3):
        server.receive(message)
    said = server.media(SOUND)
    assert isinstance(said, str)
    assert dialect.is_sound(TEXT, said.encode())
    assert dialect.payload(said.encode()) == SOUND
    mark = server.mark("end")
    assert isinstance(mark, str)
    assert not dialect.is_sound(TEXT, mark.encode())


def test_two_runs_have_no_call_sid_in_common() -> None:
    def sid(transport_run: int) -> str:
        dialect = caller_dialect("twilio", WIRES["twilio"], "AC1")
        call_sid: str = json.loads(dialect.opening("hall", 3)[1])["start"]["callSid"]
        return call_sid

    assert len({sid(run) for run in range(10)}) == 10


def test_the_floor_is_asked_for_a_room_by_its_number() -> None:
    dialect = caller_dialect("floor", WIRES["floor"], "")
    assert dialect.path("room-of-4-17") == "/17"
    assert dialect.opening("room-of-4-17", 0) == ()
    assert cut_frames(b"\x82\x02ab") == ([(BINARY, b"ab")], b"")
    assert dialect.track(SOUND, 0)(0.0) == client_frame(BINARY, SOUND)
